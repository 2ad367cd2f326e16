import json
from dataclasses import replace
from typing import Any

import pytest

import catclf
from catclf import TrainingRecord, TrainingSettings
from catclf.errors import SettingsError
from catclf.training.evidence import Evidence
from catclf.training.record import CrossValidationScore, EvaluationScore, Spread

SETTINGS = TrainingSettings(
    solver="lbfgs", features="hog", flip=True, standardise=True, l2="auto", iterations=77,
    tolerance=0.001, threshold=catclf.Target("recall", 0.5),
)  # fmt: skip
RECORD = TrainingRecord(
    settings=SETTINGS,
    l2=0.25,
    learning_rate=None,
    iterations=12,
    converged=True,
    class_counts={"cat": 3, "non-cat": 4},
    cost=0.5,
    accuracy=0.75,
    date="2026-01-31",
    cross_validation=CrossValidationScore(
        3, Spread(0.7, 0.1), Spread(0.8, 0.0), Spread(0.6, 0.2), Spread(0.2, 0.1), 0.05,
        (0.6, 0.8), 0.55,
    ),
    threshold_evidence=Evidence(60, 0.95, (0.86, 0.98)),
    test=EvaluationScore("data (test split)", 9, 0.7, (0.4, 0.9), 0.5, None),
)  # fmt: skip


def test_it_survives_json() -> None:
    entries = json.loads(json.dumps(RECORD.to_dict()))
    assert TrainingRecord.from_dict(entries) == RECORD


def test_the_keys_that_others_read() -> None:
    entries = RECORD.to_dict()
    assert (entries["l2"], entries["l2_chosen"], entries["threshold"]) == (0.25, True, "recall=0.5")
    assert (entries["iterations"], entries["most_iterations"]) == (12, 77)
    assert entries["pictures"] == {"cat": 3, "non-cat": 4}
    assert entries["test"]["pictures"] == 9
    assert entries["cross_validation"]["accuracy"] == {"mean": 0.7, "deviation": 0.1}


@pytest.mark.parametrize("asked", [None, "auto", 0.001])
def test_it_tells_the_learning_rate_that_was_asked_for_from_that_taken(asked: Any) -> None:
    settings = replace(RECORD.settings, learning_rate=asked, solver="gd")
    record = replace(RECORD, settings=settings, learning_rate=0.001, learning_rate_bound=0.002)
    entries = json.loads(json.dumps(record.to_dict()))
    assert entries["learning_rate"] == 0.001
    assert TrainingRecord.from_dict(entries) == record
    assert record.replaced_learning_rate == (asked is None)


def test_a_record_of_the_first_version() -> None:
    record = TrainingRecord.from_dict(
        {
            "learning_rate": 0.005, "iterations": 2000, "l2": 0.0, "init": "zeros", "seed": 0,
            "loss": "cross-entropy", "tolerance": 0.0, "dtype": "float64",
            "pictures": {"cat": 72, "non-cat": 137}, "cost": 0.14, "accuracy": 0.99,
        }
    )  # fmt: skip
    assert record.settings == TrainingSettings(learning_rate=0.005, tolerance=0.0)
    assert record.describe() == TrainingSettings().describe()


@pytest.mark.parametrize(
    "changes",
    [
        {"iterations": None},
        {"iterations": "many"},
        {"pictures": [1]},
        {"pictures": {"cat": "x"}},
        {"cost": 10**400},
        {"solver": "magic"},
        {"threshold": "recall=high"},
        {"features": ["hog"]},
        {"cross_validation": {"folds": 3}},
        {"test": {"accuracy_interval": [1]}},
        {"test": "good"},
    ],
)
def test_what_is_not_a_record(changes: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match="does not record how it was trained"):
        TrainingRecord.from_dict(RECORD.to_dict() | changes)


def test_an_empty_record() -> None:
    with pytest.raises(SettingsError, match="does not record"):
        TrainingRecord.from_dict({})
