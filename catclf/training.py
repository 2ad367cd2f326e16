"""Labelled pictures become a model."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from math import isclose, isfinite, nan
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.checkpoint import Checkpoint, digest, load_checkpoint, save_checkpoint
from catclf.datasets.dataset import Dataset
from catclf.errors import CheckpointError, TrainingError
from catclf.features import Pixels
from catclf.fingerprints import fingerprints
from catclf.logistic import LOSSES, Propagation, accuracy
from catclf.model import Model
from catclf.parallel import one_blas_thread
from catclf.settings import TrainingSettings
from catclf.solvers.gradient_descent import gradient_descent
from catclf.solvers.objective import Objective, lipschitz_constant
from catclf.solvers.problem import Problem, pose, reduction_pays
from catclf.solvers.state import State

OnStep = Callable[[int, float, float], None]
"""Called a few times a second with the steps done, the cost, and the training accuracy."""

_SECONDS_BETWEEN_CALLS = 0.1
_SECONDS_BETWEEN_CHECKPOINTS = 30.0
_RANDOM_INIT_SCALE = 0.01


class TrainingResult(NamedTuple):
    """What training gives."""

    model: Model
    costs: list[float]
    """Cost before each iteration and, last, of the model: one more than the iterations made."""
    accuracy: float
    """Share of the training pictures that the model gets right."""
    converged: bool
    """Whether the gradient got as small as the tolerance asks. Without one, it never does."""
    gradient: float
    """Length of the gradient, as a share of what it was at the start; NaN without a tolerance."""


def train(
    dataset: Dataset,
    settings: TrainingSettings | None = None,
    *,
    on_step: OnStep | None = None,
    checkpoint: str | Path | None = None,
    resume: str | Path | None = None,
) -> TrainingResult:
    """Train logistic regression on labelled pictures.

    Parameters
    ----------
    dataset : Dataset
        Training pictures.
    settings : TrainingSettings, optional
        The course's, unless told otherwise.
    on_step : callable, optional
        Told of the progress.
    checkpoint : str or Path, optional
        File to write the solver's place to: every half a minute, at the end, and when whatever
        exception, `KeyboardInterrupt` for instance, stops the training.
    resume : str or Path, optional
        Checkpoint to go on from. The result is the same, to the last bit, as if the training had
        not been stopped.

    Returns
    -------
    TrainingResult
        The model, the cost of every iteration, and the training accuracy.

    Raises
    ------
    DataError
        If there are pictures of one class only.
    TrainingError
        If the cost is not finite in the end, or above where it began, or if there is no optimum for
        L-BFGS to go to.
    CheckpointError
        If `resume` is no checkpoint, or one of other pictures or other settings.
    OutputError
        If the checkpoint cannot be written.
    """
    settings = settings or TrainingSettings()
    dataset.require_both_classes()
    prints = fingerprints(dataset.images)
    pictures = digest(prints, dataset.labels) if checkpoint or resume else ""
    earlier = load_checkpoint(Path(resume)) if resume else None
    if earlier:
        earlier.require_fit(settings, pictures, Path(str(resume)))

    def save(state: State) -> None:
        if checkpoint:
            save_checkpoint(Checkpoint(state, settings, pictures), Path(checkpoint))

    features = Pixels()
    problem = _pose(dataset, features, settings, earlier)
    # More threads than cores, here or in another program, would wait for each other at every step.
    with one_blas_thread():
        start = _place(earlier, problem, resume) if earlier else problem.start
        learning_rate = _learning_rate(settings, problem.objective)
        state = _follow(
            _steps(problem, start, settings, learning_rate), settings, dataset.Y, on_step, save
        )
        if learning_rate:
            _require_descent(state, problem.objective, learning_rate)
    w, b = problem.carry_back(state.w, state.b)
    training_accuracy = accuracy(_last(state).A, dataset.Y)
    model = Model(
        w=w.astype(settings.dtype),
        b=b,
        positive=dataset.positive,
        recipe=dataset.recipe,
        features=features,
        training={
            **asdict(settings),
            "learning_rate": learning_rate,
            "tolerance": settings.stops_at,
            "iterations": state.steps,
            "converged": state.converged,
            "pictures": dataset.class_counts(),
            "cost": state.costs[-1],
            "accuracy": training_accuracy,
            "date": time.strftime("%Y-%m-%d"),
        },
        fingerprints=np.sort(prints),
    )
    return TrainingResult(
        model, state.costs, training_accuracy, state.converged, _relative_gradient(state)
    )


def _pose(
    dataset: Dataset, features: Pixels, settings: TrainingSettings, earlier: Checkpoint | None
) -> Problem:
    lbfgs = settings.solver == "lbfgs"
    if earlier:  # for another number of iterations, another form might pay
        reduced = len(earlier.state.w) < features.n_x
    else:
        reduced = settings.init == "zeros" and reduction_pays(
            dataset.images, settings.dtype, lbfgs=lbfgs, iterations=settings.iterations
        )
    if settings.init == "zeros":
        w = np.zeros((features.n_x, 1))
    else:
        rng = np.random.default_rng(settings.seed)
        w = rng.standard_normal((features.n_x, 1)) * _RANDOM_INIT_SCALE
    return pose(
        dataset.images,
        dataset.Y,
        w,
        scale=features.scale,
        l2=settings.l2,
        loss=LOSSES[settings.loss],
        dtype=settings.dtype,
        lbfgs=lbfgs,
        reduced=reduced,
    )


def _place(earlier: Checkpoint, problem: Problem, resume: str | Path | None) -> State:
    """Where the earlier training was, if that is the same place here."""
    state = earlier.state
    if state.w.shape == problem.start.w.shape:
        # The axes of a span come from the machine's linear algebra, and may be others elsewhere.
        cost = problem.objective.propagate(state.w, state.b).J
        if isclose(cost, state.costs[-1], rel_tol=1e-6):
            return state
    raise CheckpointError(
        f"{resume} does not fit: it was made on another machine, or with another numpy, whose "
        "linear algebra works differently; train without --resume"
    )


def _learning_rate(settings: TrainingSettings, objective: Objective) -> float | None:
    if settings.solver == "lbfgs":
        return None
    if settings.learning_rate == "auto":
        return 1 / lipschitz_constant(objective)
    return settings.learning_rate


def _steps(
    problem: Problem, start: State, settings: TrainingSettings, learning_rate: float | None
) -> Iterator[State]:
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


def _follow(
    steps: Iterator[State],
    settings: TrainingSettings,
    Y: NDArray[Any],
    on_step: OnStep | None,
    save: Callable[[State], None],
) -> State:
    """The last step; on the way there, tell of the progress, and save it now and then."""
    state = None
    next_call, next_save = 0.0, time.monotonic() + _SECONDS_BETWEEN_CHECKPOINTS
    unbounded = settings.solver == "lbfgs" and not settings.l2
    try:
        for state in steps:
            now = time.monotonic()
            if on_step and now >= next_call:
                # The accuracy would be costly at every step.
                on_step(state.steps, state.costs[state.steps], accuracy(_last(state).A, Y))
                next_call = now + _SECONDS_BETWEEN_CALLS
            if now >= next_save:
                save(state)
                next_save = now + _SECONDS_BETWEEN_CHECKPOINTS
            if unbounded:
                _require_an_optimum(state, Y)
    finally:  # whatever stops it: the user, the system, a full disk
        if state:
            save(state)
    assert state  # every solver begins by telling where it starts
    return state


def _last(state: State) -> Propagation:
    assert state.last  # the solver has been there
    return state.last


def _relative_gradient(state: State) -> float:
    """Length of the gradient, as a share of what it was at the start."""
    if not state.first_gradient:
        return nan
    last = _last(state)
    return float(np.hypot(np.linalg.norm(last.dw), last.db)) / state.first_gradient


def _require_descent(state: State, objective: Objective, learning_rate: float) -> None:
    first, last = state.costs[0], state.costs[-1]
    if isfinite(last) and last <= first:
        return
    bound = 2 / lipschitz_constant(objective)
    end = "stopped being a number" if not isfinite(last) else f"went up to {last:.3g}"
    raise TrainingError(
        f"training diverged at learning rate {learning_rate:.3g}: the cost began at {first:.3g} "
        f"and {end} after {state.steps} iterations; descent is certain below "
        f"2/L = {bound:.3g} on these pictures; use --learning-rate {bound / 2:.2g} or auto"
    )


def _require_an_optimum(state: State, Y: NDArray[Any]) -> None:
    """Without a penalty, pictures that can be told apart leave the cost without a lowest point."""
    if accuracy(_last(state).A, Y) == 1:
        raise TrainingError(
            f"no finite optimum exists: after {state.steps} iterations all {Y.size} training "
            "pictures are told apart, and the cost goes on falling for ever as the weights grow; "
            "use a penalty, like --l2 0.001, or --solver gd, which stops after --iterations"
        )
