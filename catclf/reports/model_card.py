"""The model card: what a model is, what it was trained on, and what it is not for.

After Mitchell et al., "Model Cards for Model Reporting", FAT* 2019. The content is plain text, for
any form: a page, or Markdown.
"""

from typing import NamedTuple

from catclf.model import Model
from catclf.text import percent, plural
from catclf.training.record import (
    CrossValidationScore,
    EvaluationScore,
    TrainingRecord,
    recorded,
)

# So few training images that a score says little about others.
_FEW = 100


class CardSection(NamedTuple):
    """A heading and what stands below it."""

    title: str
    lines: tuple[str, ...]
    """Sentences or short statements, one a line; plain text that is not escaped."""


def model_card(model: Model) -> list[CardSection]:
    """Describe a model for those who may use it.

    Parameters
    ----------
    model : Model
        The model, with the record of its training.

    Returns
    -------
    list of CardSection
        The model, its training, its scores, what it is for, what it is not for, and what it
        reveals. The same for the same model.
    """
    record = recorded(model)
    return [
        CardSection("Model", tuple(_model(model))),
        CardSection("Training", tuple(_training(record))),
        CardSection("Scores", tuple(_scores(record))),
        CardSection("Intended use", tuple(_uses(model))),
        CardSection("Not for", tuple(_limits(model, record))),
        CardSection("What it reveals", tuple(_reveals(model))),
    ]


def _model(model: Model) -> list[str]:
    side = model.preprocessing.side
    cropped = model.preprocessing.resize == "crop"
    lines = [
        f"Logistic regression: the probability of {model.positive}, against {model.negative}.",
        f"Input: an image, {'its central square scaled' if cropped else 'stretched'} to "
        f"{side} × {side} RGB.",
        f"Features: {model.features.name}, {model.features.n_x} an image.",
        f"Decision threshold: {model.threshold:.4g}.",
    ]
    if encoder := model.features.encoder:
        identity = encoder.identity
        lines.append(
            f"Encoder: {identity.name}, SHA-256 {identity.sha256}; a pre-trained network, which is "
            "not in the model file and was not trained further."
        )
    return lines


def _training(record: TrainingRecord | None) -> list[str]:
    if not record:
        return ["Not recorded."]
    counts = ", ".join(f"{count} {name}" for name, count in record.class_counts.items())
    images = plural(sum(record.class_counts.values()), "image")
    source = f" of {record.source}" if record.source else ""
    return [
        f"Trained on {record.date or 'an unknown day'} on {images}{source}: {counts}.",
        f"Settings: {', '.join(record.describe())}.",
    ]


def _scores(record: TrainingRecord | None) -> list[str]:
    lines = []
    if record and record.test:
        lines.append(_score(record.test, "Test"))
    if record and record.held_out:
        lines.append(_score(record.held_out, "Held out, by a model trained on the other images"))
    if record and record.cross_validation:
        lines.append(_cross_validation(record.cross_validation))
    if record and (target := record.settings.target) and (found := record.threshold_evidence):
        lines.append(
            f"The threshold was chosen for {target}: {found.reached:.3f} was reached on "
            f"{plural(found.images, 'held-out image')}, {_interval(found.interval)}."
        )
    return lines or ["None on images that it was not trained on: how good it is is unknown."]


def _score(score: EvaluationScore, kind: str) -> str:
    auc = "" if score.roc_auc is None else f", ROC AUC {score.roc_auc:.3f}"
    return (
        f"{kind}: on {plural(score.images, 'image')} of {score.where}: accuracy "
        f"{percent(score.accuracy)}, {_interval(score.accuracy_interval)}, majority baseline "
        f"{percent(score.baseline)}{auc}."
    )


def _cross_validation(score: CrossValidationScore) -> str:
    return (
        f"In {score.folds}-fold cross-validation: accuracy {percent(score.accuracy.mean)}, "
        f"{_interval(score.accuracy_interval)}, majority baseline {percent(score.baseline)}, "
        f"ROC AUC {score.roc_auc.mean:.3f}, expected calibration error "
        f"{score.calibration_error:.3f}."
    )


def _interval(bounds: tuple[float, float]) -> str:
    return f"95 % interval {percent(bounds[0])} to {percent(bounds[1])}"


def _uses(model: Model) -> list[str]:
    return [
        f"Sorting images into {model.positive} and {model.negative} where they come from the same "
        "kind of source as the training images, and where a wrong label does little harm.",
    ]


def _limits(model: Model, record: TrainingRecord | None) -> list[str]:
    lines = [
        "Images of another kind than the training images, such as drawings for photographs, "
        "another camera or other surroundings: the scores above say nothing about them.",
        f"Finding where in an image a {model.positive} is, or how many there are: it sees the "
        "image as a whole.",
        "Decisions about the health, safety, rights or property of people or animals.",
    ]
    if record:
        if not record.settings.calibrate:
            lines.append("Probabilities taken at their word: they were not calibrated.")
        share = record.class_counts.get(model.positive, 0) / (
            sum(record.class_counts.values()) or 1
        )
        lines.append(
            f"Places where {model.positive} is much rarer or more common than in training "
            f"({percent(share)}), unless threshold and probabilities are checked there."
        )
        if (total := sum(record.class_counts.values())) < _FEW:
            lines.append(f"Anything that matters: {plural(total, 'training image')} are few.")
    return lines


def _reveals(model: Model) -> list[str]:
    prints = len(model.fingerprints)
    lines = ["Its weights are learned from the training images, and may show traces of them."]
    if prints:
        lines.append(
            f"It holds 64-bit fingerprints of {plural(prints, 'training image')}: whoever has an "
            "image can test whether the model was trained on it."
        )
    if model.strangeness:
        lines.append(
            "It holds the mean of the training images' features, and their leading principal "
            "components."
        )
    return lines
