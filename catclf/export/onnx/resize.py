"""Resizing in an ONNX graph, as catclf does with Pillow."""

import numpy as np

from catclf.export.onnx.graph import Graph, Value
from catclf.export.resampling import weights


def resize(graph: Graph, images: Value, before: int, after: int) -> Value:
    """Square images (m, before, before, 3) of uint8, resized to (m, after, after, 3) of float32."""
    if before == after:
        return graph.float32(images)
    # In float64, where the sums are exact, so that they are rounded to the same bytes.
    matrix = weights(before, after).astype(np.float64)  # (after, before)
    planes = graph.add("Transpose", graph.float64(images), perm=[0, 3, 1, 2])  # (m, 3, h, w)
    wide = _bytes(graph, graph.add("MatMul", planes, np.ascontiguousarray(matrix.T)))
    resized = _bytes(graph, graph.add("MatMul", matrix, wide))  # (m, 3, after, after)
    return graph.float32(graph.add("Transpose", resized, perm=[0, 2, 3, 1]))


def _bytes(graph: Graph, numbers: Value) -> Value:
    """Numbers of float64, rounded to those of a byte."""
    half, lowest, highest = (np.array(number, np.float64) for number in (0.5, 0, 255))
    rounded = graph.add("Floor", graph.add("Add", numbers, half))
    return graph.add("Min", graph.add("Max", rounded, lowest), highest)
