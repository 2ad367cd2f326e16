"""Rows of features that are computed when they are asked for."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.features.feature_map import FeatureMap
from catclf.features.standardise import is_constant
from catclf.images.preprocessing import mirrored
from catclf.logistic import Array
from catclf.rows import Rows, between

Moments = tuple[Array, Array]
"""Mean and standard deviation of each feature, (n_x,) each."""


class FeatureRows:
    """Features of images, (m, n_x), or the images themselves.

    Another process that these are sent to computes them once, and keeps them.

    Parameters
    ----------
    images : uint8 array (m, side, side, 3), or what gives such arrays for slices
        The images.
    features : FeatureMap, optional
        How an image becomes a column; None for images as they are.
    dtype : float32 or float64
        Of the features.
    is_mirrored : bool
        Whether to mirror the images first.
    moments : array (n_x,), array (n_x,), optional
        Means and standard deviations of the features, to standardise them.
    """

    def __init__(
        self,
        images: Rows,
        features: FeatureMap | None,
        dtype: DTypeLike,
        *,
        is_mirrored: bool,
        moments: Moments | None = None,
    ) -> None:
        self._images, self._features, self._is_mirrored = images, features, is_mirrored
        self._moments = moments
        self.dtype = np.dtype(dtype if features else np.uint8)
        self.shape = (len(images), features.n_x) if features else images.shape

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, here: slice, /) -> NDArray[Any]:
        images = self._images[here]
        if self._is_mirrored:
            images = mirrored(images)
        if not self._features:
            return images
        rows = self._features.columns(images, self.dtype).T
        if self._moments:
            standardise(rows, *self._moments)
        return rows

    def between(self, start: int, stop: int) -> "FeatureRows":
        """Some neighbouring rows."""
        return FeatureRows(
            between(self._images, start, stop),
            self._features,
            self.dtype,
            is_mirrored=self._is_mirrored,
            moments=self._moments,
        )

    def __reduce__(self) -> Any:
        arguments = self._images, self._features, self.dtype, self._is_mirrored, self._moments
        return _computed, arguments


def standardise(rows: Array, means: Array, deviations: Array) -> None:
    """Bring features (m, n_x) to mean 0 and deviation 1, in place; constant ones to 0."""
    constant = is_constant(deviations)
    rows -= means
    rows /= np.where(constant, 1, deviations)
    rows[:, constant] = 0


_BATCH = 256


def _computed(
    images: Rows,
    features: FeatureMap | None,
    dtype: DTypeLike,
    is_mirrored: bool,
    moments: Moments | None,
) -> NDArray[Any]:
    rows = FeatureRows(images, features, dtype, is_mirrored=is_mirrored, moments=moments)
    array = np.empty(rows.shape, rows.dtype)
    for start in range(0, len(rows), _BATCH):
        array[start : start + _BATCH] = rows[start : start + _BATCH]
    return array
