"""What a model would score at every threshold: the ROC and the precision-recall curve."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.logistic import Array


class RocCurve(NamedTuple):
    """Shares of both classes that are classified as positive, from the highest threshold down."""

    false_positive_rate: Array
    """(k,), from 0 to 1: of the negatives."""
    recall: Array
    """(k,), from 0 to 1: of the positives."""
    logits: Array
    """(k,): the thresholds; the first is infinite, and the others are the distinct logits."""


class PrecisionRecallCurve(NamedTuple):
    """Precision and recall, from the highest threshold down."""

    recall: Array
    """(k,), up to 1."""
    precision: Array
    """(k,): there is one, since at each threshold at least one image is classified as positive."""
    logits: Array
    """(k,): the thresholds, which are the distinct logits."""

    @property
    def average_precision(self) -> float:
        """The mean of the precision over the recall, without interpolation."""
        return float(np.sum(np.diff(self.recall, prepend=0) * self.precision))


def roc_curve(Z: Array, Y: NDArray[Any]) -> RocCurve:
    """The ROC curve: recall against false positive rate.

    Parameters
    ----------
    Z : array (1, m)
        Logits.
    Y : array (1, m)
        Labels, 1 or 0; both must be there.

    Returns
    -------
    RocCurve
        Its points.
    """
    logits, true, false = _counts(Z, Y)
    return RocCurve(
        np.concatenate([[0], false / false[-1]]),
        np.concatenate([[0], true / true[-1]]),
        np.concatenate([[np.inf], logits]),
    )


def precision_recall_curve(Z: Array, Y: NDArray[Any]) -> PrecisionRecallCurve:
    """Precision against recall.

    Parameters
    ----------
    Z : array (1, m)
        Logits.
    Y : array (1, m)
        Labels, 1 or 0; there must be a 1.

    Returns
    -------
    PrecisionRecallCurve
        Its points.
    """
    logits, true, false = _counts(Z, Y)
    return PrecisionRecallCurve(true / true[-1], true / (true + false), logits)


def _counts(Z: Array, Y: NDArray[Any]) -> tuple[Array, Array, Array]:
    """The distinct logits (k,), falling, and the positives and negatives at or above each."""
    logits, place = np.unique(np.ravel(Z), return_inverse=True)
    actual = np.ravel(Y) == 1  # (m,)
    positives, negatives = (
        np.bincount(place[of_class], minlength=len(logits)) for of_class in (actual, ~actual)
    )
    return logits[::-1], np.cumsum(positives[::-1]), np.cumsum(negatives[::-1])
