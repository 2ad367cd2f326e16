"""Gradient descent, as the lecture writes it."""

from dataclasses import dataclass

from catclf.solvers.objective import Objective
from catclf.solvers.solver import Point


@dataclass(frozen=True)
class GradientDescent:
    """Repeats w := w - α dw, b := b - α db.

    Parameters
    ----------
    learning_rate : float
        α.
    """

    learning_rate: float

    def step(self, objective: Objective, here: Point) -> Point:
        """One step down the gradient."""
        w = here.w - self.learning_rate * here.last.dw
        b = here.b - self.learning_rate * here.last.db
        return Point(w, b, objective.propagate(w, b), here.memory)
