"""What a solver minimises: the cost J(w, b) over some examples, and its Lipschitz constant."""

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from catclf.logistic import Array, Loss, propagate

# The power iteration ends when the largest eigenvalue changes by less than this share, or after so
# many passes over the examples.
_SMALLEST_CHANGE = 1e-6
_MOST_PASSES = 1000


BOUNDARY = 0.5
"""Probability that divides the classes, for a solver."""


class Pass(NamedTuple):
    """What a solver gets of one forward and backward pass over all examples."""

    J: float
    """Cost: mean loss plus penalty."""
    dw: Array
    """Gradient of J with respect to w, (n_x, 1)."""
    db: float
    """Derivative of J with respect to b."""
    correct: int
    """Examples on the right side of the boundary."""


class Objective(Protocol):
    """The cost of w and b over a set of examples, however these are stored."""

    n_x: int
    """Features of an example."""
    m: int
    """Number of examples."""
    l2: float
    """Penalty λ; may be changed between one run of a solver and the next."""
    loss: Loss
    dtype: np.dtype[Any]
    """Precision of a pass."""

    def propagate(self, w: Array, b: float) -> Pass:
        """One forward and backward pass over all examples."""

    def scatter_product(self, w: Array, b: float) -> tuple[Array, float]:
        """(w, b) multiplied by X̃ X̃ᵀ, where X̃ is X with a row of ones below it for the bias."""

    def norm(self, w: Array, b: float) -> float:
        """Length of (w, b)."""
        return float(np.hypot(np.linalg.norm(w), b))


def number_correct(A: Array, Y: Array) -> int:
    """How many probabilities (1, m) are on the right side of the boundary; on it, where y = 1."""
    return int(np.count_nonzero((A >= BOUNDARY) == (Y == 1)))


class InMemory(Objective):
    """Examples as columns of one array.

    Parameters
    ----------
    X : array (n_x, m)
        Feature columns.
    Y : array (1, m)
        Labels, 1 or 0.
    l2 : float
        Penalty λ.
    loss : Loss
        What an example costs.
    """

    def __init__(self, X: Array, Y: NDArray[Any], l2: float, loss: Loss) -> None:
        self.X, self.Y = X, Y.astype(X.dtype)
        self.l2, self.loss, self.dtype = l2, loss, X.dtype
        self.n_x, self.m = X.shape

    def propagate(self, w: Array, b: float) -> Pass:
        """One forward and backward pass over all examples."""
        J, dw, db, A = propagate(w, b, self.X, self.Y, l2=self.l2, loss=self.loss)
        return Pass(J, dw, db, number_correct(A, self.Y))

    def scatter_product(self, w: Array, b: float) -> tuple[Array, float]:
        """(w, b) multiplied by X̃ X̃ᵀ."""
        Z = w.T @ self.X + b  # (1, m)
        return self.X @ Z.T, float(Z.sum())  # (n_x, 1), a number


class Centred(Objective):
    """The same cost over columns minus their mean, without a centred copy of them.

    With μ the mean column, wᵀx + b = wᵀ(x - μ) + b', where b' = b + wᵀμ. So the cost of w and b'
    on centred columns is that of w and b on the columns as they are, and the optimum is the same.
    But the centred problem is far better conditioned: pixels are never negative, and their mean
    makes one direction hundreds of times steeper than the next.

    Parameters
    ----------
    objective : Objective
        The cost over the columns as they are.
    """

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self.n_x, self.m = objective.n_x, objective.m
        self.loss, self.dtype = objective.loss, objective.dtype
        sums, _ = objective.scatter_product(np.zeros((self.n_x, 1)), 1.0)
        self._mean = sums / self.m  # (n_x, 1)

    @property
    def l2(self) -> float:
        """Penalty λ."""
        return self._objective.l2

    @l2.setter
    def l2(self, l2: float) -> None:
        self._objective.l2 = l2

    def bias(self, w: Array, b: float) -> float:
        """The bias for the columns as they are."""
        return b - float(np.vdot(w, self._mean))

    def centred_bias(self, w: Array, b: float) -> float:
        """The bias for centred columns."""
        return b + float(np.vdot(w, self._mean))

    def propagate(self, w: Array, b: float) -> Pass:
        """One forward and backward pass over all examples."""
        here = self._objective.propagate(w, self.bias(w, b))
        return here._replace(dw=here.dw - self._mean * here.db)

    def scatter_product(self, w: Array, b: float) -> tuple[Array, float]:
        """(w, b) multiplied by X̃ X̃ᵀ, with the columns of X centred."""
        product, sum_ = self._objective.scatter_product(w, self.bias(w, b))
        return product - self._mean * sum_, sum_


def lipschitz_constant(objective: Objective) -> float:
    """Lipschitz constant L of the cost's gradient, by power iteration.

    Gradient descent is sure to go downhill at every step while the learning rate is below 2/L;
    1/L is the classic safe choice. L = c·λ_max(X̃ X̃ᵀ)/m + λ, with c the loss's largest curvature
    (1/4 for the cross-entropy) and λ the penalty. (Boyd and Vandenberghe, "Convex Optimization",
    section 9.3.)

    Parameters
    ----------
    objective : Objective
        The cost.

    Returns
    -------
    float
        L, positive.
    """
    # A random direction, because a chosen one may be at right angles to the leading one: the bias
    # is, to columns that are centred.
    v: Array = np.random.default_rng(0).standard_normal((objective.n_x, 1))
    c = 1.0
    eigenvalue = 0.0
    for _ in range(_MOST_PASSES):
        product, sum_ = objective.scatter_product(v, c)
        previous, eigenvalue = eigenvalue, objective.norm(product, sum_)
        v, c = product / eigenvalue, sum_ / eigenvalue
        if abs(eigenvalue - previous) <= _SMALLEST_CHANGE * eigenvalue:
            break
    return objective.loss.curvature * eigenvalue / objective.m + objective.l2
