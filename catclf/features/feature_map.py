"""What every feature map offers."""

from collections.abc import Mapping
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.images.preprocessing import Images
from catclf.logistic import Array
from catclf.rows import Rows


class FeatureMap(Protocol):
    """Turns images into feature columns.

    Each class also has `array_names`, the names of what it learns; `learn(images, seed)`, which
    makes one from training images; and `restore(arrays)`, which makes one from what it learned.
    """

    @property
    def name(self) -> str:
        """By which model files and users call it."""

    @property
    def n_x(self) -> int:
        """Features of an image."""

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """What it has learned."""

    def columns(self, images: Images, dtype: DTypeLike = np.float64) -> Array:
        """Feature columns (n_x, m) of m images."""

    def effects(self, w: Array, images: Images) -> Array:
        """What each feature of one image (1, 64, 64, 3) adds to the logit; w is (n_x, 1)."""

    def spread(self, effects: Array) -> Array:
        """Effects on the pixels (64, 64) that the features look at; the sum stays the same."""


class Plain(FeatureMap, Protocol):
    """A feature map whose features themselves are what can be shown on the image."""

    def effects(self, w: Array, images: Images) -> Array:
        """What each feature of one image (1, 64, 64, 3) adds to the logit; w is (n_x, 1)."""
        x = self.columns(images, np.float64)  # (n_x, 1)
        products: Array = (w * x)[:, 0]
        return products


class Fixed(Plain, Protocol):
    """A feature map that has nothing to learn."""

    array_names: tuple[str, ...] = ()

    @classmethod
    def learn(cls, images: Rows, seed: int) -> Self:
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
