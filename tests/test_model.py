from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import catclf
from catclf.errors import ImageError
from catclf.model import Model
from tests.export.models import model_of


@pytest.fixture
def model(model_path: Path) -> Any:
    return catclf.load_model(model_path)


def test_logits_are_the_lectures(model: Model) -> None:
    images = np.random.default_rng(0).integers(0, 256, (300, 64, 64, 3), np.uint8)
    X = images.reshape(300, -1).T / 255
    assert model.logits(images) == pytest.approx(model.w.T @ X + model.b, rel=1e-10)
    assert model.probabilities(images) == pytest.approx(1 / (1 + np.exp(-model.logits(images))))


def test_an_image_is_prepared_for_prediction_as_for_training(model: Model, data: Path) -> None:
    path = data / "train" / "cat" / "cat-000.png"
    dataset = catclf.load_dataset(data)
    expected = model.probabilities(dataset.images)[0, 0]
    from_file = model.predict(path)
    assert from_file.label == "cat"
    assert from_file.probability == pytest.approx(expected)
    assert model.predict(str(path)) == from_file
    assert model.predict(dataset.images[:1][0]) == from_file
    assert model.predict(np.asarray(Image.open(path))).probability == pytest.approx(expected)


def test_no_images_have_no_probabilities(model: Model) -> None:
    assert model.probabilities(np.empty((0, 64, 64, 3), np.uint8)).shape == (1, 0)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((2, 32, 32, 3), np.uint8),
        np.zeros((2, 64, 64, 3)),
        np.zeros((64, 64, 3), np.uint8),
        np.zeros((2, 64, 64, 4), np.uint8),
    ],
)
def test_arrays_that_are_no_images(model: Model, array: Any) -> None:
    with pytest.raises(ImageError, match=r"\(m, 64, 64, 3\) of uint8"):
        model.logits(array)


def test_a_file_that_is_no_image_is_named(model: Model, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("no image")
    with pytest.raises(ImageError, match=r"a\.jpg: unsupported or damaged image"):
        model.predict(tmp_path / "a.jpg")


def test_the_threshold_decides(model: Model, data: Path) -> None:
    path = data / "train" / "cat" / "cat-000.png"
    strict = Model(model.w, model.b, threshold=1.0)
    assert strict.predict(path).label == "non-cat"
    for threshold, label in ((0.0, "cat"), (1.0, "non-cat")):
        (prediction,) = model.predict_files([path], threshold=threshold)
        assert isinstance(prediction, catclf.Prediction)
        assert prediction.label == label


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("features", ["pixels", "fourier:patches+hog"])
def test_a_probability_is_the_same_to_the_last_bit_alone_and_in_a_batch(
    features: str, flip: bool, dtype: Any
) -> None:
    learned = model_of(features, flip=flip)
    model = replace(learned, w=learned.w.astype(dtype))
    images = np.random.default_rng(0).integers(0, 256, (33, 64, 64, 3), np.uint8)
    together = model.probabilities(images)
    for i in (0, 1, 31, 32):
        assert model.probabilities(images[i : i + 1])[0, 0] == together[0, i]
    np.testing.assert_array_equal(model.probabilities(images[5:12]), together[:, 5:12])
