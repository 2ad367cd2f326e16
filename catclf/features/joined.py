"""Several feature maps' columns below each other."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.features.feature_map import FeatureMap, Plain
from catclf.images.preprocessing import Images
from catclf.logistic import Array


class Joined(Plain):
    """Feature maps side by side.

    Parameters
    ----------
    parts : sequence of FeatureMap
        In the order of their columns.
    """

    def __init__(self, parts: Sequence[FeatureMap]) -> None:
        self.parts = parts

    @property
    def name(self) -> str:
        """Their names."""
        return "+".join(part.name for part in self.parts)

    @property
    def n_x(self) -> int:
        """Features of an image."""
        return sum(part.n_x for part in self.parts)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """What the parts have learned."""
        return {name: array for part in self.parts for name, array in part.arrays.items()}

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
        array (n_x, m)
            A transposed view: in memory, an image's numbers lie side by side.
        """
        rows = np.empty((len(images), self.n_x), dtype)
        start = 0
        for part in self.parts:
            rows[:, start : start + part.n_x] = part.columns(images, dtype).T
            start += part.n_x
        return rows.T  # (n_x, m)

    def spread(self, effects: Array) -> Array:
        """Effects (n_x,) on the pixels (64, 64) that the features look at."""
        ends = np.cumsum([part.n_x for part in self.parts])
        pieces = np.split(effects, ends[:-1])
        pixels: Array = np.sum(
            [part.spread(piece) for part, piece in zip(self.parts, pieces, strict=True)], axis=0
        )
        return pixels
