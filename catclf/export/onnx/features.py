"""Which file puts which feature map into an ONNX graph."""

from collections.abc import Callable
from importlib import import_module

from catclf.errors import ExportError
from catclf.export.onnx.graph import Graph, Value
from catclf.features.feature_map import FeatureMap

_MODULES = {
    "Pixels": "pixels",
    "Hog": "hog",
    "Patches": "patches",
    "Joined": "joined",
    "Fourier": "fourier",
    "EncoderFeatures": "encoder",
}


def add_features(graph: Graph, features: FeatureMap, images: Value) -> Value:
    """Add what makes feature rows (m, n_x) of images (m, side, side, 3) of uint8.

    Raises
    ------
    ExportError
        If there is no file for the feature map.
    """
    module = _MODULES.get(type(features).__name__)
    if module is None:
        raise ExportError(f"features {features.name} cannot be exported to ONNX")
    add: Callable[[Graph, FeatureMap, Value], Value] = import_module(
        f"catclf.export.onnx.{module}"
    ).add
    return add(graph, features, images)
