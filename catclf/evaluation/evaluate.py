"""A model and labelled images to an honest score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from catclf.datasets.dataset import Dataset, Skipped
from catclf.errors import SettingsError
from catclf.evaluation.metrics import Metrics, metrics
from catclf.images.fingerprints import fingerprints, known
from catclf.logistic import sigmoid
from catclf.model import Model


class Mistake(NamedTuple):
    """An image that the model gets wrong."""

    name: str
    label: str
    """What it is."""
    predicted: str
    """What the model says."""
    probability: float
    """Probability of the positive class, as the model sees it."""


@dataclass(frozen=True)
class Evaluation:
    """How a model does on labelled images."""

    where: str
    """Which images."""
    positive: str
    negative: str
    threshold: float
    metrics: Metrics
    trained_on: Sequence[str]
    """Those of the images that the model was trained on."""
    mistakes: Sequence[Mistake]
    """Most confident first."""
    skipped: Sequence[Skipped]
    """Files that are no images."""

    @property
    def m(self) -> int:
        """Number of images."""
        figures = self.metrics
        return (
            figures.true_positives
            + figures.false_negatives
            + figures.false_positives
            + figures.true_negatives
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything but the mistakes, for JSON."""
        return {
            "data": self.where,
            "pictures": self.m,
            "positive": self.positive,
            "threshold": self.threshold,
            **self.metrics.to_dict(),
            "trained_on": list(self.trained_on),
            "skipped": [skipped._asdict() for skipped in self.skipped],
        }


def evaluate(model: Model, dataset: Dataset, threshold: float | None = None) -> Evaluation:
    """Score a model.

    Parameters
    ----------
    model : Model
        The classifier.
    dataset : Dataset
        Labelled images, brought to 64 × 64 by the model's own preprocessing.
    threshold : float, optional
        Instead of the model's own.

    Returns
    -------
    Evaluation
        Figures, mistakes, and which of the images the model was trained on.

    Raises
    ------
    DataError
        If there are images of one class only: any score would be empty praise.
    SettingsError
        If the images were prepared by another preprocessing than the model's.
    """
    dataset.require_both_classes()
    if dataset.preprocessing != model.preprocessing:
        raise SettingsError(
            f"the images were prepared by {dataset.preprocessing}, but the model needs "
            f"{model.preprocessing}"
        )
    threshold = model.threshold if threshold is None else threshold
    Z = model.logits(dataset.images)  # (1, m)
    return Evaluation(
        where=dataset.where,
        positive=model.positive,
        negative=model.negative,
        threshold=threshold,
        metrics=metrics(Z, dataset.Y, threshold),
        trained_on=_seen(model, dataset),
        mistakes=_mistakes(Z[0], dataset, threshold, model),
        skipped=dataset.skipped,
    )


def _seen(model: Model, dataset: Dataset) -> list[str]:
    seen = known(fingerprints(dataset.images), model.fingerprints)  # (m,)
    return [dataset.names[int(i)] for i in np.flatnonzero(seen)]


def _mistakes(z: Any, dataset: Dataset, threshold: float, model: Model) -> list[Mistake]:
    """Wrong predictions, from logits z (m,)."""
    probabilities = sigmoid(z)
    called = probabilities >= threshold
    wrong = np.flatnonzero(called != (dataset.labels == 1))
    # By the logit: probabilities near 1 may all round to the same number.
    confidence = np.where(called, z, -z)[wrong]
    names = (model.negative, model.positive)
    return [
        Mistake(
            dataset.names[int(i)],
            names[dataset.labels[i]],
            names[int(called[i])],
            float(probabilities[i]),
        )
        for i in wrong[np.argsort(-confidence, kind="stable")]
    ]
