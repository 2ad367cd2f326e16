"""L-BFGS: to the optimum in few passes.

Each step goes along -H⁻¹ times the gradient, where H⁻¹, the inverse of the matrix of second
derivatives, is built from the last few steps by the two-loop recursion, beginning from a
preconditioner (Nocedal and Wright, "Numerical Optimization", algorithms 7.4 and 7.5).
"""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np

from catclf.logistic import Array, Propagation
from catclf.solvers.objective import Objective
from catclf.solvers.state import State

_MEMORY = 10  # pairs; more help little
_ARMIJO, _CURVATURE = 1e-4, 0.9  # the usual constants of the Wolfe conditions
_TRIALS = 30


class Preconditioner(Protocol):
    """A rough inverse of the matrix of second derivatives."""

    def __call__(self, gradient: Array, /) -> Array:
        """That inverse times a gradient, (n_x + 1, 1): w's part and, last, b's."""


class _Point(NamedTuple):
    x: Array
    """(n_x + 1, 1): w and, last, b."""
    gradient: Array
    """(n_x + 1, 1)."""
    last: Propagation


def lbfgs(
    objective: Objective,
    start: State,
    *,
    preconditioner: Preconditioner,
    iterations: int,
    tolerance: float,
) -> Iterator[State]:
    """Minimise a cost.

    Parameters
    ----------
    objective : Objective
        The cost.
    start : State
        Where to begin, or to go on.
    preconditioner : callable
        Rough inverse of the matrix of second derivatives.
    iterations : int
        Steps to make at most.
    tolerance : float
        Stop when the gradient's length is at most this share of what it was at the start.

    Yields
    ------
    State
        At the start and after each step. The last one has converged, or the steps have run out, or
        rounding hides where it would go further down.
    """
    here = _point(objective, np.vstack([start.w, [[start.b]]]))
    costs = start.costs[:-1]  # the last is computed again
    first_gradient = start.first_gradient or float(np.linalg.norm(here.gradient))
    pairs = deque(start.pairs, maxlen=_MEMORY)
    while True:
        costs.append(here.last.J)
        steps = len(costs) - 1
        converged = float(np.linalg.norm(here.gradient)) <= tolerance * first_gradient
        w, b = here.x[:-1], float(here.x[-1, 0])
        yield State(w, b, costs, steps, first_gradient, tuple(pairs), here.last, converged)
        if converged or steps >= iterations:
            return
        there = _line_search(objective, here, _direction(here.gradient, pairs, preconditioner))
        if there is None:
            return
        pairs.append((there.x - here.x, there.gradient - here.gradient))
        here = there


def _point(objective: Objective, x: Array) -> _Point:
    last = objective.propagate(x[:-1], float(x[-1, 0]))
    return _Point(x, np.vstack([last.dw, [[last.db]]]), last)


def _direction(
    gradient: Array, pairs: deque[tuple[Array, Array]], preconditioner: Preconditioner
) -> Array:
    """-H⁻¹ times the gradient, by the two-loop recursion; s and y as in the book."""
    q = gradient
    weights = []
    for s, y in reversed(pairs):
        weight = np.vdot(s, q) / np.vdot(s, y)
        weights.append(weight)
        q = q - weight * y
    r = preconditioner(q)
    if pairs:
        s, y = pairs[-1]
        r = r * (np.vdot(s, y) / np.vdot(y, preconditioner(y)))
    for (s, y), weight in zip(pairs, reversed(weights), strict=True):
        r = r + s * (weight - np.vdot(y, r) / np.vdot(s, y))
    return -r


def _line_search(objective: Objective, here: _Point, direction: Array) -> _Point | None:
    """The first point on the way that meets the Wolfe conditions: lower, and less steep.

    None if rounding, or too steep a way, leaves no such point.
    """
    slope = float(np.vdot(here.gradient, direction))
    # By so much may rounding alone raise the cost.
    noise = float(np.finfo(here.last.A.dtype).eps) * abs(here.last.J)
    step, near, far = 1.0, 0.0, np.inf
    for _ in range(_TRIALS):
        there = _point(objective, here.x + step * direction)
        slope_there = float(np.vdot(there.gradient, direction))
        if not there.last.J <= here.last.J + _ARMIJO * step * slope + noise:
            far = step
        elif slope_there < _CURVATURE * slope:
            near = step
        elif slope_there <= -slope and slope_there > slope:
            return there
        else:
            far = step
        step = 2 * step if far == np.inf else (near + far) / 2
    return None
