"""Which form of the problem a solver gets: the same cost, laid out for speed.

Few examples are reduced to their span; many are read in blocks. L-BFGS sees either centred, and
gets a preconditioner. Whichever it is, weights and bias for the examples as they are come out.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.logistic import Array, Loss
from catclf.rows import Rows
from catclf.solvers.blocks import Blocks
from catclf.solvers.centred import Centred
from catclf.solvers.objective import InMemory, Objective
from catclf.solvers.preconditioner import Preconditioner, exact, low_rank
from catclf.solvers.span import Span, pays
from catclf.solvers.state import State

# What L-BFGS is worth in passes, with the preconditioner's making.
_PASSES_OF_LBFGS = 100

# Examples in the sample that the preconditioner is made from.
_SAMPLE = 1000


class Problem(NamedTuple):
    """What a solver needs, and what makes its result fit the examples."""

    objective: Objective
    start: State
    carry_back: Callable[[Array, float], tuple[Array, float]]
    """w and b for the examples as they are, from the solver's."""
    preconditioner: Preconditioner | None
    """For L-BFGS."""


def reduction_pays(rows: Rows, dtype: DTypeLike, *, lbfgs: bool, iterations: int) -> bool:
    """Whether the span of the examples is the faster form, for a start at zero.

    Parameters
    ----------
    rows : array (m, …), or what gives such arrays for slices
        The examples.
    dtype : float32 or float64
        Precision of passes over them.
    lbfgs : bool
        Which solver: L-BFGS or gradient descent.
    iterations : int
        Its steps.

    Returns
    -------
    bool
        Whether to ask `pose` for the reduced form.
    """
    passes = min(iterations, _PASSES_OF_LBFGS) if lbfgs else iterations
    n_x = int(np.prod(rows.shape[1:]))
    return pays(n_x, rows.shape[0], passes, itemsize=np.dtype(dtype).itemsize)


def pose(
    rows: Rows,
    Y: NDArray[Any],
    w: Array,
    *,
    scale: float,
    l2: float,
    loss: Loss,
    dtype: DTypeLike,
    lbfgs: bool,
    reduced: bool,
) -> Problem:
    """Lay a problem out.

    Parameters
    ----------
    rows : array (m, …), or what gives such arrays for slices
        The examples; a feature column is an unrolled row times `scale`.
    Y : array (1, m)
        Labels, 1 or 0.
    w : array (n_x, 1)
        Where to start; zeros, if `reduced`. The bias starts at 0.
    scale : float
        1/255 for pixels.
    l2 : float
        Penalty λ.
    loss : Loss
        What an example costs.
    dtype : float32 or float64
        Precision of passes over the examples.
    lbfgs : bool
        For L-BFGS rather than gradient descent.
    reduced : bool
        In the span of the examples.

    Returns
    -------
    Problem
        For the solver.
    """
    if reduced:
        span = _span(rows, 1, scale, centred=lbfgs)
        objective = InMemory(span.R, Y, l2, loss)
        start = State(np.zeros((objective.n_x, 1)), 0.0)
        preconditioner = exact(objective, span) if lbfgs else None
        return Problem(objective, start, span.carry_back, preconditioner)
    blocks = Blocks(rows, Y, l2, loss, scale=scale, dtype=dtype)
    if not lbfgs:
        return Problem(blocks, State(w, 0.0), lambda w, b: (w, b), None)
    centred = Centred(blocks)
    sample = _span(rows, -(-blocks.m // _SAMPLE), scale, centred=True)
    return Problem(
        centred,
        State(w, centred.centred_bias(w, 0.0)),
        lambda w, b: (w, centred.bias(w, b)),
        low_rank(centred, sample),
    )


def _span(rows: Rows, step: int, scale: float, *, centred: bool) -> Span:
    """The span of every so many examples: all classes are among them, however they are sorted."""
    examples = rows[::step]
    return Span(examples.reshape(len(examples), -1).T, scale, centred=centred)  # X: (n_x, examples)
