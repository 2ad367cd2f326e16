"""Pixels in an ONNX graph."""

from catclf.export.onnx.graph import Graph, Value, number
from catclf.features.feature_map import FeatureMap


def add(graph: Graph, features: FeatureMap, images: Value) -> Value:
    """Rows (m, 12288) of images (m, 64, 64, 3)."""
    pixels = graph.add("Div", graph.float32(images), number(255))
    return graph.reshape(pixels, 0, features.n_x)
