"""Several feature maps in an ONNX graph, side by side."""

from catclf.export.onnx.features import add_features
from catclf.export.onnx.graph import Graph, Value
from catclf.export.onnx.resize import resize
from catclf.features.feature_map import FeatureMap
from catclf.features.joined import Joined
from catclf.images.preprocessing import SIDE


def add(graph: Graph, features: FeatureMap, images: Value) -> Value:
    """Rows (m, n_x) of images (m, side, side, 3)."""
    assert isinstance(features, Joined)
    small = resize(graph, images, features.side, SIDE)
    parts = [
        add_features(graph, part, images if part.encoder else small) for part in features.parts
    ]
    return graph.add("Concat", *parts, axis=1)
