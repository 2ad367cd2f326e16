"""Several feature maps, their columns stacked."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.features.feature_map import FeatureMap
from catclf.images.preprocessing import Images
from catclf.logistic import Array


class Joined(FeatureMap):
    """Stacks the columns of several feature maps.

    Parameters
    ----------
    parts : sequence of FeatureMap
        In the order of their features in a column; already learned or restored.
    """

    def __init__(self, parts: Sequence[FeatureMap]) -> None:
        self.parts = parts

    @property
    def name(self) -> str:
        """The names of the parts, joined with a plus sign."""
        return "+".join(part.name for part in self.parts)

    @property
    def n_x(self) -> int:
        """Number of features of all parts."""
        return sum(part.n_x for part in self.parts)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """What all parts learned."""
        return {name: array for part in self.parts for name, array in part.arrays.items()}

    def columns(self, images: Images, dtype: DTypeLike = np.float64) -> Array:
        """Feature columns of the parts, the first part's on top."""
        rows = np.empty((len(images), self.n_x), dtype)
        start = 0
        for part in self.parts:
            rows[:, start : start + part.n_x] = part.columns(images, dtype).T
            start += part.n_x
        return rows.T  # (n_x, m)

    def spread(self, contributions: Array) -> Array:
        """The sum of what each part spreads."""
        ends = np.cumsum([part.n_x for part in self.parts])
        pieces = np.split(contributions, ends[:-1])
        pixels: Array = np.sum(
            [part.spread(piece) for part, piece in zip(self.parts, pieces, strict=True)], axis=0
        )
        return pixels
