"""Logistic regression on the features of an encoder, from images that were read with it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import catclf
from catclf import TrainingSettings
from catclf.datasets.dataset import Dataset
from catclf.errors import CheckpointError, SettingsError
from catclf.evaluation.cross_validation import cross_validate
from catclf.images.decode import load_image
from catclf.images.preprocessing import Preprocessing, mirrored
from catclf.training.settings import PRESETS
from tests.conftest import write_images
from tests.encoders.fake import FakeEncoder

TRANSFER = PRESETS["transfer"]
PLAIN = replace(TRANSFER, l2=0.01, calibrate=False, dtype="float64")
SIDE = 96


def encoder() -> FakeEncoder:
    return FakeEncoder(SIDE, "pooled", (4, 4))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cats are hardly more red than dogs."""
    path = tmp_path_factory.mktemp("pictures")
    write_images(path / "cat", 20, red=122)
    write_images(path / "dog", 20, red=120)
    return path


@pytest.fixture(scope="module")
def images(folder: Path) -> Any:
    return catclf.load_dataset(folder, encoder=encoder(), flip=True)


def at_the_encoders_side(dataset: Dataset) -> NDArray[np.uint8]:
    return np.stack([load_image(Path(n), Preprocessing(side=SIDE)) for n in dataset.names])


def test_the_preset_trains_on_encodings(images: Dataset) -> None:
    result = catclf.train(images, TRANSFER)
    model = result.model
    assert model.features.name == "encoder"
    assert model.features.encoder
    assert model.features.encoder.identity == encoder().identity
    assert model.preprocessing == Preprocessing(side=SIDE)
    assert model.w.shape == (96, 1)
    assert result.accuracy > 0.75
    assert result.record.settings == TRANSFER


def test_the_fit_is_scikit_learns(images: Dataset) -> None:
    """On encodings that are standardised here, with the same penalty."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    model = catclf.train(images, replace(PLAIN, standardise=True, tolerance=1e-9)).model
    rows = encoder().encode(at_the_encoders_side(images)).astype(np.float64)
    standardised = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    theirs = linear_model.LogisticRegression(C=1 / (0.01 * 40), tol=1e-10, max_iter=10_000)
    theirs.fit(standardised, images.labels)
    Z = model.logits(images.images, images.encodings)
    np.testing.assert_allclose(Z[0], theirs.decision_function(standardised), atol=1e-4)
    w = theirs.coef_[0] / rows.std(axis=0)
    np.testing.assert_allclose(model.w[:, 0], w, atol=1e-4 * np.abs(w).max())


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("features", ["encoder", "encoder+hog", "fourier:encoder"])
def test_encodings_and_images_get_the_same_logits(
    images: Dataset, features: str, flip: bool
) -> None:
    model = catclf.train(images, replace(PLAIN, features=features, flip=flip)).model
    Z = model.logits(images.images, images.encodings)
    from_images = model.logits(at_the_encoders_side(images))
    np.testing.assert_allclose(Z, from_images, atol=1e-9)
    files = [Path(name) for name in images.names[:3]]
    for i, prediction in enumerate(model.predict_files(files)):
        assert isinstance(prediction, catclf.Prediction)
        assert prediction.probability == pytest.approx(float(1 / (1 + np.exp(-Z[0, i]))))


def test_a_model_that_flips_has_learned_from_mirror_images(images: Dataset) -> None:
    """By hand: both encodings of each image are examples, and a logit is the mean of both."""
    flipped = replace(PLAIN, flip=True, tolerance=1e-9)
    model = catclf.train(images, flipped).model
    seen = at_the_encoders_side(images)
    both = [encoder().encode(seen), encoder().encode(mirrored(seen))]
    labelled = replace(
        images,
        images=np.concatenate([images.images[:], mirrored(images.images[:])]),
        labels=np.tile(images.labels, 2),
        names=[*images.names, *images.names],
        prints=None,
        encodings=images.encodings and replace(images.encodings, rows=np.concatenate(both)),
    )
    twice = catclf.train(labelled, replace(flipped, flip=False)).model
    np.testing.assert_allclose(model.w, twice.w, atol=1e-4 * np.abs(model.w).max())
    mean = (both[0] + both[1]).astype(np.float64) / 2
    Z = model.logits(images.images, images.encodings)
    np.testing.assert_allclose(Z, model.w.T @ mean.T + model.b, atol=1e-5)
    np.testing.assert_allclose(
        model.logits(seen), model.logits(np.ascontiguousarray(seen[:, :, ::-1])), atol=1e-9
    )


def test_cross_validation_trains_without_the_fold(images: Dataset) -> None:
    validation = cross_validate(images, PLAIN, 4)
    assert validation.together.accuracy > 0.6
    model = catclf.train(images, PLAIN).model
    in_sample = model.logits(images.images, images.encodings)
    signs = 2 * images.Y.astype(int) - 1
    assert (validation.Z * signs).mean() < (in_sample * signs).mean()
    assert len(validation.folds) == 4


def test_cross_validation_encodes_nothing_again(folder: Path) -> None:
    counting = encoder()
    dataset = catclf.load_dataset(folder, encoder=counting)
    assert counting.count == 40
    cross_validate(dataset, PLAIN, 4)
    catclf.train(dataset, PLAIN)
    assert counting.count == 40


def test_images_that_were_read_without_an_encoder_are_refused(folder: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        catclf.train(catclf.load_dataset(folder), TRANSFER)
    assert str(caught.value) == (
        "features of an encoder need images that were read with it: load_dataset(…, encoder=…)"
    )


def test_flips_need_mirror_images(folder: Path) -> None:
    dataset = catclf.load_dataset(folder, encoder=encoder())
    with pytest.raises(SettingsError, match=r"load_dataset\(…, encoder=…, flip=True\)"):
        catclf.train(dataset, replace(TRANSFER, flip=True))


def test_other_features_need_images_that_were_read_without_it(images: Dataset) -> None:
    """A model of them would otherwise say that it takes images at the encoder's side."""
    with pytest.raises(SettingsError, match=r"hog need images of 64 pixels .* have 96"):
        catclf.train(images, TrainingSettings(solver="lbfgs", features="hog", l2=0.1))


def test_the_same_images_give_the_same_bytes(images: Dataset) -> None:
    one, two = (catclf.train(images, TRANSFER).model for _ in range(2))
    assert one.w.tobytes() == two.w.tobytes()
    assert one.b == two.b


def test_a_checkpoint_is_of_one_encoder(folder: Path, images: Dataset, tmp_path: Path) -> None:
    """Another may have as many features, and come from a file of the same name."""
    path = tmp_path / "run.ckpt"
    settings = replace(PLAIN, iterations=3)
    first = catclf.train(images, settings, checkpoint=path).model
    again = catclf.train(images, settings, resume=path).model
    assert again.w.tobytes() == first.w.tobytes()
    other = FakeEncoder(SIDE, "pooled", (2, 8))
    dataset = catclf.load_dataset(folder, encoder=other, resize="stretch")
    with pytest.raises(CheckpointError, match="of other images"):
        catclf.train(dataset, settings, resume=path)
