"""Labelled images become a model."""

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from math import isfinite
from pathlib import Path
from typing import NamedTuple

import numpy as np

from catclf.datasets.dataset import Dataset
from catclf.errors import SettingsError, TrainingError
from catclf.features.feature_map import FeatureMap
from catclf.features.register import learn_features
from catclf.images.fingerprints import Fingerprints
from catclf.logistic import Array, accuracy
from catclf.model import Model
from catclf.parallel import one_blas_thread
from catclf.progress import OnStage, OnStep
from catclf.solvers.objective import BOUNDARY, lipschitz_constant
from catclf.solvers.solver import State
from catclf.training.calibration import Decision, decide
from catclf.training.checkpoint import Checkpoints, digest
from catclf.training.design_matrix import DesignMatrix, make_design_matrix
from catclf.training.optimise import Step, ends_above_start, pose, span_pays, steps
from catclf.training.penalty_selection import select_penalty
from catclf.training.record import CrossValidationScore, EvaluationScore, TrainingRecord
from catclf.training.settings import LECTURE_LEARNING_RATE, TrainingSettings
from catclf.training.strangeness import learn_strangeness


class TrainingResult(NamedTuple):
    """What training gives."""

    model: Model
    record: TrainingRecord
    """How it was trained; the model remembers it too."""
    costs: list[float]
    """Cost before each iteration and, last, of the model: one more than the iterations made."""
    gradient: float
    """Norm of the gradient as a share of its initial value; NaN without a tolerance."""

    def with_scores(
        self,
        cross_validation: CrossValidationScore | None = None,
        held_out: EvaluationScore | None = None,
        test: EvaluationScore | None = None,
    ) -> "TrainingResult":
        """The same result, whose model and record remember what was measured beside it."""
        record = replace(
            self.record, cross_validation=cross_validation, held_out=held_out, test=test
        )
        model = replace(self.model, training=record.to_dict())
        return self._replace(model=model, record=record)

    @property
    def accuracy(self) -> float:
        """Share of the training images that are classified correctly."""
        return self.record.accuracy

    @property
    def converged(self) -> bool:
        """Whether the tolerance was met. Without one, it never is."""
        return self.record.converged


def train(
    dataset: Dataset,
    settings: TrainingSettings | None = None,
    *,
    on_step: OnStep | None = None,
    on_stage: OnStage | None = None,
    checkpoint: str | Path | None = None,
    resume: str | Path | None = None,
    seconds_between_calls: float = 0.1,
    seconds_between_checkpoints: float = 30.0,
) -> TrainingResult:
    """Train logistic regression on labelled images.

    Parameters
    ----------
    dataset : Dataset
        Training images.
    settings : TrainingSettings, optional
        By default the lecture's.
    on_step : callable, optional
        Called with the progress of the steps.
    on_stage : callable, optional
        Called with the progress of what comes before them.
    checkpoint : str or Path, optional
        File to save the solver's state to: every half a minute, at the end, and when any exception,
        for instance `KeyboardInterrupt`, stops the training.
    resume : str or Path, optional
        Checkpoint to resume from. The result is bit-identical to that of a training that was never
        stopped.
    seconds_between_calls, seconds_between_checkpoints : float
        How often at most `on_step` is called, and the state saved.

    Returns
    -------
    TrainingResult
        The model, its record, and the cost of every iteration.

    Raises
    ------
    DataError
        If there are images of one class only, or too few to hold some out.
    SettingsError
        If the features need images that were read with their encoder, or without one.
    TrainingError
        If the cost is not finite at the end, or if there is no optimum for L-BFGS to go to.
    CheckpointError
        If `resume` is not a checkpoint, or is one of other images or settings.
    OutputError
        If the checkpoint cannot be written.
    """
    settings = settings or TrainingSettings()
    dataset.require_both_classes()
    prints = dataset.fingerprints
    checkpoints = Checkpoints(
        settings,
        digest(dataset) if checkpoint or resume else "",
        save_to=Path(checkpoint) if checkpoint else None,
        resume=Path(resume) if resume else None,
        every=seconds_between_checkpoints,
    )
    progress = _Progress(on_step, seconds_between_calls)

    features, design = _prepare(dataset, settings, on_stage)
    selection = select_penalty(
        design, dataset, settings, on_stage and partial(on_stage, "penalties")
    )
    solution = _solve(design, settings, selection.l2, checkpoints, progress)
    decision = decide(selection.Z, dataset.Y, settings)
    return _assemble(dataset, prints, settings, features, design, solution, decision)


class _Progress:
    """Calls back with the progress, but not at every step, of which there may be thousands."""

    def __init__(self, on_step: OnStep | None, every: float) -> None:
        self._on_step, self._every = on_step, every
        self._next = 0.0

    def show(self, state: State, examples: int) -> None:
        if self._on_step and time.monotonic() >= self._next:
            accuracy = state.last_pass.correct / examples
            self._on_step(state.steps, state.costs[state.steps], accuracy)
            self._next = time.monotonic() + self._every


