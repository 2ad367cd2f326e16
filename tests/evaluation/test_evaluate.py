from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import catclf
from catclf.datasets.dataset import Dataset
from catclf.errors import DataError, SettingsError
from catclf.model import Model
from tests.conftest import image, write_images
from tests.encoders.fake import FakeEncoder


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


@pytest.fixture
def encoded(data: Path) -> Any:
    """Training and test images, JPEGs among them, read with an encoder."""
    for split in ("train", "test"):
        for class_, red in (("cat", 190), ("dog", 80)):
            noise = image(red + len(split), red=red, size=(500, 375))
            noise.save(data / split / class_ / "a.jpg")
    return tuple(catclf.load_dataset(data, split, encoder=FakeEncoder()) for split in SPLITS)


SPLITS = ("train", "test")
TRANSFER = replace(catclf.PRESETS["transfer"], l2=0.1, calibrate=False)


def test_a_model_of_an_encoder_is_scored_on_encodings(
    encoded: tuple[Dataset, Dataset], data: Path
) -> None:
    train, test = encoded
    model = catclf.train(train, TRANSFER).model
    evaluation = catclf.evaluate(model, test)
    assert evaluation.m == 10
    assert evaluation.metrics.accuracy == 1
    assert evaluation.trained_on == []
    assert catclf.evaluate(model, train).trained_on == train.names


def test_models_of_pixels_and_of_an_encoder_know_each_others_images(
    encoded: tuple[Dataset, Dataset], data: Path
) -> None:
    train, test = encoded
    plain = catclf.load_dataset(data)
    settings = catclf.TrainingSettings(learning_rate="auto", iterations=3)
    pixels, transfer = catclf.train(plain, settings).model, catclf.train(train, TRANSFER).model
    assert pixels.fingerprints.tolist() == transfer.fingerprints.tolist()
    exchanged = replace(transfer, fingerprints=pixels.fingerprints)
    assert catclf.evaluate(exchanged, train).trained_on == train.names
    assert catclf.evaluate(exchanged, test).trained_on == []
    exchanged = replace(pixels, fingerprints=transfer.fingerprints)
    assert catclf.evaluate(exchanged, plain).trained_on == plain.names


def test_images_read_without_the_encoder_are_refused(
    encoded: tuple[Dataset, Dataset], data: Path
) -> None:
    model = catclf.train(encoded[0], TRANSFER).model
    with pytest.raises(SettingsError, match="but the model needs"):
        catclf.evaluate(model, catclf.load_dataset(data, "test"))


def test_a_model_that_flips_needs_encodings_of_mirror_images(
    encoded: tuple[Dataset, Dataset], data: Path
) -> None:
    both = catclf.load_dataset(data, encoder=FakeEncoder(), flip=True)
    model = catclf.train(both, replace(TRANSFER, flip=True)).model
    assert catclf.evaluate(model, both).metrics.accuracy == 1
    with pytest.raises(SettingsError, match=r"load_dataset\(…, encoder=…, flip=True\)"):
        catclf.evaluate(model, encoded[1])
