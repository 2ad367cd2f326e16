"""Responses of patches in an ONNX graph: as `catclf.features.patches` computes them."""

import numpy as np

from catclf.export.onnx.graph import Graph, Value, number
from catclf.features.feature_map import FeatureMap
from catclf.features.patches import (
    CELL_MEANS,
    SCALES,
    THRESHOLD,
    VARIANCE_OFFSET,
    WIDTH,
    Floats,
    Patches,
    Scale,
)
from catclf.images.preprocessing import SIDE


def add(graph: Graph, features: FeatureMap, images: Value) -> Value:
    """Rows (m, n_x) of images (m, 64, 64, 3)."""
    assert isinstance(features, Patches)
    first = graph.add("Transpose", graph.float32(images), perm=[0, 3, 1, 2])  # (m, 3, 64, 64)
    offsets = features.arrays["patches_offsets"]
    pooled = []
    for scale, atoms, offset in zip(SCALES, features.atoms, offsets, strict=True):
        Z = _responses(graph, _shrunk(graph, first, scale.shrink), scale, atoms, offset)
        cell_means = CELL_MEANS[scale].T  # (places², 16)
        negative = graph.add("Neg", Z)
        for response in (Z, negative):
            beyond = graph.add("Relu", graph.add("Sub", response, number(THRESHOLD)))
            means = graph.add("MatMul", beyond, cell_means)  # (m, K, 16)
            by_cell = graph.add("Transpose", means, perm=[0, 2, 1])  # (m, 16, K)
            pooled.append(graph.reshape(by_cell, 0, -1))
    return graph.add("Sqrt", graph.add("Concat", *pooled, axis=1))


def _shrunk(graph: Graph, images: Value, factor: int) -> Value:
    """Images (m, 3, 64, 64) made smaller by a whole factor."""
    if factor == 1:
        return images
    side = SIDE // factor
    squares = graph.reshape(images, 0, 3, side, factor, side, factor)
    sums = graph.reshape(graph.sum(squares, 3, 5), 0, 3, side, side)
    return graph.add("Mul", sums, number(1 / factor**2))


def _responses(graph: Graph, images: Value, scale: Scale, atoms: Floats, offsets: Floats) -> Value:
    """Responses of all patches to the atoms (K, 6, 6, 3): (m, K, places²)."""
    size = 3 * WIDTH**2
    centring = np.eye(size) - 1 / size  # (108, 108): a patch to its differences from its mean
    kernels = number(centring.reshape(size, WIDTH, WIDTH, 3).transpose(0, 3, 1, 2))
    patches = graph.add("Conv", images, kernels, strides=[scale.stride] * 2)
    patches = graph.reshape(patches, 0, size, -1)  # (m, 108, places²)
    squares = graph.sum(graph.add("Mul", patches, patches), 1)  # (m, 1, places²)
    variances = graph.add("Mul", squares, number(1 / size))
    contrasts = graph.add("Sqrt", graph.add("Add", variances, number(VARIANCE_OFFSET)))
    Z = graph.add("MatMul", atoms.reshape(len(atoms), size), patches)  # (m, K, places²)
    return graph.add("Sub", graph.add("Div", Z, contrasts), offsets.reshape(-1, 1))
