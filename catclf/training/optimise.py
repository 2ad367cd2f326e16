"""From settings to a solver at work: loss, initial weights, form of the problem, learning rate."""

from collections.abc import Iterator

import numpy as np

from catclf.logistic import LOSSES, Array, ClassWeighted, Loss
from catclf.solvers.gradient_descent import GradientDescent
from catclf.solvers.objective import Objective, lipschitz_constant
from catclf.solvers.problem import Examples, Problem, pose_in_blocks, pose_in_span
from catclf.solvers.solver import Solver, State, iterate
from catclf.solvers.span import pays
from catclf.training.design_matrix import DesignMatrix
from catclf.training.settings import TrainingSettings

_INITIAL_DEVIATION = 0.01

# What L-BFGS is worth in passes, with the making of its preconditioner.
_PASSES_OF_LBFGS = 100


def loss_of(design: DesignMatrix, settings: TrainingSettings) -> Loss:
    """The loss of an example; with balanced classes, weighted by the share of its class."""
    loss = LOSSES[settings.loss]
    if settings.class_weight == "none":
        return loss
    m, positives = design.Y.size, int(design.Y.sum())
    return ClassWeighted(loss, m / (2 * positives), m / (2 * (m - positives)))


def span_pays(design: DesignMatrix, settings: TrainingSettings) -> bool:
    """Whether the solver is faster in the span of the examples than on blocks of them."""
    if settings.init != "zeros":  # outside the span
        return False
    passes = settings.iterations
    if settings.solver == "lbfgs":
        passes = min(passes, _PASSES_OF_LBFGS)
    return pays(design.n_x, len(design.rows), passes, itemsize=np.dtype(settings.dtype).itemsize)


def pose(design: DesignMatrix, settings: TrainingSettings, l2: float, *, in_span: bool) -> Problem:
    """Lay a design matrix out for the solver.

    Parameters
    ----------
    design : DesignMatrix
        With both classes.
    settings : TrainingSettings
        How to train.
    l2 : float
        Penalty λ.
    in_span : bool
        Whether to go into the span of the examples; see `span_pays`.

    Returns
    -------
    Problem
        For `steps`.
    """
    examples = Examples(
        design.rows, design.Y, design.scale, loss_of(design, settings), settings.dtype
    )
    lbfgs = settings.solver == "lbfgs"
    if in_span:
        return pose_in_span(examples, l2, lbfgs=lbfgs)
    return pose_in_blocks(examples, l2, _initial_weights(design.n_x, settings), lbfgs=lbfgs)


def _initial_weights(n_x: int, settings: TrainingSettings) -> Array:
    if settings.init == "zeros":
        return np.zeros((n_x, 1))
    rng = np.random.default_rng(settings.seed)
    return rng.standard_normal((n_x, 1)) * _INITIAL_DEVIATION


def learning_rate_for(settings: TrainingSettings, objective: Objective) -> float | None:
    """α, if the solver has one."""
    if settings.solver == "lbfgs":
        return None
    if settings.learning_rate == "auto":
        return 1 / lipschitz_constant(objective)
    return settings.learning_rate


def steps(
    problem: Problem, start: State, settings: TrainingSettings, learning_rate: float | None
) -> Iterator[State]:
    """The solver at work, from some state on."""
    return iterate(
        _solver(problem, learning_rate),
        problem.objective,
        start,
        iterations=settings.iterations,
        tolerance=settings.effective_tolerance,
    )


def _solver(problem: Problem, learning_rate: float | None) -> Solver:
    if learning_rate:
        return GradientDescent(learning_rate)
    from catclf.solvers.lbfgs import LBFGS

    assert problem.preconditioner
    return LBFGS(problem.preconditioner)


class PenaltyPath:
    """Weights and bias for one penalty after the other.

    L-BFGS continues from where it was with the penalty before, which is close. Gradient descent,
    whose result depends on where it starts, starts anew.

    Parameters
    ----------
    design : DesignMatrix
        With both classes.
    settings : TrainingSettings
        How to train.
    """

    def __init__(self, design: DesignMatrix, settings: TrainingSettings) -> None:
        self._settings = settings
        in_span = span_pays(design, settings)
        self._problem = pose(design, settings, 0.0, in_span=in_span)
        self._start = self._problem.start

    def solve(self, l2: float) -> tuple[Array, float]:
        """Weights (n_x, 1) and bias for a penalty; best called with falling ones."""
        objective = self._problem.objective
        objective.l2 = l2
        learning_rate = learning_rate_for(self._settings, objective)
        *_, state = steps(self._problem, self._start, self._settings, learning_rate)
        if learning_rate is None:
            self._start = State(state.w, state.b, first_gradient=state.first_gradient)
        return self._problem.carry_back(state.w, state.b)
