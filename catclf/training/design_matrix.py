"""The design matrix: labelled images as a solver takes them, in rows of features."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.dataset import Dataset
from catclf.errors import SettingsError
from catclf.features.feature_map import FeatureMap
from catclf.features.pixels import Pixels
from catclf.features.standardise import is_constant
from catclf.images.preprocessing import mirrored
from catclf.logistic import LOSSES, Array
from catclf.memory import large_array
from catclf.progress import Progress
from catclf.rows import Joined, Picked, Rows
from catclf.solvers.engine import Examples, engine, is_elsewhere, moments_of
from catclf.training.feature_rows import FeatureRows, Moments, standardise
from catclf.training.settings import TrainingSettings

_BATCH = 256


@dataclass(frozen=True)
class DesignMatrix:
    """Examples for a solver, and the way back from its weights to the features as they are."""

    rows: Rows
    """(copies · m, …): first all images, then all of them flipped."""
    Y: NDArray[Any]
    """Labels (1, copies · m)."""
    copies: int
    """1, or 2 with horizontal flips."""
    scale: float
    """A feature column is an unrolled row times this."""
    means: Array | None = None
    """(n_x, 1): what was subtracted from the features to standardise them."""
    deviations: Array | None = None
    """(n_x, 1): what they were then divided by."""

    @property
    def m(self) -> int:
        """Number of images."""
        return len(self.rows) // self.copies

    @property
    def n_x(self) -> int:
        """Number of features."""
        return int(np.prod(self.rows.shape[1:]))

    def subset(self, chosen: NDArray[np.bool_]) -> "DesignMatrix":
        """The examples of some images; chosen is (m,). An image and its flip stay together."""
        indices = np.flatnonzero(np.tile(chosen, self.copies))
        rows = Picked(self.rows, indices)
        return DesignMatrix(rows, self.Y[:, indices], self.copies, self.scale)

    def logits(self, w: Array, b: float) -> Array:
        """Logits (1, m) of the images, from what a solver found: means over their copies."""
        return self.mean_of_copies(self.scale * engine().logits(self.rows, w) + b)

    def mean_of_copies(self, Z: Array) -> Array:
        """Logits (1, m) of the images, from those of the rows."""
        mean: Array = Z.reshape(self.copies, self.m).mean(axis=0, keepdims=True)  # (1, m)
        return mean

    def unstandardise(self, w: Array, b: float) -> tuple[Array, float]:
        """Weights and bias for the features as they are, from those for the rows."""
        if self.means is None or self.deviations is None:
            return w, b
        w = w / self.deviations
        return w, b - float(np.vdot(w, self.means))


def make_design_matrix(
    dataset: Dataset,
    features: FeatureMap,
    settings: TrainingSettings,
    progress: Progress | None = None,
) -> DesignMatrix:
    """Compute the features of a data set's images.

    Parameters
    ----------
    dataset : Dataset
        Labelled images.
    features : FeatureMap
        How an image becomes a column.
    settings : TrainingSettings
        Whether to flip and to standardise; the type of the features.
    progress : callable, optional
        Called with the number of images done.

    Returns
    -------
    DesignMatrix
        Pixels that need no standardisation remain bytes, in memory or in their file.
    """
    copies = 2 if settings.flip else 1
    Y = np.tile(dataset.Y, copies)  # (1, copies · m)
    if is_elsewhere():
        return _elsewhere(dataset, features, settings, Y)
    if isinstance(features, Pixels) and not settings.standardise:
        return DesignMatrix(_pixel_rows(dataset, settings), Y, copies, features.scale)
    rows = large_array((copies * dataset.m, features.n_x), settings.dtype)
    encodings = dataset.encodings
    for start in range(0, dataset.m, _BATCH):
        here = slice(start, min(start + _BATCH, dataset.m))
        batch = dataset.images[here]
        encoded = None if encodings is None else encodings.rows[here]
        rows[here] = features.columns_from(batch, encoded, settings.dtype).T
        if settings.flip:
            encoded = None if encodings is None else encodings.of_mirrored[here]
            flipped = features.columns_from(mirrored(batch), encoded, settings.dtype)
            rows[dataset.m :][here] = flipped.T
        if progress:
            progress(here.stop, dataset.m)
    if not settings.standardise:
        return DesignMatrix(rows, Y, copies, 1.0)
    moments = _moments(rows, Y, settings)
    for start in range(0, len(rows), _BATCH):
        standardise(rows[start : start + _BATCH], *moments)
    return DesignMatrix(rows, Y, copies, 1.0, *_columns(*moments))


def _elsewhere(
    dataset: Dataset, features: FeatureMap, settings: TrainingSettings, Y: NDArray[Any]
) -> DesignMatrix:
    """The design matrix for an engine that computes the features itself."""
    if dataset.encodings is not None:
        raise SettingsError("an encoder does not work on a cluster; train without --scheduler")
    copies = [False, True] if settings.flip else [False]
    learned: FeatureMap | None = features
    scale = 1.0
    if isinstance(features, Pixels) and not settings.standardise:  # bytes do
        learned, scale = None, features.scale
        if not settings.flip:
            return DesignMatrix(dataset.images, Y, 1, scale)

    def rows(moments: Moments | None = None) -> Rows:
        return Joined(
            [
                FeatureRows(
                    dataset.images, learned, settings.dtype, is_mirrored=copy, moments=moments
                )
                for copy in copies
            ]
        )

    if not settings.standardise:
        return DesignMatrix(rows(), Y, len(copies), scale)
    moments = _moments(rows(), Y, settings)
    return DesignMatrix(rows(moments), Y, len(copies), 1.0, *_columns(*moments))


def _moments(rows: Rows, Y: NDArray[Any], settings: TrainingSettings) -> Moments:
    loss = LOSSES[settings.loss]  # which plays no part
    return moments_of(Examples(rows, Y, 1.0, loss, np.dtype(settings.dtype)))


def _columns(means: Array, deviations: Array) -> tuple[Array, Array]:
    """What undoes a standardisation, (n_x, 1) each; 1 in place of deviations that are 0."""
    divisors = np.where(is_constant(deviations), 1, deviations)
    return means[:, np.newaxis], divisors[:, np.newaxis]  # (n_x, 1) each


def _pixel_rows(dataset: Dataset, settings: TrainingSettings) -> Rows:
    if settings.flip:
        m = dataset.m
        images = large_array((2 * m, *dataset.images.shape[1:]), np.uint8)
        for start in range(0, m, _BATCH):
            batch = dataset.images[start : start + _BATCH]
            images[start : start + len(batch)] = batch
            images[m + start : m + start + len(batch)] = mirrored(batch)
        return images
    # Folds need any rows, and a file gives only slices.
    return dataset.images[:] if settings.holds_out else dataset.images
