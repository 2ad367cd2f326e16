"""The same cost, seen from the middle of the examples.

With μ the mean column, wᵀx + b = wᵀ(x - μ) + b', where b' = b + wᵀμ. So the cost of w and b' on
centred columns is that of w and b on the columns as they are, and the optimum is the same. But the
centred problem is far better conditioned: pixels are never negative, and their mean makes one
direction hundreds of times steeper than the next.
"""

import numpy as np

from catclf.logistic import Array, Propagation
from catclf.solvers.objective import Objective


class Centred:
    """A cost over columns minus their mean, without a centred copy of them.

    Parameters
    ----------
    objective : Objective
        The cost over the columns as they are.
    """

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self.n_x, self.m = objective.n_x, objective.m
        self.loss = objective.loss
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

    def propagate(self, w: Array, b: float) -> Propagation:
        """One forward and backward pass over all examples."""
        J, dw, db, A = self._objective.propagate(w, self.bias(w, b))
        return Propagation(J, dw - self._mean * db, db, A)

    def scatter_product(self, w: Array, b: float) -> tuple[Array, float]:
        """(w, b) multiplied by X̃ X̃ᵀ, with the columns of X centred."""
        product, sum_ = self._objective.scatter_product(w, self.bias(w, b))
        return product - self._mean * sum_, sum_
