"""Labelled images as a solver takes them: rows of features, perhaps of mirror images too."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.dataset import Dataset, Progress
from catclf.features.feature_map import FeatureMap
from catclf.features.pixels import Pixels
from catclf.features.standardise import is_constant
from catclf.images.preprocessing import mirrored
from catclf.logistic import Array
from catclf.rows import Rows
from catclf.training.settings import TrainingSettings

_BATCH = 256


class _Chosen:
    """Some of an array's rows, copied when they are asked for."""

    def __init__(self, rows: Any, places: NDArray[np.intp]) -> None:
        self._rows, self._places = rows, places
        self.shape = len(places), *rows.shape[1:]
        self.dtype = rows.dtype

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, here: slice, /) -> NDArray[Any]:
        chosen: NDArray[Any] = self._rows[self._places[here]]
        return chosen


@dataclass(frozen=True)
class TrainingExamples:
    """What a solver is given, and the way back from what it finds."""

    rows: Rows
    """(copies · m, …): first all images, then all their mirror images."""
    Y: NDArray[Any]
    """Labels (1, copies · m)."""
    copies: int
    """1, or 2 with mirror images."""
    scale: float
    """A feature column is an unrolled row times that."""
    means: Array | None = None
    """(n_x, 1): what was taken from the features to standardise them."""
    deviations: Array | None = None
    """(n_x, 1): what they were divided by then."""

    @property
    def m(self) -> int:
        """Number of images."""
        return self.rows.shape[0] // self.copies

    def of(self, chosen: NDArray[np.bool_]) -> "TrainingExamples":
        """The examples of some images; chosen is (m,). An image's copies stay together."""
        places = np.flatnonzero(np.tile(chosen, self.copies))
        return TrainingExamples(
            _Chosen(self.rows, places), self.Y[:, places], self.copies, self.scale
        )

    def logits(self, w: Array, b: float) -> Array:
        """Logits (1, m) of the images, from what a solver found: means over their copies."""
        Z = np.empty(self.rows.shape[0])
        for start in range(0, len(Z), _BATCH):
            rows = self.rows[start : start + _BATCH]
            X = rows.reshape(len(rows), -1).T  # (n_x, batch)
            Z[start : start + _BATCH] = self.scale * (w.T @ X)[0] + b
        mean: Array = Z.reshape(self.copies, self.m).mean(axis=0, keepdims=True)  # (1, m)
        return mean

    def restore(self, w: Array, b: float) -> tuple[Array, float]:
        """Weights and bias for features as they are, from those for standardised ones."""
        if self.means is None or self.deviations is None:
            return w, b
        w = w / self.deviations
        return w, b - float(np.vdot(w, self.means))


def make_examples(
    dataset: Dataset,
    features: FeatureMap,
    settings: TrainingSettings,
    progress: Progress | None = None,
) -> TrainingExamples:
    """Work out the features of a data set's images.

    Parameters
    ----------
    dataset : Dataset
        Labelled images.
    features : FeatureMap
        How an image becomes a column.
    settings : TrainingSettings
        Whether to mirror and to standardise; the type of the features.
    progress : callable, optional
        Told how many images are done.

    Returns
    -------
    TrainingExamples
        Pixels that need no standardisation stay the bytes that they are, wherever they are.
    """
    copies = 2 if settings.flip else 1
    Y = np.tile(dataset.Y, copies)  # (1, copies · m)
    if isinstance(features, Pixels) and not settings.standardise:
        images = dataset.images
        if settings.holds_out:  # from a file, only slices can be had
            images = images[:]
        if settings.flip:
            images = np.concatenate([images[:], mirrored(images[:])])
        return TrainingExamples(images, Y, copies, features.scale)
    m = dataset.m
    rows = np.empty((copies * m, features.n_x), settings.dtype)
    for start in range(0, m, _BATCH):
        batch = dataset.images[start : start + _BATCH]
        stop = start + len(batch)
        rows[start:stop] = features.columns(batch, settings.dtype).T
        if settings.flip:
            rows[m + start : m + stop] = features.columns(mirrored(batch), settings.dtype).T
        if progress:
            progress(stop, m)
    if not settings.standardise:
        return TrainingExamples(rows, Y, copies, 1.0)
    means, deviations = _standardise(rows)
    return TrainingExamples(rows, Y, copies, 1.0, means, deviations)


def _standardise(rows: Array) -> tuple[Array, Array]:
    """Bring columns to mean 0 and deviation 1, in place; the means and deviations, (n_x, 1)."""
    batches = [rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH)]
    means = sum(batch.sum(axis=0, dtype=np.float64) for batch in batches) / len(rows)
    for batch in batches:
        batch -= means
    squares = sum(np.einsum("ij,ij->j", p, p, dtype=np.float64) for p in batches)
    deviations = np.sqrt(squares / len(rows))
    constant = is_constant(deviations)
    deviations[constant] = 1
    for batch in batches:
        batch /= deviations
        batch[:, constant] = 0
    return means[:, np.newaxis], deviations[:, np.newaxis]
