"""Labelled images become a model."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from math import isclose, isfinite, nan
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.dataset import Dataset, Progress
from catclf.errors import CheckpointError, DataError, TrainingError
from catclf.features.register import learn_features
from catclf.features.specification import FeatureSpecification
from catclf.images.fingerprints import Fingerprints, fingerprints
from catclf.logistic import Array, Propagation, accuracy, sigmoid
from catclf.model import Model
from catclf.parallel import one_blas_thread
from catclf.solvers.objective import Objective, lipschitz_constant
from catclf.solvers.problem import Problem
from catclf.solvers.state import State
from catclf.training.calibration import platt_scaling, threshold_for
from catclf.training.checkpoint import Checkpoint, digest, load_checkpoint, save_checkpoint
from catclf.training.design_matrix import TrainingExamples, make_examples
from catclf.training.optimise import learning_rate_for, pose_examples, steps
from catclf.training.settings import TrainingSettings

OnStep = Callable[[int, float, float], None]
"""Called a few times a second with the steps done, the cost, and the training accuracy."""

OnStage = Callable[[str, int, int], None]
"""Called before the steps, while there is much to prepare: what is being done, how much of it is
done, and how much there is."""

_SECONDS_BETWEEN_CALLS = 0.1
_SECONDS_BETWEEN_CHECKPOINTS = 30.0

# A cost that stays where it was may come out higher by rounding, differently on each processor.
_ROUNDING = 1e-9

# Where choices are made on images that are held out, each is held out once in so many folds.
_FOLDS = 5


class TrainingResult(NamedTuple):
    """What training gives."""

    model: Model
    costs: list[float]
    """Cost before each iteration and, last, of the model: one more than the iterations made."""
    accuracy: float
    """Share of the training images that the model gets right."""
    converged: bool
    """Whether the gradient got as small as the tolerance asks. Without one, it never does."""
    gradient: float
    """Length of the gradient, as a share of what it was at the start; NaN without a tolerance."""


def train(
    dataset: Dataset,
    settings: TrainingSettings | None = None,
    *,
    on_step: OnStep | None = None,
    on_stage: OnStage | None = None,
    checkpoint: str | Path | None = None,
    resume: str | Path | None = None,
) -> TrainingResult:
    """Train logistic regression on labelled images.

    Parameters
    ----------
    dataset : Dataset
        Training images.
    settings : TrainingSettings, optional
        The course's, unless told otherwise.
    on_step : callable, optional
        Told of the progress of the steps.
    on_stage : callable, optional
        Told of the progress of what comes before them.
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
        If there are images of one class only, or too few to hold some out.
    TrainingError
        If the cost is not finite in the end, or above where it began, or if there is no optimum for
        L-BFGS to go to.
    CheckpointError
        If `resume` is no checkpoint, or one of other images or other settings.
    OutputError
        If the checkpoint cannot be written.
    """
    settings = settings or TrainingSettings()
    dataset.require_both_classes()
    prints = fingerprints(dataset.images)
    images = digest(prints, dataset.labels) if checkpoint or resume else ""
    earlier = load_checkpoint(Path(resume)) if resume else None
    if earlier:
        earlier.require_fit(settings, images, Path(str(resume)))

    def save(state: State) -> None:
        if checkpoint:
            save_checkpoint(Checkpoint(state, settings, images), Path(checkpoint))

    specification = FeatureSpecification.parse(settings.features)
    features = learn_features(specification, dataset.images, settings.seed)
    examples = make_examples(
        dataset, features, settings, on_stage and partial(on_stage, "features")
    )
    l2, Z_held_out = _held_out(
        examples, dataset, prints, settings, on_stage and partial(on_stage, "penalties")
    )
    # For another number of iterations, another form might pay than the one of the checkpoint.
    reduced = len(earlier.state.w) < features.n_x if earlier else None
    problem = pose_examples(examples, settings, l2, reduced=reduced)
    # More threads than cores, here or in another program, would wait for each other at every step.
    with one_blas_thread():
        start = _place(earlier, problem, resume) if earlier else problem.start
        learning_rate = learning_rate_for(settings, problem.objective)
        state = _follow(
            steps(problem, start, settings, learning_rate), settings, l2, examples.Y, on_step, save
        )
        if learning_rate:
            _require_descent(state, problem.objective, learning_rate)
    w, b = problem.carry_back(state.w, state.b)
    slope, shift, threshold = _decided(Z_held_out, dataset.Y, settings)
    A = _last(state).A  # (1, m)
    if settings.flip or settings.calibrate:
        A = sigmoid(slope * examples.logits(w, b) + shift)  # (1, m)
    w, b = examples.restore(slope * w, slope * b + shift)
    training_accuracy = accuracy(A, dataset.Y, threshold)
    model = Model(
        w=w.astype(settings.dtype),
        b=b,
        positive=dataset.positive,
        preprocessing=dataset.preprocessing,
        features=features,
        flip=settings.flip,
        threshold=threshold,
        training={
            **asdict(settings),
            "l2": l2,
            "l2_chosen": settings.l2 == "auto",
            "learning_rate": learning_rate,
            "tolerance": settings.stops_at,
            "iterations": state.steps,
            "most_iterations": settings.iterations,
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


def _held_out(
    examples: TrainingExamples,
    dataset: Dataset,
    prints: Fingerprints,
    settings: TrainingSettings,
    progress: Progress | None,
) -> tuple[float, Array]:
    """Penalty λ, and logits (1, m) of images held out of training where settings need them."""
    if not settings.holds_out:
        assert settings.l2 != "auto"
        return settings.l2, np.empty((1, 0))
    from catclf.datasets.folds import stratified_folds
    from catclf.training.penalty_selection import held_out

    rarer = min(len(np.unique(prints[dataset.labels == label])) for label in (0, 1))
    if rarer < 2:
        raise DataError(
            f"{dataset.where} has only one image of a class, and choosing a penalty, "
            "calibration and targets for the threshold need two; add images, or use a number "
            "for --l2 and --threshold, and --no-calibrate"
        )
    folds = stratified_folds(dataset.labels, prints, min(_FOLDS, rarer), settings.seed)
    return held_out(examples, folds, settings, progress)


def _decided(
    Z_held_out: Array, Y: NDArray[Any], settings: TrainingSettings
) -> tuple[float, float, float]:
    """Slope and shift of the calibration, and the threshold, from held-out logits."""
    slope, shift = 1.0, 0.0
    if settings.calibrate:
        slope, shift = platt_scaling(Z_held_out, Y)
    if not settings.target:
        return slope, shift, float(settings.threshold)
    return slope, shift, threshold_for(settings.target, sigmoid(slope * Z_held_out + shift), Y)


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


def _follow(
    steps: Iterator[State],
    settings: TrainingSettings,
    l2: float,
    Y: NDArray[Any],
    on_step: OnStep | None,
    save: Callable[[State], None],
) -> State:
    """The last step; on the way there, tell of the progress, and save it now and then."""
    state = None
    next_call, next_save = 0.0, time.monotonic() + _SECONDS_BETWEEN_CHECKPOINTS
    unbounded = settings.solver == "lbfgs" and not l2
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
    if isfinite(last) and last <= first * (1 + _ROUNDING):
        return
    bound = 2 / lipschitz_constant(objective)
    end = "stopped being a number" if not isfinite(last) else f"went up to {last:.3g}"
    raise TrainingError(
        f"training diverged at learning rate {learning_rate:.3g}: the cost began at {first:.3g} "
        f"and {end} after {state.steps} iterations; descent is certain below "
        f"2/L = {bound:.3g} on these images; use --learning-rate {bound / 2:.2g} or auto"
    )


def _require_an_optimum(state: State, Y: NDArray[Any]) -> None:
    """Without a penalty, images that can be told apart leave the cost without a lowest point."""
    if accuracy(_last(state).A, Y) == 1:
        raise TrainingError(
            f"no finite optimum exists: after {state.steps} iterations all {Y.size} training "
            "images are told apart, and the cost goes on falling for ever as the weights grow; "
            "use a penalty, like --l2 0.001, or --solver gd, which stops after --iterations"
        )
