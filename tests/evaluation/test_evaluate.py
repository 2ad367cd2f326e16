from pathlib import Path
from typing import Any

import numpy as np
import pytest

import catclf
from catclf.errors import DataError, SettingsError
from catclf.model import Model
from tests.conftest import write_images


@pytest.fixture
def model(model_path: Path) -> Any:
    return catclf.load_model(model_path)


def test_images_that_were_trained_on_are_named(model: Model, data: Path) -> None:
    assert catclf.evaluate(model, catclf.load_dataset(data, "test")).trained_on == []
    train = catclf.load_dataset(data, "train")
    assert catclf.evaluate(model, train).trained_on == train.names
    copied = data / "test" / "cat" / "a copy.png"
    copied.write_bytes((data / "train" / "cat" / "cat-002.png").read_bytes())
    test = catclf.load_dataset(data, "test")
    assert catclf.evaluate(model, test).trained_on == [str(copied)]


def test_mistakes_come_most_confident_first(model: Model, data: Path) -> None:
    write_images(data / "test" / "cat", 2, red=90, start=200)
    write_images(data / "test" / "cat", 2, red=20, start=300)
    mistakes = catclf.evaluate(model, catclf.load_dataset(data, "test")).mistakes
    assert [(mistake.label, mistake.predicted) for mistake in mistakes] == [("cat", "non-cat")] * 4
    probabilities = [mistake.probability for mistake in mistakes]
    assert probabilities == sorted(probabilities)
    assert {mistake.name[-7:-4] for mistake in mistakes[:2]} == {"300", "301"}


def test_threshold_moves_the_decision(model: Model, data: Path) -> None:
    test = catclf.load_dataset(data, "test")
    all_cats = catclf.evaluate(model, test, threshold=0.0).metrics
    assert (all_cats.recall, all_cats.accuracy) == (1, 0.5)
    no_cats = catclf.evaluate(model, test, threshold=1.0).metrics
    assert (no_cats.recall, no_cats.precision) == (0, None)


def test_one_class_has_no_score(model: Model, data: Path) -> None:
    for path in (data / "test" / "dog").iterdir():
        path.unlink()
    with pytest.raises(DataError, match="only cat images"):
        catclf.evaluate(model, catclf.load_dataset(data, "test"))


def test_images_of_another_preprocessing_are_refused(model: Model, data: Path) -> None:
    with pytest.raises(SettingsError, match="stretch"):
        catclf.evaluate(model, catclf.load_dataset(data, "test", resize="crop"))


def test_everything_goes_into_the_document(model: Model, data: Path) -> None:
    evaluation = catclf.evaluate(model, catclf.load_dataset(data, "test"))
    document = evaluation.to_dict()
    assert document["pictures"] == 8
    assert document["accuracy"] == 1
    assert np.allclose(document["accuracy_interval"], (0.6756, 1), atol=1e-4)
