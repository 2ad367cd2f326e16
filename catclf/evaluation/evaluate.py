"""Evaluating a model on labelled images."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.dataset import Dataset, Skipped
from catclf.errors import SettingsError
from catclf.evaluation.metrics import Metrics, metrics
from catclf.evaluation.strange_share import StrangeShare, strange_share
from catclf.images.fingerprints import known
from catclf.logistic import Array, sigmoid
from catclf.model import Model, Outputs
from catclf.progress import Progress
from catclf.training.record import EvaluationScore


class Mistake(NamedTuple):
    """An image that the model misclassifies."""

    name: str
    label: str
    """Its class."""
    predicted: str
    """The class that the model predicts."""
    probability: float
    """Predicted probability of the positive class."""


@dataclass(frozen=True)
class Evaluation:
    """How a model does on labelled images."""

    where: str
    """Which images."""
    positive: str
    negative: str
    threshold: float
    Z: Array
    """(1, m): logits."""
    metrics: Metrics
    trained_on: Sequence[str]
    """Names of the images that the model was trained on."""
    mistakes: Sequence[Mistake]
    """Most confident first."""
    skipped: Sequence[Skipped]
    """Unreadable files."""
    strange: StrangeShare | None
    """How many images are unlike the training images; None if the model cannot tell."""

    @property
    def m(self) -> int:
        """Number of images."""
        return self.metrics.m

    @property
    def majority(self) -> str:
        """Name of the class that the majority baseline always predicts."""
        return self.positive if 2 * self.metrics.positives >= self.m else self.negative

    @property
    def is_of_training_images(self) -> bool:
        """Whether the model was trained on all of the images, so that this is not a score."""
        return len(self.trained_on) == self.m

    def right(self, labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Which images (m,) with these labels (m,) are classified correctly."""
        right: NDArray[np.bool_] = (sigmoid(self.Z[0]) >= self.threshold) == (labels == 1)
        return right

    def score(self) -> EvaluationScore:
        """What a model's record keeps of it."""
        return EvaluationScore(
            where=Path(self.where).name or self.where,  # without the folders above
            images=self.m,
            accuracy=self.metrics.accuracy,
            accuracy_interval=self.metrics.accuracy_interval,
            baseline=self.metrics.baseline,
            roc_auc=self.metrics.roc_auc,
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything but the logits and the mistakes, for JSON."""
        no_interval = {"accuracy_interval": None} if self.is_of_training_images else {}
        return {
            "data": self.where,
            "pictures": self.m,
            "positive": self.positive,
            "threshold": self.threshold,
            **self.metrics.to_dict(),
            **no_interval,
            "strangeness": self.strange and self.strange.to_dict(),
            "trained_on": list(self.trained_on),
            "skipped": [skipped._asdict() for skipped in self.skipped],
        }


def evaluate(
    model: Model,
    dataset: Dataset,
    threshold: float | None = None,
    *,
    progress: Progress | None = None,
    outputs: Outputs | None = None,
) -> Evaluation:
    """Score a model.

    Parameters
    ----------
    model : Model
        The classifier.
    dataset : Dataset
        Labelled images, prepared by the model's own preprocessing.
    threshold : float, optional
        Instead of the model's own.
    progress : callable, optional
        Called with the number of images done.
    outputs : Outputs, optional
        What the model computes of the images, if that is known.

    Returns
    -------
    Evaluation
        Metrics, mistakes, and which of the images the model was trained on.

    Raises
    ------
    DataError
        If there are images of one class only: a score would be meaningless.
    SettingsError
        If the images were prepared by another preprocessing.
    """
    dataset.require_both_classes()
    if dataset.preprocessing != model.preprocessing:
        raise SettingsError(
            f"the images were prepared by {dataset.preprocessing}, but the model needs "
            f"{model.preprocessing}"
        )
    threshold = model.threshold if threshold is None else threshold
    # (1, m), (m,)
    Z, ranks = outputs or model.outputs(dataset.images, dataset.encodings, progress)
    seen = known(dataset.fingerprints, model.fingerprints)  # (m,)
    return Evaluation(
        where=dataset.where,
        positive=model.positive,
        negative=model.negative,
        threshold=threshold,
        Z=Z,
        metrics=metrics(Z, dataset.Y, threshold),
        trained_on=[dataset.names[int(i)] for i in np.flatnonzero(seen)],
        mistakes=_mistakes(Z, dataset, threshold, model),
        skipped=dataset.skipped,
        strange=strange_share(model, ranks, seen),
    )


def misclassified(Z: Array, Y: NDArray[Any], threshold: float) -> list[int]:
    """Positions of the wrong predictions, most confident first.

    Parameters
    ----------
    Z : array (1, m)
        Logits.
    Y : array (1, m)
        Labels, 1 or 0.
    threshold : float
        Probability at or above which an image is classified as positive.

    Returns
    -------
    list of int
        From 0 to m - 1.
    """
    predicted = (sigmoid(Z) >= threshold)[0]  # (m,)
    wrong = np.flatnonzero(predicted != (Y[0] == 1))
    # By the logit: probabilities near 1 may all round to the same number.
    confidence = np.where(predicted, Z[0], -Z[0])[wrong]
    return [int(i) for i in wrong[np.argsort(-confidence, kind="stable")]]


def _mistakes(Z: Array, dataset: Dataset, threshold: float, model: Model) -> list[Mistake]:
    probabilities = sigmoid(Z)[0]  # (m,)
    names = (model.negative, model.positive)
    return [
        Mistake(
            dataset.names[i],
            names[dataset.labels[i]],
            names[int(probabilities[i] >= threshold)],
            float(probabilities[i]),
        )
        for i in misclassified(Z, dataset.Y, threshold)
    ]
