"""The lecture's features: all pixels of an image in one column, scaled to [0, 1]."""

import numpy as np
from numpy.typing import DTypeLike

from catclf.features.feature_map import BasicFeatureMap
from catclf.images.preprocessing import SIDE, Images
from catclf.logistic import Array


class Pixels(BasicFeatureMap):
    """Unrolls a 64 × 64 image into a column of 12 288 numbers, each pixel value / 255.

    The three channels of a pixel are adjacent: row 0 of the column is the red of the top left
    pixel, row 1 its green, row 2 its blue, row 3 the red of the pixel to its right.
    """

    name = "pixels"
    n_x = SIDE * SIDE * 3
    looks_at = "pixel"
    scale = 1 / 255
    """Factor from an unrolled image to its column, for solvers that work on the bytes."""

    def columns(self, images: Images, dtype: DTypeLike = np.float64) -> Array:
        """Feature columns (12288, m): `images.reshape(m, -1).T / 255`."""
        rows = images.reshape(len(images), self.n_x)  # (m, n_x), no copy
        X: Array = np.divide(rows, 255, dtype=dtype).T  # (n_x, m)
        return X

    def spread(self, contributions: Array) -> Array:
        """Contributions (12288,), summed over the channels of each pixel: (64, 64)."""
        pixels: Array = contributions.reshape(SIDE, SIDE, 3).sum(axis=2)  # (64, 64)
        return pixels
