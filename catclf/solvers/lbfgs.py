"""L-BFGS: to the optimum in few passes.

Each step goes along -H⁻¹ times the gradient, where H⁻¹, the inverse of the Hessian, is built from
the last few steps by the two-loop recursion, starting from a preconditioner (Nocedal and Wright,
"Numerical Optimization", algorithms 7.4 and 7.5). When to stop is for `iterate` in solver.py.
"""

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from catclf.logistic import Array
from catclf.solvers.objective import Objective, Pass
from catclf.solvers.solver import Memory, Point

PAIRS = 10
"""Steps that are remembered; more help little."""

_ARMIJO, _CURVATURE = 1e-4, 0.9  # the usual constants of the Wolfe conditions
_TRIALS = 30


T = TypeVar("T")

Preconditioner = Callable[[Array], Array]
"""Multiplies a gradient, such as (n_x + 1, 1), w's and last b's, by a rough inverse of the
Hessian."""

InnerProduct = Callable[[Array, Array], float]


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
    last: Pass


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
        gradient = _gradient(here.last)
        way = direction(gradient, pairs, self._preconditioner, _vdot)

        def trial(step: float) -> Trial[_Place]:
            end = _place(objective, x + step * way)
            return Trial(end.last.J, _vdot(end.gradient, way), end)

        precision = float(np.finfo(objective.dtype).eps)
        end = line_search(trial, here.last.J, _vdot(gradient, way), precision)
        if end is None:
            return None
        pairs = [*pairs, Pair(end.x - x, end.gradient - gradient)][-PAIRS:]
        return Point(end.x[:-1], float(end.x[-1, 0]), end.last, _memory(pairs))


def _pairs(memory: Memory) -> list[Pair]:
    return [Pair(s, y) for s, y in zip(memory.get("s", ()), memory.get("y", ()), strict=True)]


def _memory(pairs: Sequence[Pair]) -> Memory:
    return {"s": tuple(pair.s for pair in pairs), "y": tuple(pair.y for pair in pairs)}


def _gradient(last: Pass) -> Array:
    return np.vstack([last.dw, [[last.db]]])  # (n_x + 1, 1)


def _place(objective: Objective, x: Array) -> _Place:
    last = objective.propagate(x[:-1], float(x[-1, 0]))
    return _Place(x, _gradient(last), last)


def _vdot(u: Array, v: Array) -> float:
    return float(np.vdot(u, v))


def direction(
    gradient: Array, pairs: Sequence[Pair], preconditioner: Preconditioner, inner: InnerProduct
) -> Array:
    """-H⁻¹ times a gradient, by the two-loop recursion; s and y as in the book.

    Parameters
    ----------
    gradient : array
        A vector, in whatever form the other arguments take.
    pairs : sequence of Pair
        What the last steps have shown, the oldest first.
    preconditioner : callable
        Rough inverse of the Hessian.
    inner : callable
        Inner product of two vectors.

    Returns
    -------
    array
        Of the gradient's shape.
    """
    q = gradient
    weights = []
    for s, y in reversed(pairs):
        weight = inner(s, q) / inner(s, y)
        weights.append(weight)
        q = q - weight * y
    r = preconditioner(q)
    if pairs:
        s, y = pairs[-1]
        r = r * (inner(s, y) / inner(y, preconditioner(y)))
    for (s, y), weight in zip(pairs, reversed(weights), strict=True):
        r = r + s * (weight - inner(y, r) / inner(s, y))
    return -r


class Trial(NamedTuple, Generic[T]):
    """A place along a direction."""

    J: float
    """Cost."""
    slope: float
    """Derivative of the cost with respect to the step."""
    place: T
    """What the search is to return, if it is this one."""


def line_search(
    trial: Callable[[float], Trial[T]], J: float, slope: float, precision: float
) -> T | None:
    """The first place found along a direction that meets the Wolfe conditions.

    There the cost is lower in proportion to the step, and the slope flatter. A place that does not
    qualify bounds the step from above or below; the next one to try lies between the bounds.

    Parameters
    ----------
    trial : callable
        Goes so far along the direction.
    J : float
        Cost at the start.
    slope : float
        Derivative of the cost there, along the direction.
    precision : float
        Of the numbers that costs are computed from: by so much of J may rounding alone raise it.

    Returns
    -------
    T or None
        The place; None if rounding, or too steep a slope, leaves no such place.
    """
    noise = precision * abs(J)
    step, shortest, longest = 1.0, 0.0, np.inf
    for _ in range(_TRIALS):
        end = trial(step)
        is_lower = end.J <= J + _ARMIJO * step * slope + noise
        if is_lower and _CURVATURE * slope <= end.slope <= -slope and end.slope > slope:
            return end.place
        if is_lower and end.slope < _CURVATURE * slope:  # still falling steeply: go further
            shortest = step
        else:
            longest = step
        step = 2 * step if longest == np.inf else (shortest + longest) / 2
    return None
