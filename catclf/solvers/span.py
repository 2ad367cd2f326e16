"""The span reduction: the same iterates from a much smaller matrix.

From w = 0 every step adds a combination of columns to w, so w stays in their span. Write X = QR, Q
with orthonormal columns. Then w = Qu, wᵀX = uᵀR and ‖w‖ = ‖u‖, so that any solver that works with
gradients makes the same steps on R (at most m × m) as on X (n_x × m), penalty or not, and w is
carried back in the end.
"""

import numpy as np

from catclf.logistic import Array


class Span:
    """The columns of X in an orthonormal basis of their span.

    Parameters
    ----------
    X : array (n_x, m)
        Feature columns, of float64: the eigenvalues of XᵀX, from which the basis comes, have the
        square of X's range.
    """

    def __init__(self, X: Array) -> None:
        self._X = X
        eigenvalues, V = np.linalg.eigh(X.T @ X)  # (m,), (m, m)
        # Directions that are there by rounding only: duplicate pictures, for instance.
        kept = eigenvalues > eigenvalues[-1] * len(eigenvalues) * np.finfo(X.dtype).eps
        lengths = np.sqrt(eigenvalues[kept])  # (r,)
        self.R: Array = lengths[:, np.newaxis] * V[:, kept].T  # (r, m)
        self._combinations = V[:, kept] / lengths  # (m, r); Q = X @ combinations

    def carry_back(self, u: Array) -> Array:
        """Weights for X from weights for R.

        Parameters
        ----------
        u : array (r, 1)
            Weights found on R.

        Returns
        -------
        array (n_x, 1)
            w = Qu.
        """
        w: Array = self._X @ (self._combinations @ u)
        return w


def pays(n_x: int, m: int, iterations: int) -> bool:
    """Whether reducing costs less than it saves.

    A direct iteration takes 2·n_x·m multiplications. The reduction takes n_x·m² once, and m² for
    each of the two products of an iteration.
    """
    return m < n_x and m * (n_x + 2 * iterations) < 2 * iterations * n_x
