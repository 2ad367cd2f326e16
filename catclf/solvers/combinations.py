"""The cost of combinations of the columns: gradient descent on the Gram matrix.

From w = 0 every step adds a combination of columns to w, so that w = Xa throughout. The logits are
then Ga + b with the Gram matrix G = XᵀX, ‖w‖² is aᵀGa, and the gradient is X times dZᵀ/m + λa: the
same steps, with one product with G (m, m) each in place of two with X (n_x, m). In the end, w is
carried back.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from catclf.logistic import Array, Loss, sigmoid
from catclf.memory import fits
from catclf.solvers.fused import SPEED_UP
from catclf.solvers.gram import Gram
from catclf.solvers.objective import Objective, Pass, number_correct


class Combinations(Objective):
    """The cost as a function of a and b: an objective whose w is a.

    Parameters
    ----------
    gram : Gram
        Of the columns as they are.
    Y : array (1, m)
        Labels, 1 or 0.
    l2 : float
        Penalty λ.
    loss : Loss
        What an example costs.
    """

    def __init__(self, gram: Gram, Y: NDArray[np.generic], l2: float, loss: Loss) -> None:
        self._gram, self._Y = gram, Y.astype(np.float64)
        self.l2, self.loss, self.dtype = l2, loss, self._Y.dtype
        self.n_x = self.m = gram.m

    def propagate(self, w: Array, b: float) -> Pass:
        """One forward and backward pass over all examples; w and dw are combinations (m, 1)."""
        wX = self._gram.product(w).T  # (1, m)
        Z = wX + b
        A = sigmoid(Z)
        J = float(self.loss.values(Z, A, self._Y).sum()) / self.m
        dZ = self.loss.dZ(A, self._Y)  # (1, m)
        dw = dZ.T / self.m  # (m, 1)
        if self.l2:
            J += self.l2 / 2 * float(np.vdot(wX, w))
            dw += self.l2 * w
        return Pass(J, dw, float(dZ.sum()) / self.m, number_correct(A, self._Y))

    def scatter_product(self, w: Array, b: float) -> tuple[Array, float]:
        """(w, b) multiplied by X̃ X̃ᵀ."""
        product = self._gram.product(w) + b  # (m, 1)
        return product, float(product.sum())

    def norm(self, w: Array, b: float) -> float:
        """Length of (Xw, b)."""
        square = float(np.vdot(w, self._gram.product(w)))
        return sqrt(max(square, 0) + b**2)  # rounding can make a tiny square negative

    def carry_back(self, w: Array, b: float) -> tuple[Array, float]:
        """Weights (n_x, 1) and bias for the columns, from a combination of them."""
        return self._gram.combine(w), b


def pays(n_x: int, m: int, passes: int, *, itemsize: int = 8, is_fused: bool = False) -> bool:
    """Whether the Gram matrix costs less than it saves.

    In units of a float64 multiplication in a pass over X: a pass takes two for each number in X, or
    the time of half as many in float32. The matrix takes 0.12·n_x·m², because a product of all
    columns has its numbers at hand, and a product with it 2·m², because it has to be read from
    memory. (Measured: `make bench`.)

    Parameters
    ----------
    n_x, m : int
        Shape of X.
    passes : int
        How many passes over the examples there will be.
    itemsize : {8, 4}
        Bytes of a number in the passes over X.
    is_fused : bool
        Whether these would be made by the kernel of `fused.py`.

    Returns
    -------
    bool
        False also where the matrix would take too much memory.
    """
    matrix = 0.12 * n_x * m**2 + 2 * passes * m**2
    passes_over_X = passes * n_x * m * itemsize / 4 / (SPEED_UP if is_fused else 1)
    return fits(8 * m**2) and matrix < passes_over_X
