"""Images of any size in an ONNX graph: cut and resized as catclf does with Pillow.

The weights of `catclf.export.resampling` are computed in the graph, in float64, from the shape of
the image.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catclf.export.onnx.graph import Graph, Value
from catclf.export.onnx.resize import resample
from catclf.export.resampling import PRECISION, RADIUS, A
from catclf.images.preprocessing import Preprocessing


def prepare(graph: Graph, image: Value, preprocessing: Preprocessing) -> Value:
    """Of an image (1, height, width, 3) of uint8, what the model sees: (1, side, side, 3)."""
    height, width = (_length(graph, image, axis) for axis in (1, 2))
    if preprocessing.resize == "crop":
        side = graph.int64(graph.add("Min", graph.float64(height), graph.float64(width)))
        image = _middle(graph, _middle(graph, image, 1, height, side), 2, width, side)
        height = width = side
    down, across = (_weights(graph, length, preprocessing.side) for length in (height, width))
    return resample(graph, image, across, down)


def _length(graph: Graph, image: Value, axis: int) -> Value:
    """Length of an axis, as int64 (1,)."""
    return graph.cut(graph.add("Shape", image), 0, axis, axis + 1)


def _middle(graph: Graph, image: Value, axis: int, length: Value, kept: Value) -> Value:
    """The middle of the image along an axis."""
    start = graph.add("Div", graph.add("Sub", length, kept), np.array([2]))
    return graph.add("Slice", image, start, graph.add("Add", start, kept), np.array([axis]))


def _weights(graph: Graph, before: Value, after: int) -> Value:
    """What each new pixel along a side takes of each old one: float64 (after, before)."""
    count = graph.float64(before)  # (1,)
    scale = graph.add("Div", count, _float64(after))
    stretch = graph.add("Max", scale, _float64(1))
    places = _float64(np.arange(after).reshape(-1, 1) + 0.5)  # (after, 1)
    centres = graph.add("Mul", places, scale)
    radius = graph.add("Mul", stretch, _float64(RADIUS))
    first, end = (
        graph.add("Floor", graph.add("Add", graph.add(sign, centres, radius), _float64(0.5)))
        for sign in ("Sub", "Add")
    )
    scalar = graph.add("Reshape", before, np.array([], np.int64))
    pixels = graph.float64(graph.add("Range", np.array(0), scalar, np.array(1)))  # (before,)
    from_centres = graph.add("Sub", graph.add("Add", pixels, _float64(0.5)), centres)
    distances = graph.add("Abs", graph.add("Div", from_centres, stretch))  # (after, before)
    is_far = graph.add(
        "Or",
        graph.add("Less", pixels, first),
        graph.add("Not", graph.add("Less", pixels, end)),
    )
    kernel = graph.add("Where", is_far, _float64(0), _cubic(graph, distances))
    kernel = graph.add("Div", kernel, graph.sum(kernel, 1))
    # Away from 0 where it is halfway.
    scaled = graph.add(
        "Add", graph.add("Mul", graph.add("Abs", kernel), _float64(PRECISION)), _float64(0.5)
    )
    rounded = graph.add("Mul", graph.add("Sign", kernel), graph.add("Floor", scaled))
    return graph.add("Div", rounded, _float64(PRECISION))


def _cubic(graph: Graph, x: Value) -> Value:
    """The kernel of cubic convolution at distances x from its centre."""
    square = graph.add("Mul", x, x)
    inner = _polynomial(graph, x, A + 2, -(A + 3))  # of x, times x²
    inner = graph.add("Add", graph.add("Mul", inner, square), _float64(1))
    outer = graph.add("Mul", _polynomial(graph, x, 1, -5, 8, -4), _float64(A))
    is_outside = graph.add("Not", graph.add("Less", x, _float64(RADIUS)))
    outer = graph.add("Where", is_outside, _float64(0), outer)
    return graph.add("Where", graph.add("Less", x, _float64(1)), inner, outer)


def _polynomial(graph: Graph, x: Value, first: float, *coefficients: float) -> Value:
    """A polynomial of x, by Horner's rule."""
    value = graph.add("Mul", x, _float64(first))
    for coefficient in coefficients[:-1]:
        value = graph.add("Mul", graph.add("Add", value, _float64(coefficient)), x)
    return graph.add("Add", value, _float64(coefficients[-1]))


def _float64(numbers: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(numbers, np.float64)
