"""Resizing in an ONNX graph, as catclf does with Pillow."""

import numpy as np
from numpy.typing import NDArray

from catclf.export.onnx.graph import Graph, Value
from catclf.export.resampling import weights


def resize(graph: Graph, images: Value, before: int, after: int) -> Value:
    """Square images (m, before, before, 3) of uint8, resized to (m, after, after, 3)."""
    if before == after:
        return images
    matrix = weights(before, after).astype(np.float64)  # (after, before)
    return resample(graph, images, matrix, matrix)


def resample(
    graph: Graph,
    images: Value,
    across: Value | NDArray[np.float64],
    down: Value | NDArray[np.float64],
) -> Value:
    """Images of uint8, resized.

    Parameters
    ----------
    graph : Graph
        Where to add it.
    images : Value
        uint8 (m, h, w, 3).
    across, down : Value, or array
        float64 (width, w) and (height, h): what each new pixel takes of the old ones.

    Returns
    -------
    Value
        uint8 (m, height, width, 3).
    """
    # In float64, where the sums are exact, so that they are rounded to the same bytes.
    planes = graph.add("Transpose", graph.float64(images), perm=[0, 3, 1, 2])  # (m, 3, h, w)
    transposed = graph.add("Transpose", across, perm=[1, 0])  # (w, width)
    wide = _bytes(graph, graph.add("MatMul", planes, transposed))  # (m, 3, h, width)
    resized = _bytes(graph, graph.add("MatMul", down, wide))  # (m, 3, height, width)
    return graph.uint8(graph.add("Transpose", resized, perm=[0, 2, 3, 1]))


def _bytes(graph: Graph, numbers: Value) -> Value:
    """Numbers of float64, rounded to those of a byte."""
    half, lowest, highest = (np.array(number, np.float64) for number in (0.5, 0, 255))
    rounded = graph.add("Floor", graph.add("Add", numbers, half))
    return graph.add("Min", graph.add("Max", rounded, lowest), highest)
