"""What every feature map offers."""

from collections.abc import Mapping
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.images.preprocessing import Images, Pictures
from catclf.logistic import Array


class FeatureMap(Protocol):
    """Turns pictures into feature columns.

    Each class also has `array_names`, the names of what it learns; `learn(pictures, seed)`, which
    makes one from training pictures; and `restore(arrays)`, which makes one from what it learned.
    """

    @property
    def name(self) -> str:
        """By which model files and users call it."""

    @property
    def n_x(self) -> int:
        """Features of a picture."""

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """What it has learned."""

    def columns(self, pictures: Pictures, dtype: DTypeLike = np.float64) -> Array:
        """Feature columns (n_x, m) of m pictures."""

    def effects(self, w: Array, pictures: Pictures) -> Array:
        """What each feature of one picture (1, 64, 64, 3) adds to the logit; w is (n_x, 1)."""

    def spread(self, effects: Array) -> Array:
        """Effects on the pixels (64, 64) that the features look at; the sum stays the same."""


class Plain(FeatureMap, Protocol):
    """A feature map whose features themselves are what can be shown on the picture."""

    def effects(self, w: Array, pictures: Pictures) -> Array:
        """What each feature of one picture (1, 64, 64, 3) adds to the logit; w is (n_x, 1)."""
        x = self.columns(pictures, np.float64)  # (n_x, 1)
        products: Array = (w * x)[:, 0]
        return products


class Fixed(Plain, Protocol):
    """A feature map that has nothing to learn."""

    array_names: tuple[str, ...] = ()

    @classmethod
    def learn(cls, pictures: Images, seed: int) -> Self:
        """Nothing needs to be learned."""
        return cls()

    @classmethod
    def restore(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Nothing was learned."""
        return cls()

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """Nothing was learned."""
        return {}
