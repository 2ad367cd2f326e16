"""The equations of the lecture "Neural Networks Basics": logistic regression, vectorized.

X holds one example a column, so it is (n_x, m); Y, Z and A are rows (1, m); w is (n_x, 1) and b a
number. (scikit-learn has it the other way round: its X has one example a row.)

    Z = wᵀX + b        A = σ(Z)        J = (1/m) Σ L(A, Y) + (λ/2) ‖w‖²
    dZ = ∂L/∂Z         dw = (1/m) X dZᵀ + λ w                db = (1/m) Σ dZ

A loss is computed from the logit Z, never from the rounded probability A: no log(0), no overflow,
at any Z.
"""

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


def sigmoid(Z: Array) -> Array:
    """Probability that belongs to a logit: σ(z) = 1 / (1 + e^(-z)).

    Parameters
    ----------
    Z : array of any shape
        Logits.

    Returns
    -------
    array of the same shape and type
        Probabilities in [0, 1], with full relative precision down to 1e-308, and 0 below.
    """
    with np.errstate(over="ignore"):  # where e^(-z) is infinite, 0 is the right probability
        A: Array = 1 / (1 + np.exp(-Z))
    return A


class Loss(Protocol):
    """What one example costs, as a function of its logit and its label."""

    name: str
    curvature: float
    """Largest |∂²L/∂z²|, which limits the learning rate."""

    def values(self, Z: Array, A: Array, Y: Array) -> Array:
        """Losses L, one for each logit; A is σ(Z)."""

    def dZ(self, A: Array, Y: Array) -> Array:
        """Derivatives ∂L/∂Z."""


class CrossEntropy:
    """L = -(y log a + (1 - y) log(1 - a)), the loss of the lecture: convex, with dZ = A - Y."""

    name = "cross-entropy"
    curvature = 1 / 4

    def values(self, Z: Array, A: Array, Y: Array) -> Array:
        """Losses L = log(1 + e^z) where y = 0 and log(1 + e^(-z)) where y = 1."""
        losses: Array = np.logaddexp(0, (1 - 2 * Y) * Z)
        return losses

    def dZ(self, A: Array, Y: Array) -> Array:
        """Derivatives ∂L/∂Z = A - Y."""
        return A - Y


class SquaredError:
    """L = ½ (a - y)², the loss that the lecture advises against: it is not convex in w."""

    name = "squared-error"
    # |L''| = |a² (1 - a) (2 - 3a)| for y = 0 is largest where 12 a² - 15 a + 4 = 0.
    curvature = 0.0770293

    def values(self, Z: Array, A: Array, Y: Array) -> Array:
        """Losses L = ½ (A - Y)²."""
        return (A - Y) ** 2 / 2

    def dZ(self, A: Array, Y: Array) -> Array:
        """Derivatives ∂L/∂Z = (A - Y) A (1 - A)."""
        return (A - Y) * A * (1 - A)


class ClassWeighted:
    """A loss in which the examples of one class count more than those of the other.

    Parameters
    ----------
    loss : Loss
        What an example costs.
    positive, negative : float
        What that is multiplied by, where y = 1 and where y = 0.
    """

    def __init__(self, loss: Loss, positive: float, negative: float) -> None:
        self._loss, self.positive, self.negative = loss, positive, negative
        self.name = loss.name
        self.curvature = loss.curvature * max(positive, negative)

    def _weights(self, Y: Array) -> Array:
        return np.where(Y == 1, Y.dtype.type(self.positive), Y.dtype.type(self.negative))

    def values(self, Z: Array, A: Array, Y: Array) -> Array:
        """Losses L, weighted."""
        return self._weights(Y) * self._loss.values(Z, A, Y)

    def dZ(self, A: Array, Y: Array) -> Array:
        """Derivatives ∂L/∂Z, weighted."""
        return self._weights(Y) * self._loss.dZ(A, Y)


LOSSES: dict[str, Loss] = {loss.name: loss for loss in (CrossEntropy(), SquaredError())}


class Propagation(NamedTuple):
    """What one forward and backward pass gives."""

    J: float
    """Cost: mean loss plus penalty."""
    dw: Array
    """Gradient of J with respect to w, (n_x, 1)."""
    db: float
    """Derivative of J with respect to b."""
    A: Array
    """Probabilities, (1, m)."""


def propagate(
    w: Array, b: float, X: Array, Y: Array, *, l2: float = 0.0, loss: Loss | None = None
) -> Propagation:
    """One forward and backward pass over all examples, without a loop.

    Parameters
    ----------
    w : array (n_x, 1)
        Weights.
    b : float
        Bias.
    X : array (n_x, m)
        Feature columns, one an example.
    Y : array (1, m)
        Labels, 1 or 0, of the type of X.
    l2 : float
        Penalty λ on the weights; the bias is never penalised.
    loss : Loss, optional
        By default the cross-entropy.

    Returns
    -------
    Propagation
        Cost, gradients and probabilities.
    """
    loss = loss or LOSSES["cross-entropy"]
    m = X.shape[1]
    Z = np.dot(w.T, X) + b  # (1, m)
    A = sigmoid(Z)
    J = float(loss.values(Z, A, Y).sum()) / m
    dZ = loss.dZ(A, Y)  # (1, m)
    dw = np.dot(X, dZ.T) / m  # (n_x, 1)
    db = float(dZ.sum()) / m
    if l2:
        J += l2 / 2 * float(np.vdot(w, w))
        dw += l2 * w
    return Propagation(J, dw, db, A)


def accuracy(A: Array, Y: NDArray[Any], threshold: float = 0.5) -> float:
    """Share of examples that are on the right side of the threshold.

    Parameters
    ----------
    A : array (1, m)
        Probabilities.
    Y : array (1, m)
        Labels, 1 or 0.
    threshold : float
        An example counts as positive from this probability on.

    Returns
    -------
    float
        Between 0 and 1.
    """
    return float(np.mean((A >= threshold) == (Y == 1)))
