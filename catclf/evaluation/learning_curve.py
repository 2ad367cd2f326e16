"""How the accuracy grows with the number of training images."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.dataset import Dataset
from catclf.datasets.sampling import stratified_sample
from catclf.errors import DataError
from catclf.evaluation.metrics import Metrics, metrics
from catclf.model import Model
from catclf.progress import OnStage, OnStep, Progress
from catclf.training.settings import TrainingSettings
from catclf.training.train import TrainingResult, train

# Each size is half of the next, down to so many images of the rarer class.
_SIZES = 6
_FEWEST_OF_A_CLASS = 4

# Trainings for each size, on different images; all images leave no choice.
_DRAWS = 3


@dataclass(frozen=True)
class Point:
    """A number of training images, and the accuracies reached with them, one for each draw."""

    images: int
    training: list[float]
    """On the images that were trained on."""
    held_out: list[float]
    """On others."""


@dataclass(frozen=True)
class LearningCurve:
    """Accuracies by number of training images."""

    points: list[Point]
    interval: tuple[float, float]
    """95 % interval of the last held-out accuracy."""
    baseline: float
    """Accuracy of always predicting the majority class of the held-out images."""
    held_out: int
    """Number of held-out images."""

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "points": [
                {"pictures": p.images, "training": p.training, "held_out": p.held_out}
                for p in self.points
            ],
            "interval": self.interval,
            "baseline": self.baseline,
            "held_out": self.held_out,
        }


def learning_curve(
    dataset: Dataset,
    held_out: Dataset,
    settings: TrainingSettings,
    *,
    progress: Progress | None = None,
    on_step: OnStep | None = None,
    on_stage: OnStage | None = None,
) -> LearningCurve:
    """Train on growing parts of a data set.

    Parameters
    ----------
    dataset : Dataset
        Images to train on.
    held_out : Dataset
        Images to score the models on.
    settings : TrainingSettings
        How to train; the seed also draws the images.
    progress : callable, optional
        Called with the number of trainings done, at first with 0.
    on_step, on_stage : callable, optional
        Called in each training, as for `train`.

    Returns
    -------
    LearningCurve
        With up to six points, each of twice as many images as the one before.

    Raises
    ------
    DataError
        If there are fewer than eight images of a class to train on.
    TrainingError
        If training comes to no result, for instance because the learning rate is too large.
    """
    for part in (dataset, held_out):
        part.require_both_classes()
    shares = _shares(dataset)
    total = _DRAWS * (len(shares) - 1) + 1
    points: list[Point] = []
    done = 0
    if progress:
        progress(done, total)
    for share in shares:
        trainings: list[TrainingResult] = []
        for chosen in _subsets(dataset, share, settings.seed):
            trainings.append(
                train(dataset.subset(chosen), settings, on_step=on_step, on_stage=on_stage)
            )
            done += 1
            if progress:
                progress(done, total)
        scores = [_score(training.model, held_out) for training in trainings]
        points.append(
            Point(
                sum(trainings[0].record.class_counts.values()),
                [training.accuracy for training in trainings],
                [score.accuracy for score in scores],
            )
        )
    last = scores[-1]
    return LearningCurve(points, last.accuracy_interval, last.baseline, held_out.m)


def _shares(dataset: Dataset) -> list[float]:
    """Shares of the images to train on, each twice the one before, up to 1."""
    rarer = min(dataset.class_counts().values())
    if rarer < 2 * _FEWEST_OF_A_CLASS:
        raise DataError(
            f"{dataset.where} has {rarer} images of a class; a learning curve needs at least "
            f"{2 * _FEWEST_OF_A_CLASS}"
        )
    return [2.0**-i for i in range(_SIZES) if rarer * 2.0**-i >= _FEWEST_OF_A_CLASS][::-1]


def _score(model: Model, held_out: Dataset) -> Metrics:
    return metrics(model.logits(held_out.images, held_out.encodings), held_out.Y, model.threshold)


def _subsets(dataset: Dataset, share: float, seed: int) -> Iterator[NDArray[np.bool_]]:
    """That share of each class, (m,), drawn several times; a larger share has all of a smaller."""
    for draw in range(_DRAWS if share < 1 else 1):
        yield stratified_sample(dataset.labels, np.random.default_rng((seed, draw)), share=share)
