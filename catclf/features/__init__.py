"""Pictures to feature columns.

A feature map has a `name`, the number `n_x` of features that a picture gets, and `columns`, which
turns pictures into a matrix with one column a picture.
"""

from typing import Protocol

from numpy.typing import DTypeLike

from catclf.features.pixels import Pixels
from catclf.logistic import Array
from catclf.pictures import Pictures


class FeatureMap(Protocol):
    """What every feature map offers."""

    name: str
    n_x: int

    def columns(self, pictures: Pictures, dtype: DTypeLike = ...) -> Array:
        """Feature columns (n_x, m) of m pictures."""


FEATURE_MAPS: dict[str, type[Pixels]] = {"pixels": Pixels}

__all__ = ["FEATURE_MAPS", "FeatureMap", "Pixels"]
