"""From settings to a solver at work: loss, initial weights, form of the problem, learning rate."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from catclf.logistic import LOSSES, Array, ClassWeighted, Loss
from catclf.solvers import combinations, fused, span
from catclf.solvers.engine import Examples, is_elsewhere
from catclf.solvers.gradient_descent import GradientDescent
from catclf.solvers.objective import Objective, lipschitz_constant
from catclf.solvers.problem import Problem, pose_in_blocks, pose_in_span
from catclf.solvers.solver import Solver, State, iterate
from catclf.training.design_matrix import DesignMatrix
from catclf.training.settings import LECTURE_LEARNING_RATE, TrainingSettings

_INITIAL_DEVIATION = 0.01

# So many costs in a row above the first end a descent at the lecture's learning rate. On the
# course's images, where it succeeds, there are 33.
_CLIMB = 50

_ROUNDING = 1e-9

# What L-BFGS is worth in passes, with the making of its preconditioner.
_PASSES_OF_LBFGS = 100


def loss_of(design: DesignMatrix, settings: TrainingSettings) -> Loss:
    """The loss of an example; with balanced classes, weighted by the share of its class."""
    loss = LOSSES[settings.loss]
    if settings.class_weight == "none":
        return loss
    m, positives = design.Y.size, int(design.Y.sum())
    return ClassWeighted(loss, m / (2 * positives), m / (2 * (m - positives)))


def examples_of(design: DesignMatrix, settings: TrainingSettings) -> Examples:
    """The rows of a design matrix, as they are laid out for a solver."""
    loss = loss_of(design, settings)
    return Examples(design.rows, design.Y, design.scale, loss, settings.dtype)


def span_pays(design: DesignMatrix, settings: TrainingSettings) -> bool:
    """Whether the solver is faster in the span of the examples than on blocks of them."""
    if settings.init != "zeros" or is_elsewhere():  # outside the span; or not for this process
        return False
    n_x, m, itemsize = design.n_x, len(design.rows), np.dtype(settings.dtype).itemsize
    passes = _passes(settings)
    if settings.solver == "lbfgs":
        return span.pays(n_x, m, passes, itemsize=itemsize)
    is_fused = fused.pays(design.rows, passes, itemsize)
    return combinations.pays(n_x, m, passes, itemsize=itemsize, is_fused=is_fused)


def _passes(settings: TrainingSettings) -> int:
    """How many passes over the examples there will be, roughly."""
    iterations = settings.iterations
    return min(iterations, _PASSES_OF_LBFGS) if settings.solver == "lbfgs" else iterations


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
    examples = examples_of(design, settings)
    lbfgs = settings.solver == "lbfgs"
    if in_span:
        return pose_in_span(examples, l2, lbfgs=lbfgs)
    w, passes = _initial_weights(design.n_x, settings), _passes(settings)
    return pose_in_blocks(examples, l2, w, lbfgs=lbfgs, passes=passes)


def _initial_weights(n_x: int, settings: TrainingSettings) -> Array:
    if settings.init == "zeros":
        return np.zeros((n_x, 1))
    rng = np.random.default_rng(settings.seed)
    return rng.standard_normal((n_x, 1)) * _INITIAL_DEVIATION


class Step(NamedTuple):
    """What `steps` yields."""

    state: State
    learning_rate: float | None
    """α that it was reached with, if the solver has one."""


def steps(
    problem: Problem,
    start: State,
    settings: TrainingSettings,
    learning_rate: float | None = None,
) -> Iterator[Step]:
    """The solver at work.

    Parameters
    ----------
    problem : Problem
        What to solve.
    start : State
        Where to start, or to resume.
    settings : TrainingSettings
        How to train. Where they leave the learning rate open, it is the lecture's, and if the cost
        rises with it, descent starts anew at 1/L.
    learning_rate : float, optional
        α to resume with.

    Yields
    ------
    Step
        As `iterate` yields states.
    """
    rate = learning_rate or _learning_rate(settings, problem.objective)
    may_change = settings.learning_rate is None and rate == LECTURE_LEARNING_RATE
    state = start
    for state in _states(problem, start, settings, rate):
        yield Step(state, rate)
        if may_change and _stays_above_start(state.costs):
            break
    if may_change and ends_above_start(state.costs):
        rate = 1 / lipschitz_constant(problem.objective)
        for state in _states(problem, problem.start, settings, rate):
            yield Step(state, rate)


def ends_above_start(costs: list[float]) -> bool:
    """Whether the last cost is above the first, or is not finite."""
    # A cost that stays where it was may come out higher by rounding, differently on each processor.
    return not costs[-1] <= costs[0] * (1 + _ROUNDING)


def _stays_above_start(costs: list[float]) -> bool:
    """Whether many costs in a row are above the first. A few may be, and descent still succeed."""
    return costs[-1] > costs[0] and len(costs) > _CLIMB and min(costs[-_CLIMB:]) > costs[0]


def _learning_rate(settings: TrainingSettings, objective: Objective) -> float | None:
    """α to begin with, if the solver has one."""
    if settings.solver == "lbfgs":
        return None
    if settings.learning_rate == "auto":
        return 1 / lipschitz_constant(objective)
    return settings.learning_rate or LECTURE_LEARNING_RATE


def _states(
    problem: Problem, start: State, settings: TrainingSettings, learning_rate: float | None
) -> Iterator[State]:
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
