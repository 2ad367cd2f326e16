from pathlib import Path
from typing import Any

import numpy as np
import pytest

import catclf
from catclf.datasets.dataset import Dataset
from catclf.evaluation.learning_curve import learning_curve
from tests.conftest import write_images
from tests.encoders.fake import FakeEncoder

SETTINGS = catclf.TrainingSettings(learning_rate="auto", iterations=30)


@pytest.fixture
def many(tmp_path: Path) -> Any:
    for split, count in (("train", 32), ("test", 5)):
        write_images(tmp_path / split / "cat", count, red=140, start=1000 * (split == "test"))
        write_images(tmp_path / split / "dog", count, red=130, start=1000 * (split == "test"))
    return catclf.load_dataset(tmp_path), catclf.load_dataset(tmp_path, "test")


def test_each_point_has_twice_as_many_images(many: tuple[Dataset, Dataset]) -> None:
    told = []
    curve = learning_curve(*many, SETTINGS, progress=lambda *done: told.append(done))
    assert [point.images for point in curve.points] == [8, 16, 32, 64]
    assert [len(point.held_out) for point in curve.points] == [3, 3, 3, 1]
    assert told[-1] == (10, 10)
    assert curve.held_out == 10
    assert curve.baseline == 0.5


def test_the_last_point_is_the_model_of_all_images(many: tuple[Dataset, Dataset]) -> None:
    dataset, held_out = many
    curve = learning_curve(dataset, held_out, SETTINGS)
    result = catclf.train(dataset, SETTINGS)
    scores = catclf.evaluate(result.model, held_out).metrics
    assert curve.points[-1].training == [result.accuracy]
    assert curve.points[-1].held_out == [scores.accuracy]
    assert curve.interval == scores.accuracy_interval


def test_the_seed_draws_the_images(many: tuple[Dataset, Dataset]) -> Any:
    dataset, held_out = many

    def points(seed: int) -> object:
        settings = catclf.TrainingSettings(learning_rate="auto", iterations=30, seed=seed)
        return learning_curve(dataset, held_out, settings).points

    assert points(1) == points(1)


def test_too_few_images(many: tuple[Dataset, Dataset]) -> None:
    dataset, held_out = many
    few = dataset.subset(np.arange(dataset.m) % 8 == 0)
    with pytest.raises(catclf.CatclfError, match=r"has 4 images of a class; .* at least 8"):
        learning_curve(few, held_out, SETTINGS)


def test_a_curve_of_an_encoders_features(many: tuple[Dataset, Dataset]) -> None:
    """Every image is encoded once; the last point is the model of all images."""
    folder = Path(many[0].names[0]).parents[2]
    encoder = FakeEncoder(kind="pooled")
    dataset, held_out = (
        catclf.load_dataset(folder, split, encoder=encoder) for split in ("train", "test")
    )
    settings = catclf.TrainingSettings(
        solver="lbfgs", features="encoder", standardise=True, l2=0.1, iterations=30
    )
    curve = learning_curve(dataset, held_out, settings)
    assert [point.images for point in curve.points] == [8, 16, 32, 64]
    result = catclf.train(dataset, settings)
    assert curve.points[-1].training == [result.accuracy]
    accuracy = catclf.evaluate(result.model, held_out).metrics.accuracy
    assert curve.points[-1].held_out == [accuracy]
    assert encoder.count == dataset.m + held_out.m
