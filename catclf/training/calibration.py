"""Calibrated probabilities, and thresholds for a precision or a recall."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.errors import TrainingError
from catclf.logistic import Array, sigmoid
from catclf.training.evidence import Evidence, evidence_for
from catclf.training.settings import Target, TrainingSettings

_STEPS = 100

# With a slope of 0 or less the logits would say nothing, or the opposite of what they should.
_SMALLEST_SLOPE = 0.01


class Decision(NamedTuple):
    """What is made of a logit: the probability σ(slope · z + shift), and where it is positive."""

    slope: float
    shift: float
    threshold: float
    """Probability at or above which an image is classified as positive."""
    evidence: Evidence | None = None
    """For the threshold, if it was chosen on held-out images."""

    def calibrate(self, w: Array, b: float) -> tuple[Array, float]:
        """Weights and bias whose logits are calibrated, from those of a solver."""
        return self.slope * w, self.slope * b + self.shift

    def probabilities(self, Z: Array) -> Array:
        """Calibrated probabilities of logits, of any shape."""
        return sigmoid(self.slope * Z + self.shift)


def decide(Z: Array, Y: NDArray[Any], settings: TrainingSettings) -> Decision:
    """Fit calibration and threshold to held-out logits, as far as the settings ask for it.

    Parameters
    ----------
    Z : array (1, m)
        Held-out logits; not looked at where the settings hold nothing out.
    Y : array (1, m)
        Labels, 1 or 0.
    settings : TrainingSettings
        How to train.

    Returns
    -------
    Decision
        Without calibration, its slope is 1 and its shift 0.

    Raises
    ------
    TrainingError
        If no threshold reaches the precision that is asked for, or there are too few images to say
        that one does.
    """
    slope, shift = platt_scaling(Z, Y) if settings.calibrate else (1.0, 0.0)
    threshold = settings.threshold
    if not isinstance(threshold, Target):
        return Decision(slope, shift, float(threshold))
    A = sigmoid(slope * Z + shift)  # (1, m)
    chosen = threshold_for(threshold, A, Y)
    return Decision(slope, shift, chosen, evidence_for(threshold, chosen, A, Y))


def platt_scaling(Z: Array, Y: NDArray[Any]) -> tuple[float, float]:
    """Slope and shift that calibrate logits to observed labels.

    Platt, "Probabilistic Outputs for Support Vector Machines" (1999), by Newton's method as in Lin,
    Lin and Weng, "A Note on Platt's Probabilistic Outputs" (2007). The labels are taken as slightly
    uncertain, which keeps the slope finite where all logits have the right sign.

    Parameters
    ----------
    Z : array (1, m)
        Held-out logits.
    Y : array (1, m)
        Labels, 1 or 0; some of each.

    Returns
    -------
    slope, shift : float
        σ(slope · z + shift) is the probability. The slope is positive.
    """
    positives = int(Y.sum())
    negatives = Y.size - positives
    targets = np.where(Y == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))  # (1, m)
    columns = np.vstack([Z.astype(np.float64), np.ones_like(Z, np.float64)])  # (2, m)
    parameters = np.array([[0.0], [np.log((positives + 1) / (negatives + 1))]])  # (2, 1)

    def cost(parameters: Array) -> float:
        logits = parameters.T @ columns  # (1, m)
        return float(np.sum(np.logaddexp(0, logits) - targets * logits))

    for _ in range(_STEPS):
        A = sigmoid(parameters.T @ columns)  # (1, m)
        gradient = columns @ (A - targets).T  # (2, 1)
        if np.linalg.norm(gradient) < 1e-9 * Y.size:
            break
        curvature = (columns * (A * (1 - A))) @ columns.T + 1e-12 * np.eye(2)  # (2, 2)
        direction = np.linalg.solve(curvature, gradient)
        step = 1.0
        while step > 1e-9 and cost(parameters - step * direction) > cost(parameters):
            step /= 2
        parameters = parameters - step * direction
    slope, shift = float(parameters[0, 0]), float(parameters[1, 0])
    if slope >= _SMALLEST_SLOPE:
        return slope, shift
    return _SMALLEST_SLOPE, float(np.log((positives + 1) / (negatives + 1)))


def threshold_for(target: Target, A: Array, Y: NDArray[Any]) -> float:
    """The threshold that reaches a precision or a recall on held-out images.

    Parameters
    ----------
    target : Target
        What to reach. For a precision it is the threshold that finds the most positives; for a
        recall, the one with the fewest false alarms.
    A : array (1, m)
        Held-out probabilities.
    Y : array (1, m)
        Labels, 1 or 0; some of each.

    Returns
    -------
    float
        Between two of the probabilities, or one of them.

    Raises
    ------
    TrainingError
        If no threshold reaches the precision.
    """
    order = np.argsort(-A[0], kind="stable")
    a, y = A[0, order].astype(np.float64), Y[0, order] == 1
    found = np.cumsum(y)  # true positives if so many are called positive
    # Images with equal probabilities are all called positive, or none.
    is_last = np.append(a[1:] < a[:-1], True)
    precision, recall = found / np.arange(1, len(a) + 1), found / found[-1]
    reached = np.flatnonzero(
        is_last & ((precision if target.metric == "precision" else recall) >= target.value)
    )
    if not len(reached):
        best = float(precision[is_last].max())
        raise TrainingError(
            f"no threshold has a precision of {target.value:g} on the held-out images; "
            f"the best is {best:.3f}; ask for less, or add images"
        )
    place = int(reached[-1] if target.metric == "precision" else reached[0])
    if place + 1 == len(a):
        return float(a[place])
    return float((a[place] + a[place + 1]) / 2)
