"""Random Fourier features in an ONNX graph: as `catclf.features.fourier` computes them."""

import numpy as np

from catclf.export.onnx.features import add_features
from catclf.export.onnx.graph import Graph, Value, number
from catclf.features.feature_map import FeatureMap
from catclf.features.fourier import Fourier


def add(graph: Graph, features: FeatureMap, images: Value) -> Value:
    """Rows (m, n_x) of images (m, side, side, 3)."""
    assert isinstance(features, Fourier)
    inner = add_features(graph, features.inner, images)  # (m, n)
    centred = graph.add("Sub", inner, features.means)
    standardised = graph.add("Mul", centred, number(1 / features.deviations))
    pads = np.array([0, 0, 0, features.n_x - features.inner.n_x], np.int64)
    side = len(features.H)
    P = graph.reshape(graph.add("Pad", standardised, pads), 0, side, side)  # (m, s, s)
    for flips in features.flips:
        P = graph.add("MatMul", features.H, graph.add("Mul", P, flips))
        P = graph.add("MatMul", P, features.H)
    angles = graph.add("Sub", graph.add("Mul", P, number(features.scale)), number(np.pi / 4))
    cosines = graph.add("Mul", graph.add("Cos", angles), number(np.sqrt(2)))
    return graph.reshape(cosines, 0, features.n_x)
