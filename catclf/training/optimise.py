"""Examples and settings to weights: the solver that was asked for, on the form that is fastest."""

from collections.abc import Iterator, Sequence

import numpy as np

from catclf.logistic import LOSSES, Array, ClassWeighted, Loss
from catclf.solvers.gradient_descent import gradient_descent
from catclf.solvers.objective import Objective, lipschitz_constant
from catclf.solvers.problem import Problem, pose, reduction_pays
from catclf.solvers.state import State
from catclf.training.design_matrix import TrainingExamples
from catclf.training.settings import TrainingSettings

_RANDOM_INIT_SCALE = 0.01


def loss_of(examples: TrainingExamples, settings: TrainingSettings) -> Loss:
    """What an example costs; with balanced classes, by the share of its class."""
    loss = LOSSES[settings.loss]
    if settings.class_weight == "none":
        return loss
    m, positives = examples.Y.size, int(examples.Y.sum())
    return ClassWeighted(loss, m / (2 * positives), m / (2 * (m - positives)))


def pose_examples(
    examples: TrainingExamples,
    settings: TrainingSettings,
    l2: float,
    *,
    reduced: bool | None = None,
) -> Problem:
    """Lay examples out for the solver.

    Parameters
    ----------
    examples : TrainingExamples
        With both classes.
    settings : TrainingSettings
        How to train.
    l2 : float
        Penalty λ.
    reduced : bool, optional
        Whether to go into the span of the examples; by default, where that is faster.

    Returns
    -------
    Problem
        For `steps`.
    """
    lbfgs = settings.solver == "lbfgs"
    if reduced is None:
        reduced = settings.init == "zeros" and reduction_pays(
            examples.rows, settings.dtype, lbfgs=lbfgs, iterations=settings.iterations
        )
    n_x = int(np.prod(examples.rows.shape[1:]))
    if settings.init == "zeros":
        w = np.zeros((n_x, 1))
    else:
        rng = np.random.default_rng(settings.seed)
        w = rng.standard_normal((n_x, 1)) * _RANDOM_INIT_SCALE
    return pose(
        examples.rows,
        examples.Y,
        w,
        scale=examples.scale,
        l2=l2,
        loss=loss_of(examples, settings),
        dtype=settings.dtype,
        lbfgs=lbfgs,
        reduced=reduced,
    )


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
    """The solver at work, from a place in the problem."""
    iterations, tolerance = settings.iterations, settings.stops_at
    if learning_rate:
        return gradient_descent(
            problem.objective,
            start,
            learning_rate=learning_rate,
            iterations=iterations,
            tolerance=tolerance,
        )
    from catclf.solvers.lbfgs import lbfgs

    assert problem.preconditioner
    return lbfgs(
        problem.objective,
        start,
        preconditioner=problem.preconditioner,
        iterations=iterations,
        tolerance=tolerance,
    )


def penalty_path(
    examples: TrainingExamples, settings: TrainingSettings, l2s: Sequence[float]
) -> Iterator[tuple[Array, float]]:
    """Weights and bias for one penalty after the other.

    L-BFGS goes on from where it was with the penalty before, which is close; gradient descent,
    whose result depends on where it begins, begins anew.

    Parameters
    ----------
    examples : TrainingExamples
        With both classes.
    settings : TrainingSettings
        How to train.
    l2s : sequence of float
        Penalties λ, best in falling order.

    Yields
    ------
    array (n_x, 1), float
        w and b.
    """
    problem = pose_examples(examples, settings, l2s[0])
    start = problem.start
    for l2 in l2s:
        problem.objective.l2 = l2
        learning_rate = learning_rate_for(settings, problem.objective)
        *_, state = steps(problem, start, settings, learning_rate)
        yield problem.carry_back(state.w, state.b)
        if not learning_rate:
            start = State(state.w, state.b, first_gradient=state.first_gradient)
