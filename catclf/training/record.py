"""What a model remembers of its training."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from catclf.errors import SettingsError
from catclf.model import Model
from catclf.training.evidence import Evidence
from catclf.training.settings import TrainingSettings

# What entries of another kind than expected raise when they are converted.
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError
    return value


class Spread(NamedTuple):
    """A metric over the folds of a cross-validation."""

    mean: float
    deviation: float


class CrossValidationScore(NamedTuple):
    """What a cross-validation on the training images gave."""

    folds: int
    accuracy: Spread
    roc_auc: Spread
    log_loss: Spread
    brier: Spread
    calibration_error: float
    accuracy_interval: tuple[float, float]
    baseline: float

    def to_dict(self) -> dict[str, Any]:
        """The score for JSON."""
        spreads = {name: getattr(self, name)._asdict() for name in _SPREADS}
        return {**self._asdict(), **spreads}

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> "CrossValidationScore":
        """The score that `to_dict` gave."""
        low, high = map(float, entries["accuracy_interval"])
        return cls(
            folds=_whole(entries["folds"]),
            **{
                name: Spread(**{k: float(v) for k, v in entries[name].items()}) for name in _SPREADS
            },
            calibration_error=float(entries["calibration_error"]),
            accuracy_interval=(low, high),
            baseline=float(entries["baseline"]),
        )


_SPREADS = ("accuracy", "roc_auc", "log_loss", "brier")


class EvaluationScore(NamedTuple):
    """What an evaluation on a test split, or on images that were held out, gave."""

    where: str
    """Which images."""
    images: int
    accuracy: float
    accuracy_interval: tuple[float, float]
    baseline: float
    roc_auc: float | None

    def to_dict(self) -> dict[str, Any]:
        """The score for JSON."""
        entries = self._asdict()
        return {"data": entries.pop("where"), "pictures": entries.pop("images"), **entries}

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> "EvaluationScore":
        """The score that `to_dict` gave."""
        low, high = map(float, entries["accuracy_interval"])
        auc = entries["roc_auc"]
        return cls(
            where=str(entries["data"]),
            images=_whole(entries["pictures"]),
            accuracy=float(entries["accuracy"]),
            accuracy_interval=(low, high),
            baseline=float(entries["baseline"]),
            roc_auc=None if auc is None else float(auc),
        )


SCORES = ("cross_validation", "held_out", "test")
"""Scores that a record may have."""


@dataclass(frozen=True)
class TrainingRecord:
    """How a model was trained, and how it did.

    Parameters
    ----------
    settings : TrainingSettings
        As they were asked for.
    l2 : float
        Penalty λ, also where it was chosen by cross-validation.
    learning_rate : float or None
        α, also where it was computed; None for a solver that has none.
    iterations : int
        Steps made.
    converged : bool
        Whether the tolerance was met.
    class_counts : dict of str to int
        Training images of each class.
    cost : float
        J at the end.
    accuracy : float
        Share of the training images that are classified correctly.
    date : str
        Day of the training, as YYYY-MM-DD.
    cross_validation : CrossValidationScore, optional
        If there was one.
    held_out : EvaluationScore, optional
        Of a model that was trained without a fifth of the images, if there was one.
    test : EvaluationScore, optional
        If there was a test split.
    learning_rate_bound : float, optional
        2/L, below which descent is certain, if the cost rose with the learning rate, or with the
        lecture's, so that another was taken.
    threshold_evidence : Evidence, optional
        What a threshold for a precision or recall reached on held-out images.
    source : str, optional
        Name of the data set's folder or file.
    """

    settings: TrainingSettings
    l2: float
    learning_rate: float | None
    iterations: int
    converged: bool
    class_counts: dict[str, int]
    cost: float
    accuracy: float
    date: str
    cross_validation: CrossValidationScore | None = None
    held_out: EvaluationScore | None = None
    test: EvaluationScore | None = None
    learning_rate_bound: float | None = None
    threshold_evidence: Evidence | None = None
    source: str = ""

    @property
    def replaced_learning_rate(self) -> bool:
        """Whether 1/L took the place of the lecture's learning rate."""
        return self.learning_rate_bound is not None and self.settings.learning_rate is None

    def to_dict(self) -> dict[str, Any]:
        """The record as a model file and JSON outputs hold it."""
        scores = {name: getattr(self, name) for name in SCORES}
        return {
            **self.settings.to_dict(),
            "l2": self.l2,
            "l2_chosen": self.settings.l2 == "auto",
            "learning_rate": self.learning_rate,
            "learning_rate_asked": self.settings.learning_rate,
            "learning_rate_bound": self.learning_rate_bound,
            "threshold_evidence": self.threshold_evidence and self.threshold_evidence._asdict(),
            "tolerance": self.settings.effective_tolerance,
            "iterations": self.iterations,
            "most_iterations": self.settings.iterations,
            "converged": self.converged,
            "pictures": self.class_counts,
            "cost": self.cost,
            "accuracy": self.accuracy,
            "date": self.date,
            "source": self.source,
            **{name: score.to_dict() for name, score in scores.items() if score},
        }

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> "TrainingRecord":
        """The record of a model, from its `training`.

        Parameters
        ----------
        entries : mapping
            What `to_dict` gave; earlier versions had fewer entries.

        Returns
        -------
        TrainingRecord
            The same. Of earlier versions, a learning rate that was computed is taken as given.

        Raises
        ------
        SettingsError
            If entries are missing, or make no sense.
        """
        try:
            return cls._from_dict(entries)
        except (*_MALFORMED, SettingsError):
            raise SettingsError("it does not record how it was trained") from None

    @classmethod
    def _from_dict(cls, entries: Mapping[str, Any]) -> "TrainingRecord":
        names = TrainingSettings().to_dict()
        given = {name: entries[name] for name in names if entries.get(name) is not None}
        given["iterations"] = entries.get("most_iterations", entries["iterations"])
        if entries.get("l2_chosen"):
            given["l2"] = "auto"
        if "learning_rate_asked" in entries:
            given["learning_rate"] = entries["learning_rate_asked"]
        validation, held_out, test = map(entries.get, SCORES)
        rate, bound = map(entries.get, ("learning_rate", "learning_rate_bound"))
        evidence = entries.get("threshold_evidence")
        return cls(
            settings=TrainingSettings.from_dict(given),
            l2=float(entries["l2"]),
            learning_rate=None if rate is None else float(rate),
            iterations=_whole(entries["iterations"]),
            converged=bool(entries.get("converged")),
            class_counts={str(n): _whole(count) for n, count in entries["pictures"].items()},
            cost=float(entries["cost"]),
            accuracy=float(entries["accuracy"]),
            date=str(entries.get("date", "")),
            cross_validation=validation and CrossValidationScore.from_dict(validation),
            held_out=held_out and EvaluationScore.from_dict(held_out),
            test=test and EvaluationScore.from_dict(test),
            learning_rate_bound=None if bound is None else float(bound),
            threshold_evidence=evidence and Evidence.from_dict(evidence),
            source=str(entries.get("source", "")),
        )

    def describe(self) -> list[str]:
        """The settings in words, with the numbers that training found."""
        return self.settings.describe(self.learning_rate, self.l2)


def recorded(model: Model) -> TrainingRecord | None:
    """What a model remembers of its training; None for one that was not trained by catclf."""
    try:
        return TrainingRecord.from_dict(model.training)
    except SettingsError:
        return None
