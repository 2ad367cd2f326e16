"""The score to expect of a model on other images, from its training images alone."""

from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

import numpy as np

from catclf.datasets.dataset import Dataset, Progress
from catclf.datasets.folds import stratified_folds
from catclf.evaluation.metrics import Metrics, metrics
from catclf.images.fingerprints import fingerprints
from catclf.logistic import Array
from catclf.training.settings import TrainingSettings
from catclf.training.train import train


@dataclass(frozen=True)
class CrossValidation:
    """What folds, each held out of training once, gave."""

    folds: list[Metrics]
    """Figures of each fold."""
    Z: Array
    """(1, m): logits, each from the model that was trained without the image's fold."""
    together: Metrics
    """Figures of all images."""

    def spread(self, figure: str) -> tuple[float, float]:
        """Mean of a figure over the folds, and standard deviation from fold to fold."""
        values = [getattr(fold, figure) for fold in self.folds]
        return mean(values), stdev(values)

    def to_dict(self) -> dict[str, Any]:
        """Mean and deviation of the figures, for JSON."""
        figures = ("accuracy", "roc_auc", "log_loss", "brier")
        spreads = {figure: self.spread(figure) for figure in figures}
        return {
            "folds": len(self.folds),
            **{name: {"mean": m, "deviation": sd} for name, (m, sd) in spreads.items()},
            "calibration_error": self.together.calibration_error,
            "accuracy_interval": self.together.accuracy_interval,
            "baseline": self.together.baseline,
        }


def cross_validate(
    dataset: Dataset,
    settings: TrainingSettings,
    folds: int,
    *,
    seed: int | None = None,
    progress: Progress | None = None,
) -> CrossValidation:
    """Train without each fold in turn, and score the model on it.

    Everything that learns, the dictionary of patches, the standardisation, the penalty, the
    calibration and the threshold, learns without the fold. Copies of an image, and its mirror
    image, are in the fold of the image.

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
        Told how many folds are done.

    Returns
    -------
    CrossValidation
        Figures.

    Raises
    ------
    DataError
        If a class has fewer different images than there are folds.
    TrainingError
        If a training fails.
    """
    dataset.require_both_classes()
    seed = settings.seed if seed is None else seed
    fold_of = stratified_folds(dataset.labels, fingerprints(dataset.images), folds, seed)
    Z = np.empty((1, dataset.m))
    scores = []
    for fold in range(folds):
        part = fold_of == fold
        model = train(dataset.subset(~part), settings).model
        held_out = dataset.subset(part)
        Z[:, part] = model.logits(held_out.images)
        scores.append(metrics(Z[:, part], held_out.Y, model.threshold))
        if progress:
            progress(fold + 1, folds)
    return CrossValidation(scores, Z, metrics(Z, dataset.Y))
