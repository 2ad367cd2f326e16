"""Honest scores of a training: on the test split, by cross-validation, on a held-out fifth."""

from typing import TYPE_CHECKING, NamedTuple

import catclf
from catclf.commands.output import note
from catclf.commands.progress import progress_bar, training_callbacks

if TYPE_CHECKING:
    from catclf.datasets.dataset import Dataset
    from catclf.evaluation.cross_validation import CrossValidation
    from catclf.evaluation.evaluate import Evaluation
    from catclf.evaluation.hold_out import HeldOut
    from catclf.model import Model
    from catclf.training.settings import TrainingSettings


class Scores(NamedTuple):
    """What is known of how a training will do on other images."""

    cross_validation: "CrossValidation | None" = None
    held_out: "Evaluation | None" = None
    """Of a model that was trained without a fifth of the images."""
    test: "Evaluation | None" = None
    """On the test split."""


def scores_before_training(
    dataset: "Dataset", settings: "TrainingSettings", folds: int | None, *, hold_out: bool
) -> "tuple[Scores, HeldOut | None]":
    """Score models that were trained without some of the images.

    Parameters
    ----------
    dataset : Dataset
        Images to train on.
    settings : TrainingSettings
        How to train.
    folds : int or None
        Of a cross-validation, if there is to be one.
    hold_out : bool
        Whether to hold out a fifth.

    Returns
    -------
    Scores, HeldOut or None
        The scores, and what the one on the held-out fifth is of.
    """
    validation = None
    if folds:
        with progress_bar("Cross-validating", "fold") as update:
            callbacks = training_callbacks(update, settings.iterations, each="Fold")
            validation = catclf.cross_validate(dataset, settings, folds, **callbacks)
    held_out = _hold_out(dataset, settings) if hold_out else None
    return Scores(validation, held_out and held_out.evaluation), held_out


def _hold_out(dataset: "Dataset", settings: "TrainingSettings") -> "HeldOut | None":
    from catclf.evaluation.hold_out import evaluate_held_out

    dataset.require_both_classes()
    try:
        with progress_bar("Scoring", "step") as update:
            callbacks = training_callbacks(update, settings.iterations, "Scoring")
            return evaluate_held_out(dataset, settings, **callbacks)
    except catclf.CatclfError as error:  # too few images to hold some out, but enough for a model
        note(f"Note: no score: {error}")
        return None


def evaluate_with_bar(
    model: "Model", dataset: "Dataset", threshold: float | None = None
) -> "Evaluation":
    """How a model does on images, as `catclf.evaluate` says."""
    with progress_bar("Evaluating", "image") as update:
        return catclf.evaluate(model, dataset, threshold, progress=update)


def test_score(model: "Model", test: "Dataset | None") -> "Evaluation | None":
    """How a model does on the test split."""
    try:
        return evaluate_with_bar(model, test) if test else None
    except catclf.CatclfError as error:  # one class only: no score, but the model is sound
        note(f"Note: no test score: {error}")
        return None
