"""An honest score where there is no test split: a fifth of the images is held out."""

from dataclasses import replace
from functools import partial

from catclf.datasets.dataset import Dataset
from catclf.datasets.folds import hold_out
from catclf.evaluation.evaluate import Evaluation, evaluate
from catclf.progress import OnStage, OnStep
from catclf.training.settings import TrainingSettings
from catclf.training.train import train

# One image in so many is held out.
_PARTS = 5


def held_out_fifth(dataset: Dataset, settings: TrainingSettings) -> tuple[Dataset, Dataset]:
    """All but a fifth of the images, and the fifth; `evaluate_held_out` says of which kind."""
    rest, fifth = hold_out(dataset, _PARTS, settings.seed)
    return rest, replace(fifth, where=f"{dataset.where} (a held-out fifth)")


def evaluate_held_out(
    dataset: Dataset,
    settings: TrainingSettings,
    *,
    on_step: OnStep | None = None,
    on_stage: OnStage | None = None,
) -> Evaluation:
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
    Evaluation
        Of a model of 4/5 of the images. One that is trained on all of them is likely to be a little
        better.

    Raises
    ------
    DataError
        If there are too few different images of a class.
    TrainingError
        If the training comes to no result.
    """
    rest, fifth = held_out_fifth(dataset, settings)
    model = train(rest, settings, on_step=on_step, on_stage=on_stage).model
    return evaluate(model, fifth, progress=on_stage and partial(on_stage, "evaluating"))
