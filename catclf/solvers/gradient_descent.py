"""Gradient descent, as the lecture writes it."""

from collections.abc import Iterator
from math import isfinite

import numpy as np

from catclf.solvers.objective import Objective
from catclf.solvers.state import State


def gradient_descent(
    objective: Objective,
    start: State,
    *,
    learning_rate: float,
    iterations: int,
    tolerance: float = 0.0,
) -> Iterator[State]:
    """Repeat w := w - α dw, b := b - α db.

    Parameters
    ----------
    objective : Objective
        The cost.
    start : State
        Where to begin, or to go on.
    learning_rate : float
        α.
    iterations : int
        Steps to make.
    tolerance : float
        Stop early when the gradient's length is at most this share of what it was at the start.

    Yields
    ------
    State
        At the start and after each step. The last may be where the cost is not finite any more: the
        descent stops there, and it is for the caller to judge.
    """
    w, b, first_gradient = start.w, start.b, start.first_gradient
    costs = start.costs[:-1]  # the last is computed again
    # A descent that diverges overflows; that shows in the cost, which is looked at.
    with np.errstate(over="ignore", invalid="ignore"):
        while True:
            step = objective.propagate(w, b)
            costs.append(step.J)
            converged = False
            if tolerance:
                gradient = float(np.hypot(np.linalg.norm(step.dw), step.db))
                first_gradient = first_gradient or gradient
                converged = gradient <= tolerance * first_gradient
            yield State(w, b, costs, len(costs) - 1, first_gradient, (), step, converged)
            if converged or len(costs) > iterations or not isfinite(step.J):
                return
            w = w - learning_rate * step.dw
            b = b - learning_rate * step.db
