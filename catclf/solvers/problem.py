"""Which form of the problem a solver gets: the same cost, laid out for speed.

Few examples are reduced to their span; many are read in blocks. L-BFGS sees either centred, and
gets a preconditioner. Whichever it is, weights and bias for the examples as they are come out.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from catclf.logistic import Array
from catclf.solvers.combinations import Combinations
from catclf.solvers.engine import Examples, cost_over, engine
from catclf.solvers.gram import GramInMemory
from catclf.solvers.objective import Centred, InMemory, Objective
from catclf.solvers.preconditioner import Preconditioner, exact, low_rank
from catclf.solvers.solver import State
from catclf.solvers.span import Span
from catclf.solvers.subsets import Subset, SubsetPaths

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


def pose_in_span(examples: Examples, l2: float, *, lbfgs: bool) -> Problem:
    """Lay a problem out in the span of the examples; w and b start at 0.

    For gradient descent, w is a combination of the columns; for L-BFGS, the columns are brought
    into an orthonormal basis first, whose axes are the preconditioner's directions.

    Parameters
    ----------
    examples : Examples
        At most a few thousand.
    l2 : float
        Penalty λ.
    lbfgs : bool
        For L-BFGS rather than gradient descent.

    Returns
    -------
    Problem
        For the solver.
    """
    if not lbfgs:
        gram = GramInMemory(
            examples.rows[:], examples.scale, np.float64, centred=False, is_explicit=True
        )
        combinations = Combinations(gram, examples.Y, l2, examples.loss)
        start = State(np.zeros((gram.m, 1)), 0.0)
        return Problem(combinations, start, combinations.carry_back, None)
    span = _span(examples, 1, centred=True)
    objective = InMemory(span.R, examples.Y, l2, examples.loss)
    start = State(np.zeros((objective.n_x, 1)), 0.0)
    return Problem(objective, start, span.carry_back, exact(objective, span))


def pose_in_blocks(examples: Examples, l2: float, w: Array, *, lbfgs: bool, passes: int) -> Problem:
    """Lay a problem out in blocks of the examples.

    Parameters
    ----------
    examples : Examples
        Any number, in memory or in a file.
    l2 : float
        Penalty λ.
    w : array (n_x, 1)
        Initial weights. The bias starts at 0.
    lbfgs : bool
        For L-BFGS rather than gradient descent.
    passes : int
        How many there will be, roughly.

    Returns
    -------
    Problem
        For the solver.
    """
    blocks = cost_over(examples, l2, passes)
    if not lbfgs:
        return Problem(blocks, State(w, 0.0), lambda w, b: (w, b), None)
    centred = Centred(blocks)
    sample = _span(examples, -(-blocks.m // _SAMPLE), centred=True)
    return Problem(
        centred,
        State(w, centred.centred_bias(w, 0.0)),
        lambda w, b: (w, centred.bias(w, b)),
        low_rank(centred, sample),
    )


def pose_subsets(examples: Examples, subsets: Sequence[Subset], products: int) -> SubsetPaths:
    """Lay out the costs over several subsets of the same examples, for L-BFGS.

    Parameters
    ----------
    examples : Examples
        In memory.
    subsets : sequence of Subset
        Which of them each cost is over.
    products : int
        How many steps they will take together, roughly.

    Returns
    -------
    SubsetPaths
        For one penalty after the other.
    """
    m = len(examples.rows)
    # Where it costs little, float64: what float32 rounds away ends the descent earlier.
    dtype = np.dtype(np.float64 if m <= _SAMPLE else examples.dtype)
    gram = engine().gram(examples, dtype, products=products, columns=len(subsets))
    step = -(-m // _SAMPLE)
    span = _span(examples, step, centred=True)
    return SubsetPaths(gram, examples.Y, subsets, span, slice(None, None, step))


def _span(examples: Examples, step: int, *, centred: bool) -> Span:
    """The span of every so many examples: all classes are among them, however they are sorted."""
    rows = examples.rows[::step]
    X = rows.reshape(len(rows), -1).T  # (n_x, len(rows))
    return Span(X, examples.scale, centred=centred)
