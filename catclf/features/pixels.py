"""The lecture's features: all pixels of an image in one column, scaled to [0, 1]."""

import numpy as np
from numpy.typing import DTypeLike

from catclf.features.feature_map import Fixed
from catclf.images.preprocessing import SIDE, Images
from catclf.logistic import Array


class Pixels(Fixed):
    """Unrolls a 64 × 64 image into a column of 12 288 numbers, each pixel / 255.

    The numbers of a pixel stand together: row 0 of the column is the red of the top left pixel,
    row 1 its green, row 2 its blue, row 3 the red of the pixel to its right.
    """

    name = "pixels"
    n_x = SIDE * SIDE * 3
    scale = 1 / 255
    """What solvers, which take images as bytes, multiply an unrolled image by."""

    def columns(self, images: Images, dtype: DTypeLike = np.float64) -> Array:
        """Feature columns of some images.

        Parameters
        ----------
        images : uint8 array (m, 64, 64, 3)
            Images.
        dtype : float64 or float32
            Type of the columns.

        Returns
        -------
        array (12288, m)
            A transposed view: in memory, an image's numbers lie side by side.
        """
        rows = images.reshape(len(images), self.n_x)  # (m, n_x), no copy
        X: Array = np.divide(rows, 255, dtype=dtype).T  # (n_x, m)
        return X

    def spread(self, effects: Array) -> Array:
        """Effects (12288,), added up for each pixel: (64, 64)."""
        pixels: Array = effects.reshape(SIDE, SIDE, 3).sum(axis=2)  # (64, 64)
        return pixels
