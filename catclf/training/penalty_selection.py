"""What models say of images that they were not trained on: how penalties are chosen."""

from math import inf, isfinite
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.dataset import Progress
from catclf.logistic import Array, sigmoid
from catclf.parallel import one_blas_thread
from catclf.training.design_matrix import TrainingExamples
from catclf.training.optimise import loss_of, penalty_path
from catclf.training.settings import TrainingSettings

# Penalties that are tried, as shares of the features' variance: 1/10, then half a power of ten less
# each time.
_PENALTIES = 13

# So many penalties in a row that cost more than the best end the search.
_PATIENCE = 2


class HeldOut(NamedTuple):
    """What folds gave."""

    l2: float
    """Penalty λ: the one that was set, or the best."""
    Z: Array
    """(1, m): of each image, the logit by a model that was trained without its fold."""


def held_out(
    examples: TrainingExamples,
    folds: NDArray[np.intp],
    settings: TrainingSettings,
    progress: Progress | None = None,
) -> HeldOut:
    """Train without each fold in turn, with one penalty after the other, and look at the fold.

    Features and their standardisation are those of all examples: labels play no part in them.

    Parameters
    ----------
    examples : TrainingExamples
        Of m images.
    folds : int array (m,)
        The fold of each image; each needs both classes outside it.
    settings : TrainingSettings
        How to train.
    progress : callable, optional
        Told how many penalties are done.

    Returns
    -------
    HeldOut
        With the penalty that gives held-out images the lowest mean loss.
    """
    l2s = _penalties(examples) if settings.l2 == "auto" else [settings.l2]
    parts = [folds == fold for fold in range(int(folds.max()) + 1)]
    loss = loss_of(examples, settings)
    Y = examples.Y[:, : examples.m].astype(np.float64)
    best, lowest, worse = None, inf, 0
    with one_blas_thread():
        paths = [penalty_path(examples.of(~part), settings, l2s) for part in parts]
        for tried, (l2, solutions) in enumerate(zip(l2s, zip(*paths, strict=True), strict=True)):
            Z = np.empty((1, examples.m))
            for part, (w, b) in zip(parts, solutions, strict=True):
                Z[:, part] = examples.of(part).logits(w, b)
            cost = float(loss.values(Z, sigmoid(Z), Y).mean())
            if not isfinite(cost):  # gradient descent can diverge; that is for the last fit to say
                cost = inf
            if best is None or cost < lowest:
                best, lowest, worse = HeldOut(l2, Z), cost, 0
            else:
                worse += 1
            if progress:
                progress(tried + 1, len(l2s))
            if worse == _PATIENCE:
                break
    assert best
    return best


def _penalties(examples: TrainingExamples) -> list[float]:
    """Penalties to try, the largest first."""
    step = -(-examples.rows.shape[0] // 1000)
    sample = examples.rows[::step]
    variance = sample.reshape(len(sample), -1).var(axis=0, dtype=np.float64).sum()
    # Images that are all alike leave nothing to choose.
    total = max(float(examples.scale**2 * variance), 1e-6)
    return [total * 10 ** (-1 - k / 2) for k in range(_PENALTIES)]
