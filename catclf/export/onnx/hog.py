"""Histograms of oriented gradients in an ONNX graph: as `catclf.features.hog` computes them."""

import numpy as np

from catclf.export.onnx.graph import Graph, Value, number
from catclf.features.feature_map import FeatureMap
from catclf.features.hog import BINS, BLOCKS, CELL, CELLS, CLIP, NORM_OFFSET, SECOND_NORM_OFFSET
from catclf.images.preprocessing import SIDE


def add(graph: Graph, features: FeatureMap, images: Value) -> Value:
    """Rows (m, 1764) of images (m, 64, 64, 3)."""
    magnitudes, orientations = _gradients(graph, graph.float32(images))
    histograms = _histograms(graph, magnitudes, orientations)  # (m, 8, 8, 9)
    rows = [graph.cut(histograms, 1, i, i + BLOCKS) for i in (0, 1)]  # (m, 7, 8, 9)
    cells = [graph.cut(row, 2, j, j + BLOCKS) for row in rows for j in (0, 1)]  # (m, 7, 7, 9)
    blocks = graph.add("Concat", *cells, axis=3)  # (m, 7, 7, 36)
    blocks = _normalised(graph, blocks, NORM_OFFSET)
    blocks = _normalised(graph, graph.add("Min", blocks, number(CLIP)), SECOND_NORM_OFFSET)
    return graph.reshape(graph.add("Sqrt", blocks), 0, features.n_x)


def _gradients(graph: Graph, values: Value) -> tuple[Value, Value]:
    """Magnitudes of the gradients, and orientations in bins from 0 to 9, (m, 64, 64, 1) each."""
    down, across = (_difference(graph, values, axis) for axis in (1, 2))
    squares = graph.add(
        "Add", graph.add("Mul", across, across), graph.add("Mul", down, down)
    )  # (m, 64, 64, 3)
    strongest = graph.add("ArgMax", squares, axis=3, keepdims=1)  # (m, 64, 64, 1)
    down, across, square = (
        graph.add("GatherElements", value, strongest, axis=3) for value in (down, across, squares)
    )
    return graph.add("Sqrt", square), _orientations(graph, down, across)


def _difference(graph: Graph, values: Value, axis: int) -> Value:
    """The next pixel minus the one before along an axis, and 0 at the borders."""
    after, before = graph.cut(values, axis, 2, SIDE), graph.cut(values, axis, 0, SIDE - 2)
    pads = np.zeros((2, 4), np.int64)  # before and after each axis
    pads[:, axis] = 1
    return graph.add("Pad", graph.add("Sub", after, before), pads.ravel())


def _orientations(graph: Graph, down: Value, across: Value) -> Value:
    """Angles in bins from 0 to 9, whatever the sign of the gradient.

    There is no arctan2 in ONNX. Modulo π it is the arctangent of down/across, but where across is
    0: there, it is π/2, or anything for a gradient of length 0, which has no weight.
    """
    is_vertical = graph.add("Equal", across, number(0))
    ratio = graph.add("Div", down, graph.add("Where", is_vertical, number(1), across))
    angle = graph.add("Where", is_vertical, number(np.pi / 2), graph.add("Atan", ratio))
    is_negative = graph.add("Less", angle, number(0))
    angle = graph.add("Where", is_negative, graph.add("Add", angle, number(np.pi)), angle)
    return graph.add("Mul", angle, number(BINS / np.pi))


def _histograms(graph: Graph, magnitudes: Value, orientations: Value) -> Value:
    """Histograms of orientations in each cell, weighted by magnitude: (m, 8, 8, 9).

    A bin's share of a gradient falls from 1 at the bin to 0 at its two neighbours; the bins form a
    circle.
    """
    bins = number(np.arange(BINS))
    apart = graph.add("Abs", graph.add("Sub", orientations, bins))  # (m, 64, 64, 9)
    around = graph.add("Sub", number(BINS), apart)
    shares = graph.add("Relu", graph.add("Sub", number(1), graph.add("Min", apart, around)))
    weighted = graph.add("Mul", shares, magnitudes)
    cells = graph.reshape(weighted, 0, CELLS, CELL, CELLS, CELL, BINS)
    return graph.reshape(graph.sum(cells, 2, 4), 0, CELLS, CELLS, BINS)


def _normalised(graph: Graph, blocks: Value, offset: float) -> Value:
    """Blocks (m, 7, 7, 36), each divided by its length, where short ones are kept shorter."""
    squares = graph.sum(graph.add("Mul", blocks, blocks), 3)  # (m, 7, 7, 1)
    return graph.add("Div", blocks, graph.add("Sqrt", graph.add("Add", squares, number(offset))))
