"""Gradient descent, as the lecture writes it."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from catclf.logistic import Array, Propagation
from catclf.solvers.objective import Objective

OnStep = Callable[[int, Propagation], None]
"""Called with the number of steps done and what the pass there gave."""


class Solution(NamedTuple):
    """Where a solver ended."""

    w: Array
    b: float
    costs: list[float]
    """Cost before each step and, last, at the solution: one more than the steps made."""
    last: Propagation
    """The pass at the solution."""


def gradient_descent(
    objective: Objective,
    w: Array,
    b: float,
    *,
    learning_rate: float,
    iterations: int,
    tolerance: float = 0.0,
    on_step: OnStep | None = None,
) -> Solution:
    """Repeat w := w - α dw, b := b - α db.

    Parameters
    ----------
    objective : Objective
        The cost.
    w, b : array (n_x, 1), float
        Where to start. They are not changed.
    learning_rate : float
        α.
    iterations : int
        Steps to make.
    tolerance : float
        Stop early when the gradient's length is at most this share of what it was at the start.
    on_step : callable, optional
        Told of every pass.

    Returns
    -------
    Solution
        Also where the cost is not finite any more: the descent stops there, and it is for the
        caller to judge.
    """
    costs: list[float] = []
    smallest_gradient = 0.0
    # A descent that diverges overflows; that shows in the cost, which is looked at.
    with np.errstate(over="ignore", invalid="ignore"):
        while True:
            step = objective.propagate(w, b)
            costs.append(step.J)
            if on_step:
                on_step(len(costs) - 1, step)
            if tolerance:
                gradient = float(np.hypot(np.linalg.norm(step.dw), step.db))
                if len(costs) == 1:
                    smallest_gradient = tolerance * gradient
                if gradient <= smallest_gradient:
                    break
            if len(costs) > iterations or not np.isfinite(step.J):
                break
            w = w - learning_rate * step.dw
            b = b - learning_rate * step.db
    return Solution(w, b, costs, step)
