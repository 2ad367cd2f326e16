"""What L-BFGS starts from: a rough inverse of the Hessian, exact where examples vary most.

With logits near 0, the Hessian is c·C + λI for the weights, and c for the bias of centred columns,
with C the covariance of the columns, and c the loss's largest curvature.
"""

import numpy as np

from catclf.logistic import Array
from catclf.solvers.objective import Objective
from catclf.solvers.span import Span

DIRECTIONS = 200
"""Directions that are told apart; more take longer than they save."""


class Preconditioner:
    """The inverse of that Hessian, with all directions but some treated as equal.

    Parameters
    ----------
    objective : Objective
        The cost over centred columns.
    variances : array (r, 1)
        Of the examples along each direction.
    directions : array (n_x, r), optional
        Orthonormal columns; by default, the axes themselves.
    rest : float
        Variance along each other direction.
    """

    def __init__(
        self,
        objective: Objective,
        variances: Array,
        directions: Array | None = None,
        rest: float = 0.0,
    ) -> None:
        self._objective = objective
        self._variances, self._directions, self._rest = variances, directions, rest

    def __call__(self, gradient: Array) -> Array:
        """The inverse times a gradient, (n_x + 1, 1)."""
        c, l2 = self._objective.loss.curvature, self._objective.l2
        inverse, inverse_of_rest = inverses(c, self._variances, self._rest, l2)
        dw, db = gradient[:-1], gradient[-1:]
        if self._directions is None:
            product = inverse * dw
        else:
            U = self._directions
            along = U.T @ dw.astype(U.dtype)  # (r, 1)
            extra = (inverse - inverse_of_rest) * along
            product = inverse_of_rest * dw + U @ extra.astype(U.dtype)
        return np.vstack([product, db / c])


def inverses(c: float, variances: Array, rest: float, l2: float) -> tuple[Array, float]:
    """The inverse of the Hessian's eigenvalues.

    Parameters
    ----------
    c : float
        The loss's largest curvature.
    variances : array (r, 1)
        Of the examples along some directions.
    rest : float
        Variance along each other direction.
    l2 : float
        Penalty λ.

    Returns
    -------
    array (r, 1), float
        Along these directions, and along each other one.
    """
    # Without a penalty the Hessian vanishes where the examples do not vary; its inverse, times what
    # float32 rounds away, would drown the rest.
    least = 1e-6 * c * max(float(variances.max(initial=0)), 1e-6)
    return 1 / np.maximum(c * variances + l2, least), 1 / max(c * rest + l2, least)


def exact(objective: Objective, span: Span) -> Preconditioner:
    """The preconditioner for a cost over the R of a centred span: its axes are the directions.

    Parameters
    ----------
    objective : Objective
        The cost over the columns of R.
    span : Span
        Whose R it is.

    Returns
    -------
    Preconditioner
        From all variances.
    """
    return Preconditioner(objective, span.lengths**2 / objective.m)


def low_rank(objective: Objective, span: Span) -> Preconditioner:
    """The preconditioner for a cost over many centred columns, from a sample of them.

    Parameters
    ----------
    objective : Objective
        The cost over all columns.
    span : Span
        Centred, of the sample.

    Returns
    -------
    Preconditioner
        From the directions in which the sample varies most.
    """
    leading, rest = leading_variances(span, objective.n_x)
    # No more precise than a pass; but then, what float32 rounds away would show in w.
    directions = span.longest(len(leading), objective.dtype)
    return Preconditioner(objective, leading, directions, rest)


def leading_variances(span: Span, n_x: int) -> tuple[Array, float]:
    """How a sample of examples varies.

    Parameters
    ----------
    span : Span
        Centred, of the sample.
    n_x : int
        Features of an example.

    Returns
    -------
    array (r, 1), float
        Variances along the directions in which it varies most, and the mean along the others.
    """
    variances = span.lengths**2 / span.R.shape[1]  # (r, 1)
    leading = variances[-DIRECTIONS:]
    rest = float(variances[:-DIRECTIONS].sum()) / max(n_x - len(leading), 1)
    return leading, rest
