"""Features of an encoder, alone, beside others, and below Fourier features."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import DTypeLike, NDArray

from catclf.encoders.encodings import encode
from catclf.errors import SettingsError
from catclf.features.encoder import EncoderFeatures
from catclf.features.feature_map import FeatureMap
from catclf.features.fourier import Fourier
from catclf.features.hog import Hog
from catclf.features.register import array_names, learn_features, restore_features
from catclf.features.specification import FeatureSpecification
from catclf.images.decode import resize_images
from catclf.images.preprocessing import Preprocessing
from tests.encoders.fake import FakeEncoder, N
from tests.features.examples import Floats, smooth_images

SIDE = 128
IMAGES = smooth_images(40, seed=8).repeat(2, axis=1).repeat(2, axis=2)  # (40, 128, 128, 3)
IMAGES[:, ::3] //= 2  # what is lost at 64 × 64
SMALL = resize_images(IMAGES, Preprocessing())

NAMES = ["encoder", "encoder+hog", "pixels+encoder", "fourier:encoder", "fourier:hog+encoder"]
each_name = pytest.mark.parametrize("name", NAMES)
each_kind = pytest.mark.parametrize("kind", ["map", "pooled"])


def some(kind: str = "map") -> FakeEncoder:
    return FakeEncoder(SIDE, kind, (4, 4))


@cache
def learned(name: str, kind: str = "map") -> FeatureMap:
    encodings = encode(some(kind), IMAGES, flip=False)
    return learn_features(FeatureSpecification.parse(name), SMALL, 0, encodings)


def random_weights(n_x: int) -> Floats:
    return np.random.default_rng(1).standard_normal((n_x, 1)) / 10


@each_name
@each_kind
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_columns_are_those_of_the_encodings_and_the_reduced_images(
    name: str, kind: str, dtype: DTypeLike
) -> None:
    features = learned(name, kind)
    X = features.columns(IMAGES, dtype)
    from_encodings = features.columns_from(SMALL, some(kind).encode(IMAGES), dtype)
    assert X.dtype == from_encodings.dtype == dtype
    assert X.shape == (features.n_x, 40)
    assert X.T.flags.c_contiguous
    assert X.tobytes() == from_encodings.tobytes()


@each_name
@each_kind
def test_column_of_an_image_is_bit_identical_alone_and_in_a_batch(name: str, kind: str) -> None:
    features = learned(name, kind)
    batch = np.concatenate([IMAGES, IMAGES])
    X = features.columns(batch, np.float32)
    encodings = some(kind).encode(batch)
    small = resize_images(batch, Preprocessing())
    assert features.columns_from(small, encodings, np.float32).tobytes() == X.tobytes()
    for i in (0, 1, 39, 63, 64, 79):
        alone = features.columns(batch[i : i + 1], np.float32)
        assert alone[:, 0].tobytes() == X[:, i].tobytes()
        alone = features.columns_from(small[i : i + 1], encodings[i : i + 1], np.float32)
        assert alone[:, 0].tobytes() == X[:, i].tobytes()


@each_name
def test_no_images_give_no_columns(name: str) -> None:
    features = learned(name)
    assert features.columns(IMAGES[:0]).shape == (features.n_x, 0)
    none = features.columns_from(SMALL[:0], some().encode(IMAGES[:0]))
    assert none.shape == (features.n_x, 0)


def test_columns_of_the_parts_are_stacked_in_order() -> None:
    X = learned("encoder+hog").columns(IMAGES, np.float64)
    assert (X[:N] == some().encode(IMAGES).T).all()
    assert (X[N:] == Hog().columns(SMALL)).all()
    swapped = learned("hog+encoder").columns(IMAGES, np.float64)
    assert (swapped[-N:] == X[:N]).all()
    assert (swapped[:-N] == X[N:]).all()


@each_name
def test_only_the_encoder_determines_the_side(name: str) -> None:
    features = learned(name)
    assert features.name == name
    assert features.side == SIDE
    assert features.encoder
    assert features.encoder.identity == some().identity


@each_name
@each_kind
def test_restored_feature_map_makes_the_same_columns(name: str, kind: str) -> None:
    specification = FeatureSpecification.parse(name)
    features = learned(name, kind)
    assert tuple(features.arrays) == array_names(specification)
    restored = restore_features(specification, features.arrays, some(kind))
    assert (restored.name, restored.n_x, restored.side) == (name, features.n_x, SIDE)
    assert restored.columns(IMAGES[:3]).tobytes() == features.columns(IMAGES[:3]).tobytes()


@each_name
def test_without_an_encoder_there_are_no_features(name: str) -> None:
    specification = FeatureSpecification.parse(name)
    arrays = learned(name).arrays
    with pytest.raises(SettingsError, match=r"read with it: load_dataset\(…, encoder=…\)"):
        learn_features(specification, SMALL, 0)
    with pytest.raises(SettingsError, match="features of an encoder need"):
        restore_features(specification, arrays)


@pytest.mark.parametrize(
    ("name", "kind", "additive"),
    [
        ("encoder", "map", True),
        ("encoder", "pooled", False),
        ("encoder+hog", "map", True),
        ("hog+encoder", "pooled", False),
        ("fourier:encoder", "map", False),
        ("fourier:encoder", "pooled", False),
        ("fourier:encoder+hog", "map", False),
    ],
)
def test_features_are_additive_if_each_has_places(name: str, kind: str, additive: bool) -> None:
    assert learned(name, kind).is_additive is additive


def test_fourier_features_without_an_encoder_are_additive() -> None:
    assert learned("fourier:hog").is_additive


@pytest.mark.parametrize("name", ["encoder", "encoder+hog", "pixels+encoder"])
def test_attribution_of_a_map_adds_up_to_the_products(name: str) -> None:
    features = learned(name)
    w = random_weights(features.n_x)
    attribution = features.attribution(w, IMAGES[4])
    assert attribution.shape == (64, 64)
    logit = float((w.T @ features.columns(IMAGES[4:5])).item())
    assert attribution.sum() == pytest.approx(logit, rel=1e-5)


def test_attributions_of_the_parts_are_added() -> None:
    w = random_weights(N + Hog().n_x)
    both = learned("encoder+hog").attribution(w, IMAGES[4])
    encoder = EncoderFeatures(some()).attribution(w[:N], IMAGES[4])
    np.testing.assert_allclose(both, encoder + Hog().attribution(w[N:], SMALL[4]), atol=1e-12)


def pieces(length: int) -> NDArray[Any]:
    """Which of so many equal places each of 64 · 105 points is in; 105 = 3 · 5 · 7."""
    points: NDArray[Any] = np.arange(64 * 105) * length // (64 * 105)
    return points


@pytest.mark.parametrize("places", [(7, 7), (8, 8), (1, 1), (3, 5), (64, 64), (1, 7)])
def test_places_are_spread_evenly_over_their_pixels(places: tuple[int, int]) -> None:
    contributions = np.random.default_rng(3).standard_normal(places)
    attribution = EncoderFeatures(FakeEncoder()).spread(contributions)
    assert attribution.shape == (64, 64)
    assert attribution.sum() == pytest.approx(contributions.sum())
    # Each pixel is 105 points wide, each of which is in one place.
    share = np.zeros((64, places[0])), np.zeros((64, places[1]))
    for axis, length in enumerate(places):
        np.add.at(share[axis], (np.arange(64 * 105) // 105, pieces(length)), length / (64 * 105))
    expected = share[0] @ contributions @ share[1].T
    np.testing.assert_allclose(attribution, expected, atol=1e-12)


def test_what_a_place_adds_is_found_where_it_is() -> None:
    """One bright quarter of a black image has all of its brightness."""
    image = np.zeros((SIDE, SIDE, 3), np.uint8)
    image[32:64, 96:] = 200
    w = np.zeros((N, 1))
    w[0] = 3.0
    attribution = EncoderFeatures(some()).attribution(w, image)
    assert attribution[16:32, 48:].sum() == pytest.approx(3 * 200 / 255 / 16)
    attribution[16:32, 48:] = 0
    assert (attribution == 0).all()


@pytest.mark.parametrize("name", ["encoder", "hog+encoder"])
def test_fourier_features_are_those_of_the_formula_for_each_encoding(name: str) -> None:
    """Inner products approximate the Gaussian kernel of the standardised inner features."""
    features = learned(f"fourier:{name}", "pooled")
    rows = learned(name, "pooled").columns(IMAGES, np.float64).T
    deviations = rows.std(axis=0)
    deviations[deviations < 1e-9] = np.inf
    rows = (rows - rows.mean(axis=0)) / deviations
    squares = ((rows[:, np.newaxis] - rows) ** 2).sum(axis=2)
    kernel = np.exp(-0.5 * squares / rows.shape[1])
    X = features.columns(IMAGES, np.float64)
    assert np.abs(X.T @ X / features.n_x - kernel).max() < 5 / np.sqrt(features.n_x)


def test_fourier_features_of_many_images_learn_from_the_same_sample_of_both() -> None:
    """Above 1000 images, every second one and its encoding."""
    rng = np.random.default_rng(4)
    images = rng.integers(0, 256, (1200, 16, 16, 3), np.uint8)
    images[1::2] //= 3
    encoder = FakeEncoder(16)
    encodings = encoder.encode(images)
    small = np.zeros((1200, 64, 64, 3), np.uint8)
    fourier = Fourier.learn(EncoderFeatures(encoder), small, 0, encodings)
    expected = encodings[::2].mean(axis=0)
    np.testing.assert_allclose(fourier.arrays["fourier_means"], expected, rtol=1e-5)
