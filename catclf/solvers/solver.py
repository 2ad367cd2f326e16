"""What all solvers have in common: the contract, the state, and when to stop.

A solver makes one step at a time. `iterate` drives it: it keeps the costs, counts the steps and
applies the stopping rule.
"""

from collections.abc import Iterator, Mapping
from math import isfinite, nan
from typing import NamedTuple, Protocol

import numpy as np

from catclf.logistic import Array
from catclf.solvers.objective import Objective, Pass

Memory = Mapping[str, tuple[Array, ...]]
"""What a solver remembers between its steps: columns by name. Only the solver looks inside."""


class Point(NamedTuple):
    """Where a solver is."""

    w: Array
    """(n_x, 1)."""
    b: float
    last: Pass
    """The pass at w and b."""
    memory: Memory


class Solver(Protocol):
    """A way to lower a cost step by step."""

    def step(self, objective: Objective, here: Point) -> Point | None:
        """One step; None where there is no lower point that rounding would let it see."""


class State(NamedTuple):
    """How far a solver has got: what it yields after each step, and can be started from again.

    A solver starts at `State(w, b)`. Started from a later state, it comes to the same result as if
    it had never stopped.
    """

    w: Array
    """(n_x, 1)."""
    b: float
    costs: list[float] = []  # noqa: RUF012 - never changed here
    """Cost before each step and, at index `steps`, at w and b. Later steps may append to it."""
    steps: int = 0
    """Number of steps made."""
    first_gradient: float = 0.0
    """Norm of the gradient at the start; 0 where no tolerance asks for it."""
    memory: Memory = {}  # noqa: RUF012 - never changed here
    last: Pass | None = None
    """The pass at w and b."""
    gradient: float = nan
    """Norm of the gradient there; NaN where it was not asked for."""
    converged: bool = False
    """Whether the tolerance is met."""

    @property
    def last_pass(self) -> Pass:
        """The pass at w and b, of a state that a solver has yielded."""
        assert self.last
        return self.last

    @property
    def relative_gradient(self) -> float:
        """Norm of the gradient as a share of its initial value; NaN where it was not asked for."""
        return self.gradient / self.first_gradient if self.first_gradient else nan


def iterate(
    solver: Solver,
    objective: Objective,
    start: State,
    *,
    iterations: int,
    tolerance: float = 0.0,
) -> Iterator[State]:
    """Let a solver make its steps.

    Parameters
    ----------
    solver : Solver
        What makes them.
    objective : Objective
        The cost.
    start : State
        Where to start, or to resume.
    iterations : int
        The maximum number of steps, those before `start` included.
    tolerance : float
        Stop when the norm of the gradient is at most this share of its initial value; 0 for never.

    Yields
    ------
    State
        At the start and after each step. The last has converged, or the steps have run out, or the
        cost is no longer finite, or rounding leaves no lower point.
    """
    costs = start.costs[:-1]  # the last is computed again
    first_gradient = start.first_gradient
    # A descent that diverges overflows; that shows in the cost.
    with np.errstate(over="ignore", invalid="ignore"):
        here: Point | None = Point(
            start.w, start.b, objective.propagate(start.w, start.b), start.memory
        )
        while here:
            costs.append(here.last.J)
            gradient, converged = nan, False
            if tolerance:
                gradient = objective.norm(here.last.dw, here.last.db)
                first_gradient = first_gradient or gradient
                converged = gradient <= tolerance * first_gradient
            steps = len(costs) - 1
            yield State(
                here.w,
                here.b,
                costs,
                steps,
                first_gradient,
                here.memory,
                here.last,
                gradient,
                converged,
            )
            if converged or steps >= iterations or not isfinite(here.last.J):
                return
            here = solver.step(objective, here)
