"""L-BFGS: to the optimum in few passes.

Each step goes along -H⁻¹ times the gradient, where H⁻¹, the inverse of the Hessian, is built from
the last few steps by the two-loop recursion, starting from a preconditioner (Nocedal and Wright,
"Numerical Optimization", algorithms 7.4 and 7.5). When to stop is for `iterate` in solver.py.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from catclf.logistic import Array, Propagation
from catclf.solvers.objective import Objective
from catclf.solvers.solver import Memory, Point

_PAIRS = 10  # more help little
_ARMIJO, _CURVATURE = 1e-4, 0.9  # the usual constants of the Wolfe conditions
_TRIALS = 30


Preconditioner = Callable[[Array], Array]
"""Multiplies a gradient (n_x + 1, 1), w's and last b's, by a rough inverse of the Hessian."""


class Pair(NamedTuple):
    """What one step has shown of the Hessian: y is about H s; (n_x + 1, 1) each."""

    s: Array
    """Change of w and b."""
    y: Array
    """Change of the gradient."""


class _Place(NamedTuple):
    x: Array
    """(n_x + 1, 1): w and, last, b."""
    gradient: Array
    """(n_x + 1, 1)."""
    last: Propagation


class LBFGS:
    """L-BFGS with a line search for the Wolfe conditions.

    Parameters
    ----------
    preconditioner : callable
        Rough inverse of the Hessian.
    """

    def __init__(self, preconditioner: Preconditioner) -> None:
        self._preconditioner = preconditioner

    def step(self, objective: Objective, here: Point) -> Point | None:
        """One step; None where the line search finds no lower point."""
        pairs = _pairs(here.memory)
        x = np.vstack([here.w, [[here.b]]])  # (n_x + 1, 1)
        start = _Place(x, _gradient(here.last), here.last)
        end = _line_search(
            objective, start, _direction(start.gradient, pairs, self._preconditioner)
        )
        if end is None:
            return None
        pairs = [*pairs, Pair(end.x - start.x, end.gradient - start.gradient)][-_PAIRS:]
        return Point(end.x[:-1], float(end.x[-1, 0]), end.last, _memory(pairs))


def _pairs(memory: Memory) -> list[Pair]:
    return [Pair(s, y) for s, y in zip(memory.get("s", ()), memory.get("y", ()), strict=True)]


def _memory(pairs: Sequence[Pair]) -> Memory:
    return {"s": tuple(pair.s for pair in pairs), "y": tuple(pair.y for pair in pairs)}


def _gradient(last: Propagation) -> Array:
    return np.vstack([last.dw, [[last.db]]])  # (n_x + 1, 1)


def _place(objective: Objective, x: Array) -> _Place:
    last = objective.propagate(x[:-1], float(x[-1, 0]))
    return _Place(x, _gradient(last), last)


def _direction(gradient: Array, pairs: Sequence[Pair], preconditioner: Preconditioner) -> Array:
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


def _line_search(objective: Objective, start: _Place, direction: Array) -> _Place | None:
    """The first place found along a direction that meets the Wolfe conditions.

    There the cost is lower in proportion to the step, and the slope flatter. A place that does not
    qualify bounds the step from above or below; the next one to try lies between the bounds. None
    if rounding, or too steep a slope, leaves no such place.
    """
    slope = float(np.vdot(start.gradient, direction))
    # By so much may rounding alone raise the cost.
    noise = float(np.finfo(start.last.A.dtype).eps) * abs(start.last.J)
    step, shortest, longest = 1.0, 0.0, np.inf
    for _ in range(_TRIALS):
        end = _place(objective, start.x + step * direction)
        end_slope = float(np.vdot(end.gradient, direction))
        is_lower = end.last.J <= start.last.J + _ARMIJO * step * slope + noise
        if is_lower and _CURVATURE * slope <= end_slope <= -slope and end_slope > slope:
            return end
        if is_lower and end_slope < _CURVATURE * slope:  # still falling steeply: go further
            shortest = step
        else:
            longest = step
        step = 2 * step if longest == np.inf else (shortest + longest) / 2
    return None
