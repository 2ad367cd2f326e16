"""Cross-validation: an honest score from training images alone."""

from dataclasses import dataclass
from functools import partial
from statistics import mean, stdev
from typing import Any

import numpy as np

from catclf.datasets.dataset import Dataset
from catclf.datasets.folds import stratified_folds
from catclf.evaluation.metrics import Metrics, metrics
from catclf.logistic import Array
from catclf.progress import OnStage, OnStep, Progress
from catclf.training.record import CrossValidationScore, Spread
from catclf.training.settings import TrainingSettings
from catclf.training.train import train


@dataclass(frozen=True)
class CrossValidation:
    """What folds gave, each of which was held out once."""

    folds: list[Metrics]
    """Metrics of each fold."""
    Z: Array
    """(1, m): logits, each from the model that was trained without the image's fold."""
    together: Metrics
    """Metrics of all images, each classified at the threshold of the model that judges it."""

    def spread(self, metric: str) -> Spread:
        """Mean and standard deviation of a metric over the folds."""
        values = [getattr(fold, metric) for fold in self.folds]
        return Spread(mean(values), stdev(values))

    def score(self) -> CrossValidationScore:
        """What a model's record keeps of it."""
        return CrossValidationScore(
            folds=len(self.folds),
            accuracy=self.spread("accuracy"),
            roc_auc=self.spread("roc_auc"),
            log_loss=self.spread("log_loss"),
            brier=self.spread("brier"),
            calibration_error=self.together.calibration_error,
            accuracy_interval=self.together.accuracy_interval,
            baseline=self.together.baseline,
        )

    def to_dict(self) -> dict[str, Any]:
        """The score, for JSON."""
        return self.score().to_dict()


def cross_validate(
    dataset: Dataset,
    settings: TrainingSettings,
    folds: int,
    *,
    seed: int | None = None,
    progress: Progress | None = None,
    on_step: OnStep | None = None,
    on_stage: OnStage | None = None,
) -> CrossValidation:
    """Train without each fold in turn, and score the model on it.

    Everything that learns (the dictionary of patches, the standardisation, the penalty, the
    calibration and the threshold) learns without the fold. Images that belong together, such as
    near duplicates, share a fold.

    Parameters
    ----------
    dataset : Dataset
        Labelled images.
    settings : TrainingSettings
        How to train.
    folds : int
        How many, 2 or more.
    seed : int, optional
        For the division into folds; by default that of the settings.
    progress : callable, optional
        Called with the number of folds done, at first with 0.
    on_step, on_stage : callable, optional
        Called in each fold, as for `train`; a last stage is "evaluating".

    Returns
    -------
    CrossValidation
        Metrics of the folds, and of all images together.

    Raises
    ------
    DataError
        If a class has fewer distinct images than there are folds.
    TrainingError
        If a training fails.
    """
    dataset.require_both_classes()
    seed = settings.seed if seed is None else seed
    fold_of = stratified_folds(dataset.labels, dataset.groups, folds, seed)
    Z, thresholds = np.empty((1, dataset.m)), np.empty((1, dataset.m))
    scores = []
    evaluating = on_stage and partial(on_stage, "evaluating")
    for fold in range(folds):
        if progress:
            progress(fold, folds)
        part = fold_of == fold
        model = train(dataset.subset(~part), settings, on_step=on_step, on_stage=on_stage).model
        held_out = dataset.subset(part)
        Z[:, part] = model.outputs(held_out.images, held_out.encodings, evaluating).Z
        thresholds[:, part] = model.threshold
        scores.append(metrics(Z[:, part], held_out.Y, model.threshold))
    if progress:
        progress(folds, folds)
    return CrossValidation(scores, Z, metrics(Z, dataset.Y, thresholds))
