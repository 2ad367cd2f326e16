"""An honest score where there is no test split: a fifth of the images is held out."""

from dataclasses import replace
from functools import partial
from typing import NamedTuple

from catclf.datasets.dataset import Dataset
from catclf.datasets.folds import hold_out
from catclf.evaluation.evaluate import Evaluation, evaluate
from catclf.model import Model
from catclf.progress import OnStage, OnStep
from catclf.training.settings import TrainingSettings
from catclf.training.train import train

# One image in so many is held out.
_PARTS = 5


class HeldOut(NamedTuple):
    """A score on images that were held out, and what it is of."""

    model: Model
    """Trained without them."""
    dataset: Dataset
    """The images."""
    evaluation: Evaluation


def evaluate_held_out(
    dataset: Dataset,
    settings: TrainingSettings,
    *,
    on_step: OnStep | None = None,
    on_stage: OnStage | None = None,
) -> HeldOut:
    """Train without a fifth of the images, and score the model on it.

    Parameters
    ----------
    dataset : Dataset
        Labelled images. Those that belong together are held out together.
    settings : TrainingSettings
        How to train; the seed also chooses the fifth.
    on_step, on_stage : callable, optional
        As for `train`; a last stage is "evaluating".

    Returns
    -------
    HeldOut
        A model of 4/5 of the images, and how it does on the others. One that is trained on all of
        them is likely to be a little better.

    Raises
    ------
    DataError
        If there are too few different images of a class.
    TrainingError
        If the training comes to no result.
    """
    rest, fifth = hold_out(dataset, _PARTS, settings.seed)
    fifth = replace(fifth, where=f"{dataset.where} (a held-out fifth)")
    model = train(rest, settings, on_step=on_step, on_stage=on_stage).model
    evaluating = on_stage and partial(on_stage, "evaluating")
    return HeldOut(model, fifth, evaluate(model, fifth, progress=evaluating))