class _Solution(NamedTuple):
    """Where a solver ended."""

    w: Array
    """(n_x, 1): for the rows of the design matrix."""
    b: float
    l2: float
    learning_rate: float | None
    bound: float | None
    """2/L, if the cost rose with the learning rate, or with the lecture's."""
    state: State


def _prepare(
    dataset: Dataset, settings: TrainingSettings, on_stage: OnStage | None
) -> tuple[FeatureMap, DesignMatrix]:
    """The features, after they have learned from the images, and the design matrix."""
    specification = settings.feature_specification
    encodings = dataset.encodings if specification.has_encoder else None
    features = learn_features(specification, dataset.images, settings.seed, encodings, on_stage)
    if features.side != dataset.preprocessing.side:
        raise SettingsError(
            f"features {specification} need images of {features.side} pixels a side, but those of "
            f"{dataset.where} have {dataset.preprocessing.side}"
        )
    progress = on_stage and partial(on_stage, "features")
    return features, make_design_matrix(dataset, features, settings, progress)


def _solve(
    design: DesignMatrix,
    settings: TrainingSettings,
    l2: float,
    checkpoints: Checkpoints,
    progress: _Progress,
) -> _Solution:
    """Let the solver make its steps."""
    in_span = checkpoints.was_in_span(design.n_x)
    if in_span is None:
        in_span = span_pays(design, settings)
    problem = pose(design, settings, l2, in_span=in_span)
    # More threads than cores, here or in another program, would wait for each other at every step.
    with one_blas_thread():
        start = checkpoints.start(problem)
        states = steps(problem, start, settings, checkpoints.learning_rate)
        may_be_unbounded = settings.solver == "lbfgs" and not l2
        state, learning_rate = _last(
            states, len(design.rows), checkpoints, progress, may_be_unbounded=may_be_unbounded
        )
        bound = None
        if learning_rate and ends_above_start(state.costs):
            bound = 2 / lipschitz_constant(problem.objective)
            _require_finite(state, learning_rate, bound)
        elif learning_rate and settings.learning_rate is None:
            bound = 2 * learning_rate if learning_rate != LECTURE_LEARNING_RATE else None
    w, b = problem.carry_back(state.w, state.b)
    return _Solution(w, b, l2, learning_rate, bound, state)


def _last(
    states: Iterator[Step],
    examples: int,
    checkpoints: Checkpoints,
    progress: _Progress,
    *,
    may_be_unbounded: bool,
) -> Step:
    """The last step; on the way there, progress is shown and checkpoints are saved."""
    last = None
    try:
        for last in states:
            progress.show(last.state, examples)
            checkpoints.save_if_due(*last)
            if may_be_unbounded:
                _require_an_optimum(last.state, examples)
    finally:  # whatever stops it: the user, the system, a full disk
        if last:
            checkpoints.save(*last)
    assert last  # the first is the start
    return last


def _require_finite(state: State, learning_rate: float, bound: float) -> None:
    if not isfinite(state.costs[-1]):
        raise TrainingError(
            f"after {state.steps} iterations the cost is not finite: the learning rate "
            f"{learning_rate:.3g} is too large; rates below 2/L = {bound:.3g} are safe for these "
            "images; try --learning-rate auto"
        )


def _require_an_optimum(state: State, examples: int) -> None:
    """Without a penalty, the cost has no minimum where the classes are linearly separable."""
    if state.last_pass.correct == examples:
        raise TrainingError(
            f"no optimum exists: after iteration {state.steps} all {examples} training images are "
            "classified correctly, so the classes are linearly separable, and without a penalty "
            "the cost has no minimum; use a penalty, like --l2 0.001, or --solver gd, which stops "
            "after --iterations"
        )


def _assemble(
    dataset: Dataset,
    prints: Fingerprints,
    settings: TrainingSettings,
    features: FeatureMap,
    design: DesignMatrix,
    solution: _Solution,
    decision: Decision,
) -> TrainingResult:
    """The model, and what there is to say of its training."""
    state = solution.state
    if settings.flip or settings.calibrate or decision.threshold != BOUNDARY:
        A = decision.probabilities(design.logits(solution.w, solution.b))  # (1, m)
        share = accuracy(A, dataset.Y, decision.threshold)
    else:
        share = state.last_pass.correct / dataset.m
    record = TrainingRecord(
        settings=settings,
        l2=solution.l2,
        learning_rate=solution.learning_rate,
        learning_rate_bound=solution.bound,
        threshold_evidence=decision.evidence,
        source=dataset.source,
        iterations=state.steps,
        converged=state.converged,
        class_counts=dataset.class_counts(),
        cost=state.costs[-1],
        accuracy=share,
        date=time.strftime("%Y-%m-%d"),
    )
    w, b = design.unstandardise(*decision.calibrate(solution.w, solution.b))
    model = Model(
        w=w.astype(settings.dtype),
        b=b,
        positive=dataset.positive,
        preprocessing=dataset.preprocessing,
        features=features,
        flip=settings.flip,
        threshold=decision.threshold,
        training=record.to_dict(),
        fingerprints=np.sort(prints),
        strangeness=learn_strangeness(dataset, features, settings),
    )
    return TrainingResult(model, record, state.costs, state.relative_gradient)
