"""What a training keeps to rank strange images."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import catclf
from catclf.datasets.dataset import Dataset
from catclf.encoders.encodings import Encodings
from catclf.images.preprocessing import Preprocessing
from catclf.strangeness import principal_subspace
from catclf.training import strangeness
from catclf.training.settings import PRESETS
from tests.conftest import write_images
from tests.encoders.fake import FakeEncoder

SIDE = 96
PLAIN = replace(PRESETS["transfer"], l2=0.01, calibrate=False)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("images")
    write_images(folder / "cat", 20, red=122)
    write_images(folder / "dog", 20, red=120)
    encoder = FakeEncoder(SIDE, "pooled", (4, 4))
    return catclf.load_dataset(folder, encoder=encoder, flip=True)


def encodings(images: Dataset) -> Encodings:
    assert images.encodings
    return images.encodings


@pytest.mark.parametrize("flip", [False, True])
def test_the_subspace_is_that_of_the_models_columns(images: Dataset, flip: bool) -> None:
    model = catclf.train(images, replace(PLAIN, flip=flip)).model
    rows, mirrored = encodings(images).rows, encodings(images).of_mirrored
    X = ((rows + mirrored) / 2 if flip else rows).T
    ranking = model.strangeness
    assert ranking
    assert len(ranking.held_out) == 40
    expected = principal_subspace(X)
    np.testing.assert_allclose(
        ranking.subspace.distances(X), expected.distances(X), rtol=1e-3, atol=1e-6
    )
    outputs = model.outputs(images.images, images.encodings)
    assert outputs.strangeness is not None
    np.testing.assert_array_equal(outputs.strangeness, ranking.ranks(X))
    assert float(np.mean(outputs.strangeness)) < 0.45  # they are nearer than when held out


def test_images_that_belong_together_are_held_out_together(images: Dataset) -> None:
    """Of two copies, the one would make the other look familiar."""
    twice = replace(
        images,
        images=np.concatenate([images.images[:]] * 2),
        labels=np.tile(images.labels, 2),
        names=[*images.names, *images.names],
        prints=None,
        encodings=replace(
            encodings(images),
            rows=np.concatenate([encodings(images).rows] * 2),
            mirrored=None,
        ),
    )
    together = catclf.train(twice, PLAIN).model.strangeness
    apart = catclf.train(replace(twice, known_groups=np.arange(80)), PLAIN).model.strangeness
    assert together
    assert apart
    assert np.median(together.held_out) > 1.02 * np.median(apart.held_out)


def test_a_sample_is_enough(images: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangeness, "_MOST_IMAGES", 20)
    ranking = catclf.train(images, PLAIN).model.strangeness
    assert ranking
    assert len(ranking.held_out) == 20


@pytest.mark.parametrize("features", ["pixels", "encoder+hog", "fourier:encoder"])
def test_other_features_have_none(images: Dataset, features: str) -> None:
    data = images
    if features == "pixels":
        data = replace(images, encodings=None, preprocessing=Preprocessing())
    assert catclf.train(data, replace(PLAIN, features=features)).model.strangeness is None


def test_few_images_have_none(images: Dataset) -> None:
    few = images.subset(np.arange(40) % 20 < 4)
    model = catclf.train(few, PLAIN).model
    assert model.strangeness is None
    assert model.outputs(few.images, few.encodings).strangeness is None


def test_the_label_strange(images: Dataset, tmp_path: Path) -> None:
    model = catclf.train(images, PLAIN).model
    (white,) = write_images(tmp_path, 1, red=255)
    known = Path(images.names[0])
    assert model.predict(white).strangeness == model.strangeness.highest  # type: ignore[union-attr]
    first, second = model.predict_files([white, known], strange=0.9, unsure=(0.0, 1.0))
    assert isinstance(first, catclf.Prediction)
    assert isinstance(second, catclf.Prediction)
    assert (first.label, second.label) == ("strange", "unsure")
    assert first.probability == model.predict(white).probability
    with pytest.raises(catclf.CatclfError, match=r"held out 40 .* above 0\.97561"):
        list(model.predict_files([white], strange=0.98))
