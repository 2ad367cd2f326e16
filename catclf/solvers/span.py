"""The span reduction: the same iterates from a much smaller matrix.

From w = 0 every step adds a combination of columns to w, so w stays in their span. Write X = QR, Q
with orthonormal columns. Then w = Qu, wᵀX = uᵀR and ‖w‖ = ‖u‖, so that any solver that works with
gradients makes the same steps on R (at most m × m) as on X (n_x × m), penalty or not, and w is
carried back in the end.
"""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.logistic import Array
from catclf.parallel import one_blas_thread

# Rows of X that are converted to float64 at a time: few enough for the processor's cache.
_BLOCK = 1024

# Examples that one thread decomposes as soon as several.
_FEW = 500

# The reduction takes about six m × m matrices: 430 MB.
_LARGEST = 3000


class Span:
    """The columns of X in an orthonormal basis of their span.

    Parameters
    ----------
    X : array (n_x, m)
        Feature columns before scaling: bytes, for instance.
    scale : float
        What to multiply X by; 1/255 for pixels.
    centred : bool
        Take the mean column from all columns first. The cost of w and b is then that of w and
        b + wᵀμ on the columns as they are (see `objective.Centred`).
    """

    R: Array
    """(r, m); its rows are orthogonal, the longest last."""
    lengths: Array
    """(r, 1): of the rows of R."""

    def __init__(self, X: NDArray[Any], scale: float = 1.0, *, centred: bool = False) -> None:
        self._X, self._scale = X, scale
        m = X.shape[1]
        # Threads that once had work look for more for a while, and slow down what comes next.
        with one_blas_thread() if m < _FEW else nullcontext():
            self._decompose(m, centred=centred)

    def _decompose(self, m: int, *, centred: bool) -> None:
        gram = np.zeros((m, m))
        for _, block in self._blocks():
            gram += block.T @ block  # exact where X holds bytes, whose sums float64 holds
        gram *= self._scale**2
        # Directions with less are there by rounding only: for duplicate images, for instance.
        least = m * np.finfo(np.float64).eps * float(np.linalg.norm(gram))
        self._means = np.zeros((1, m))
        if centred:
            self._means = gram.mean(axis=0, keepdims=True)  # (1, m): products of μ and columns
            gram -= self._means + self._means.T - self._means.mean()
        eigenvalues, V = np.linalg.eigh(gram)  # (m,), (m, m)
        kept = eigenvalues > least
        self.lengths = np.sqrt(eigenvalues[kept])[:, np.newaxis]  # (r, 1)
        self.R = self.lengths * V[:, kept].T
        self._combinations = V[:, kept] / self.lengths.T  # (m, r); Q = X @ combinations

    def carry_back(self, u: Array, b: float) -> tuple[Array, float]:
        """Weights and bias for X from those for R.

        Parameters
        ----------
        u : array (r, 1)
            Weights found on R.
        b : float
            Bias found on R.

        Returns
        -------
        array (n_x, 1), float
            w = Qu, and the bias for columns that are not centred.
        """
        combination = self._combinations @ u  # (m, 1)
        return self._times(combination), b - float(np.vdot(self._means, combination))

    def longest(self, count: int, dtype: DTypeLike = np.float64) -> Array:
        """The basis vectors, (n_x, count) at most, along which the columns are longest."""
        return self._times(self.combinations(count), dtype)

    def combinations(self, count: int) -> Array:
        """The combinations of columns, (m, count) at most, that give these basis vectors."""
        return self._combinations[:, -count:]

    def _times(self, combinations: Array, dtype: DTypeLike = np.float64) -> Array:
        """X times some combinations (m, k) of its columns: (n_x, k)."""
        product: Array = np.empty((self._X.shape[0], combinations.shape[1]), dtype)
        for here, block in self._blocks():
            product[here] = block @ combinations
        product *= self._scale
        return product

    def _blocks(self) -> Iterator[tuple[slice, Array]]:
        for start in range(0, self._X.shape[0], _BLOCK):
            here = slice(start, start + _BLOCK)
            yield here, self._X[here].astype(np.float64)  # (block, m)


def pays(n_x: int, m: int, passes: int, *, itemsize: int = 8) -> bool:
    """Whether reducing costs less than it saves.

    In units of a float64 multiplication in a pass over X: a pass takes two for each number in X, or
    the time of half as many in float32; a pass over R takes 2·m². The reduction takes 0.06·n_x·m²
    for the products of all columns, because a matrix product has the numbers at hand, and 0.4·m³
    for the eigenvalues. (Measured: `make bench`.)

    Parameters
    ----------
    n_x, m : int
        Shape of X.
    passes : int
        How many passes over the examples L-BFGS will make.
    itemsize : {8, 4}
        Bytes of a number in the direct passes.

    Returns
    -------
    bool
        False also where the m × m matrices would take too much memory.
    """
    reduction = 0.06 * n_x * m**2 + 0.4 * m**3
    return (
        m < min(n_x, _LARGEST) and reduction + 2 * passes * m**2 < passes * n_x * m * itemsize / 4
    )
