"""Choosing the penalty by cross-validation, and the held-out logits that calibration needs."""

from collections.abc import Sequence
from math import inf, isfinite
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.dataset import Dataset
from catclf.errors import DataError
from catclf.logistic import Array, sigmoid
from catclf.parallel import one_blas_thread
from catclf.progress import Progress
from catclf.training.design_matrix import DesignMatrix
from catclf.training.fold_paths import fold_paths
from catclf.training.optimise import loss_of
from catclf.training.settings import TrainingSettings

_FOLDS = 5

# Penalties that are tried, as shares of the features' variance: 1/10, then half a power of ten less
# each time.
_PENALTIES = 13

# So many penalties in a row that are worse than the best end the search.
_PATIENCE = 2


class PenaltySelection(NamedTuple):
    """A penalty, and how it does on held-out images."""

    l2: float
    """Penalty λ: the one that was set, or the best."""
    Z: Array
    """(1, m): for each image, the logit by a model that was trained without its fold. Empty,
    (1, 0), where no setting asks for it."""


def select_penalty(
    design: DesignMatrix,
    dataset: Dataset,
    settings: TrainingSettings,
    progress: Progress | None = None,
) -> PenaltySelection:
    """The penalty for a training, chosen on folds where the settings ask for it.

    Features and their standardisation are those of all examples: labels play no part in them.

    Parameters
    ----------
    design : DesignMatrix
        Of the data set.
    dataset : Dataset
        Training images; those that belong together share a fold.
    settings : TrainingSettings
        How to train.
    progress : callable, optional
        Called with the number of penalties done.

    Returns
    -------
    PenaltySelection
        With the penalty that gives held-out images the lowest mean loss.

    Raises
    ------
    DataError
        If there are too few images of a class to hold some out.
    """
    if not settings.holds_out:
        assert settings.l2 != "auto"
        return PenaltySelection(settings.l2, np.empty((1, 0)))
    folds = _folds(dataset, settings.seed)
    l2s = _penalties(design) if settings.l2 == "auto" else [settings.l2]
    return _best_of(l2s, design, folds, settings, progress)


def _folds(dataset: Dataset, seed: int) -> NDArray[np.intp]:
    from catclf.datasets.folds import stratified_folds

    rarer = min(len(np.unique(dataset.groups[dataset.labels == label])) for label in (0, 1))
    if rarer < 2:
        raise DataError(
            f"{dataset.where} has only one image of a class, and choosing a penalty, "
            "calibration and targets for the threshold need two; add images, or use a number "
            "for --l2 and --threshold, and --no-calibrate"
        )
    return stratified_folds(dataset.labels, dataset.groups, min(_FOLDS, rarer), seed)


def _best_of(
    l2s: Sequence[float],
    design: DesignMatrix,
    folds: NDArray[np.intp],
    settings: TrainingSettings,
    progress: Progress | None,
) -> PenaltySelection:
    """Try one penalty after the other on all folds, until they get worse."""
    loss = loss_of(design, settings)
    Y = design.Y[:, : design.m].astype(np.float64)  # (1, m)
    best, lowest, worse = None, inf, 0
    # Gradient descent can diverge; that shows in the cost.
    with one_blas_thread(), np.errstate(over="ignore", invalid="ignore"):
        paths = fold_paths(design, folds, settings)
        for tried, l2 in enumerate(l2s, start=1):
            Z = paths.logits(l2)
            cost = float(loss.values(Z, sigmoid(Z), Y).mean())
            if not isfinite(cost):  # gradient descent can diverge; the last fit reports that
                cost = inf
            if best is None or cost < lowest:
                best, lowest, worse = PenaltySelection(l2, Z), cost, 0
            else:
                worse += 1
            if progress:
                progress(tried, len(l2s))
            if worse == _PATIENCE:
                break
    if progress:  # those that are left are not tried
        progress(len(l2s), len(l2s))
    assert best
    return best


def _penalties(design: DesignMatrix) -> list[float]:
    """Penalties to try, the largest first."""
    step = -(-len(design.rows) // 1000)
    rows = design.rows[::step]
    sample = rows.reshape(len(rows), -1)  # (sample, n_x)
    variance = sample.var(axis=0, dtype=np.float64).sum()
    # Images that are all identical leave nothing to choose.
    total = max(float(design.scale**2 * variance), 1e-6)
    return [total * 10 ** (-1 - k / 2) for k in range(_PENALTIES)]
