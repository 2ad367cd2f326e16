from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import catclf
from catclf.model import Model
from catclf.reports.model_card import model_card
from catclf.training.evidence import Evidence
from catclf.training.record import CrossValidationScore, EvaluationScore, Spread, recorded


@pytest.fixture
def model(model_path: Path) -> Model:
    return catclf.load_model(model_path)


def card_of(model: Model) -> dict[str, str]:
    return {section.title: "\n".join(section.lines) for section in model_card(model)}


def test_the_card_says_what_was_trained_on_and_what_it_is_not_for(model: Model) -> None:
    card = card_of(model)
    assert "on 12 images of pictures: 6 cat, 6 non-cat" in card["Training"]
    assert model.training["date"] in card["Training"]
    assert "stretched to 64 × 64 RGB" in card["Model"]
    assert "pixels, 12288 an image" in card["Model"]
    assert "not calibrated" in card["Not for"]
    assert "12 training images are few" in card["Not for"]
    assert "(50.0 %)" in card["Not for"]
    assert "fingerprints of 12 training images" in card["What it reveals"]
    assert model_card(model) == model_card(model)


def test_a_model_without_a_score_says_so(model: Model) -> None:
    assert "unknown" in card_of(model)["Scores"]


def test_scores_come_with_interval_and_baseline(model: Model) -> None:
    record = recorded(model)
    assert record is not None
    spread = Spread(0.8, 0.1)
    scored = replace(
        record,
        test=EvaluationScore("photos (test split)", 50, 0.9, (0.79, 0.96), 0.66, 0.95),
        held_out=EvaluationScore("photos (train split)", 30, 0.7, (0.5, 0.8), 0.5, None),
        cross_validation=CrossValidationScore(
            5, spread, spread, spread, spread, 0.05, (0.7, 0.87), 0.5
        ),
    )
    test, held_out, cross_validation = card_of(replace(model, training=scored.to_dict()))[
        "Scores"
    ].splitlines()
    assert test == (
        "Test: on 50 images of photos (test split): accuracy 90.0 %, 95 % interval 79.0 % to "
        "96.0 %, majority baseline 66.0 %, ROC AUC 0.950."
    )
    assert held_out.startswith("Held out, by a model trained on the other images: on 30 images")
    assert held_out.endswith("baseline 50.0 %.")
    assert "5-fold" in cross_validation
    assert "95 % interval 70.0 % to 87.0 %, majority baseline 50.0 %" in cross_validation


def test_a_chosen_threshold_comes_with_its_evidence(model: Model) -> None:
    record = recorded(model)
    assert record is not None
    settings = replace(record.settings, threshold=catclf.Target("precision", 0.9))
    evidence = Evidence(40, 0.925, (0.8, 0.97))
    chosen = replace(record, settings=settings, threshold_evidence=evidence)
    assert (
        "precision=0.9: 0.925 was reached on 40 held-out images, 95 % interval 80.0 % to 97.0 %."
        in card_of(replace(model, training=chosen.to_dict()))["Scores"]
    )


def test_a_model_that_was_not_trained_by_catclf_has_a_card() -> None:
    card = card_of(Model(np.zeros((12288, 1)), 0.0, positive="dog"))
    assert card["Training"] == "Not recorded."
    assert "dog" in card["Intended use"]
    assert "fingerprints" not in card["What it reveals"]
