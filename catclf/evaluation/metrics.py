"""Metrics: how good predictions are."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.logistic import LOSSES, Array, sigmoid
from catclf.training.evidence import wilson_interval

_BINS = 10


class Bin(NamedTuple):
    """Images with similar probabilities."""

    low: float
    """The smallest probability in the bin."""
    high: float
    """The smallest in the next bin."""
    images: int
    probability: float
    """Mean predicted probability."""
    share: float
    """Observed share of positives: what a calibrated model would predict."""

    def to_dict(self) -> dict[str, Any]:
        """The bin, for JSON."""
        return {
            "low": self.low,
            "high": self.high,
            "pictures": self.images,
            "probability": self.probability,
            "share": self.share,
        }


@dataclass(frozen=True)
class Metrics:
    """How good predictions are. A metric that is undefined is None.

    `precision` is the share of actual positives among the predicted ones, `recall` the share of
    the actual positives that are found, `f1` their harmonic mean. `baseline` is the accuracy of
    always predicting the majority class. `roc_auc` is the probability that a random positive has a
    higher logit than a random negative. `log_loss` is the mean cross-entropy (0.693 for a coin),
    `brier` the mean squared error of the probability (0.25 for a coin). `calibration_error` is the
    expected calibration error: the mean difference between predicted and observed shares over the
    bins of `reliability`.
    """

    true_positives: int
    false_negatives: int
    false_positives: int
    true_negatives: int
    accuracy: float
    accuracy_interval: tuple[float, float]
    """95 % Wilson score interval."""
    baseline: float
    precision: float | None
    recall: float | None
    f1: float | None
    roc_auc: float | None
    log_loss: float
    brier: float
    calibration_error: float
    reliability: tuple[Bin, ...]

    @property
    def positives(self) -> int:
        """Number of images of the positive class."""
        return self.true_positives + self.false_negatives

    @property
    def m(self) -> int:
        """Number of images."""
        return self.positives + self.false_positives + self.true_negatives

    def shown(self) -> list[tuple[str, str]]:
        """Names and values of the metrics beside the accuracy, as users read them."""
        values = (
            ("Precision", self.precision),
            ("Recall", self.recall),
            ("F1", self.f1),
            ("ROC AUC", self.roc_auc),
            ("Log-loss", self.log_loss),
            ("Brier score", self.brier),
            ("Expected calibration error", self.calibration_error),
        )
        return [(name, "undefined" if value is None else f"{value:.4f}") for name, value in values]

    def to_dict(self) -> dict[str, Any]:
        """All metrics, by name."""
        return {**asdict(self), "reliability": [bin_.to_dict() for bin_ in self.reliability]}


def metrics(Z: Array, Y: NDArray[Any], threshold: float | Array = 0.5) -> Metrics:
    """Compare logits with labels.

    Parameters
    ----------
    Z : array (1, m)
        Logits, m > 0.
    Y : array (1, m)
        Labels, 1 or 0.
    threshold : float, or array (1, m)
        Probability at or above which an image, or each image, is classified as positive.

    Returns
    -------
    Metrics
        All of them.
    """
    Z = Z.astype(np.float64)
    A = sigmoid(Z)  # (1, m)
    m = Z.size
    predicted, actual = A >= threshold, Y == 1
    tp, fn = int(np.sum(predicted & actual)), int(np.sum(~predicted & actual))
    fp, tn = int(np.sum(predicted & ~actual)), int(np.sum(~predicted & ~actual))
    bins = reliability(A, Y)
    return Metrics(
        true_positives=tp,
        false_negatives=fn,
        false_positives=fp,
        true_negatives=tn,
        accuracy=(tp + tn) / m,
        accuracy_interval=wilson_interval(tp + tn, m),
        baseline=max(tp + fn, fp + tn) / m,
        precision=_share(tp, tp + fp),
        recall=_share(tp, tp + fn),
        f1=_share(2 * tp, 2 * tp + fp + fn),
        roc_auc=roc_auc(Z, Y),
        log_loss=float(LOSSES["cross-entropy"].values(Z, A, Y.astype(np.float64)).mean()),
        brier=float(np.mean((A - Y) ** 2)),
        calibration_error=calibration_error(bins),
        reliability=bins,
    )


def reliability(A: Array, Y: NDArray[Any]) -> tuple[Bin, ...]:
    """Images in ten bins of equal width, by their probability.

    Parameters
    ----------
    A : array (1, m)
        Probabilities.
    Y : array (1, m)
        Labels, 1 or 0.

    Returns
    -------
    tuple of Bin
        Those that are not empty, the lowest first.
    """
    a, y = np.ravel(A), np.ravel(Y)  # (m,)
    places = np.minimum((a * _BINS).astype(int), _BINS - 1)
    return tuple(
        Bin(
            place / _BINS,
            (place + 1) / _BINS,
            int(here.sum()),
            float(a[here].mean()),
            float(y[here].mean()),
        )
        for place in range(_BINS)
        if (here := places == place).any()
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error of the probability of the positive class.

    The mean difference between predicted and observed shares, weighted by the number of images
    (Guo et al., "On Calibration of Modern Neural Networks", 2017).

    Parameters
    ----------
    bins : sequence of Bin
        As `reliability` gives them.

    Returns
    -------
    float
        Between 0 and 1.
    """
    images = sum(bin_.images for bin_ in bins)
    return sum(bin_.images * abs(bin_.probability - bin_.share) for bin_ in bins) / images


def roc_auc(Z: Array, Y: NDArray[Any]) -> float | None:
    """Area under the ROC curve, as the Mann-Whitney statistic; equal logits count half.

    Parameters
    ----------
    Z : array (1, m)
        Logits.
    Y : array (1, m)
        Labels, 1 or 0.

    Returns
    -------
    float or None
        Between 0 and 1; None where there is one class only.
    """
    actual = np.ravel(Y) == 1  # (m,)
    positives, negatives = int(actual.sum()), int((~actual).sum())
    if not positives or not negatives:
        return None
    _, place, counts = np.unique(np.ravel(Z), return_inverse=True, return_counts=True)
    rank = np.cumsum(counts) - (counts - 1) / 2  # of each distinct logit, the mean of its ties
    rank_sum = float(rank[place][actual].sum())
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
