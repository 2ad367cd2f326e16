"""What holds for every feature map."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import DTypeLike, NDArray

from catclf.features.register import array_names, restore_features
from catclf.features.specification import FeatureSpecification
from tests.features.examples import IMAGES, Floats, learn, learned

LINEAR = ["pixels", "patches", "hog", "patches+hog", "pixels+hog"]
ALL = [*LINEAR, "fourier:pixels", "fourier:hog", "fourier:patches+hog"]
LEARNING = ["patches", "fourier:patches+hog"]

each_feature_map = pytest.mark.parametrize("name", ALL)


def random_weights(n_x: int) -> Floats:
    return np.random.default_rng(1).standard_normal((n_x, 1)) / 10


@each_feature_map
def test_name_is_the_one_that_it_was_made_by(name: str) -> None:
    assert learned(name).name == name


@each_feature_map
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_columns_have_the_shape_type_and_layout_asked_for(name: str, dtype: DTypeLike) -> None:
    X = learned(name).columns(IMAGES[:3], dtype)
    assert X.shape == (learned(name).n_x, 3)
    assert X.dtype == dtype
    assert X.T.flags.c_contiguous
    assert np.isfinite(X).all()


@each_feature_map
def test_column_of_an_image_is_bit_identical_alone_and_in_a_batch(name: str) -> None:
    batch = np.concatenate([IMAGES, IMAGES])
    X = learned(name).columns(batch, np.float32)
    for i in (0, 1, 17, 59, 64, 119):
        alone = learned(name).columns(batch[i : i + 1], np.float32)
        assert alone[:, 0].tobytes() == X[:, i].tobytes()


@each_feature_map
def test_no_images_give_no_columns(name: str) -> None:
    assert learned(name).columns(IMAGES[:0]).shape == (learned(name).n_x, 0)


@each_feature_map
def test_restored_feature_map_makes_the_same_columns(name: str) -> None:
    specification = FeatureSpecification.parse(name)
    arrays = learned(name).arrays
    assert tuple(arrays) == array_names(specification)
    restored = restore_features(specification, arrays)
    assert (restored.name, restored.n_x) == (name, learned(name).n_x)
    assert restored.columns(IMAGES[:3]).tobytes() == learned(name).columns(IMAGES[:3]).tobytes()


@pytest.mark.parametrize("name", ["patches", "fourier:hog"])
def test_seed_determines_what_is_learned(name: str) -> None:
    def arrays(seed: int) -> list[bytes]:
        return [array.tobytes() for array in learn(name, IMAGES[:12], seed).arrays.values()]

    assert arrays(3) == arrays(3)
    assert arrays(3) != arrays(4)


@pytest.mark.parametrize("name", ["hog", "fourier:patches+hog"])
def test_number_of_threads_changes_no_bit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def learn_and_apply(cores: int) -> list[bytes]:
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)), raising=False)
        features = learn(name, IMAGES[:12])
        learned_arrays = [array.tobytes() for array in features.arrays.values()]
        return [*learned_arrays, features.columns(IMAGES).tobytes()]

    assert learn_and_apply(1) == learn_and_apply(3)


@each_feature_map
@pytest.mark.parametrize("value", [0, 128, 255])
def test_images_without_contrast_have_finite_columns(name: str, value: int) -> None:
    flat = np.full((3, 64, 64, 3), value, np.uint8)
    assert np.isfinite(learned(name).columns(flat)).all()


@pytest.mark.parametrize("name", LEARNING)
@pytest.mark.parametrize("value", [0, 128, 255])
def test_identical_images_can_be_learned_from(name: str, value: int) -> None:
    flat = np.full((3, 64, 64, 3), value, np.uint8)
    features = learn(name, flat)
    X = features.columns(flat)
    assert np.isfinite(X).all()
    assert (X[:, 0] == X[:, 1]).all()
    assert np.isfinite(features.columns(IMAGES[:2])).all()


@pytest.mark.parametrize("name", LINEAR)
def test_contributions_add_up_to_the_logit(name: str) -> None:
    w = random_weights(learned(name).n_x)
    contributions = learned(name).contributions(w, IMAGES[4])
    x = learned(name).columns(IMAGES[4:5])
    assert contributions.shape == (learned(name).n_x,)
    assert contributions.sum() == pytest.approx(float((w.T @ x).item()))


@each_feature_map
def test_attribution_places_all_contributions_on_pixels(name: str) -> None:
    w = random_weights(learned(name).n_x)
    contributions = learned(name).contributions(w, IMAGES[4])
    attribution = learned(name).attribution(w, IMAGES[4])
    assert attribution.shape == (64, 64)
    assert attribution.sum() == pytest.approx(contributions.sum())
    np.testing.assert_array_equal(attribution, learned(name).spread(contributions))


Change = Callable[[NDArray[Any]], NDArray[Any]]
REFUSED: list[tuple[str, str, Change]] = [
    ("patches", "patches_atoms", lambda atoms: atoms.astype(np.float64)),
    ("patches", "patches_atoms", lambda atoms: atoms[:, 1:]),
    ("patches", "patches_atoms", lambda atoms: atoms[:1]),
    ("patches", "patches_atoms", lambda atoms: atoms[:, :, 1:]),
    ("patches", "patches_atoms", lambda atoms: np.full_like(atoms, np.nan)),
    ("patches", "patches_atoms", lambda atoms: np.full_like(atoms, 1e9)),
    ("patches", "patches_offsets", lambda offsets: offsets[:, :, np.newaxis]),
    ("patches", "patches_offsets", lambda offsets: offsets[:, :0]),
    ("patches", "patches_offsets", lambda offsets: np.full_like(offsets, np.inf)),
    ("fourier:hog", "fourier_signs", lambda signs: signs * 2),
    ("fourier:hog", "fourier_signs", lambda signs: signs * np.int8(127)),
    ("fourier:hog", "fourier_signs", lambda signs: signs[:2]),
    ("fourier:hog", "fourier_signs", lambda signs: signs.astype(np.float32)),
    ("fourier:hog", "fourier_means", lambda means: np.full_like(means, np.inf)),
    ("fourier:hog", "fourier_means", lambda means: means[1:]),
    ("fourier:hog", "fourier_deviations", lambda deviations: deviations * 0),
    ("fourier:hog", "fourier_deviations", lambda deviations: deviations * 1e-30),
    ("fourier:hog", "fourier_deviations", lambda deviations: np.full_like(deviations, np.nan)),
]
ERRORS = {"patches": "its dictionary of patches", "fourier:hog": "its Fourier features"}


@pytest.mark.parametrize(("name", "array", "change"), REFUSED)
def test_damaged_arrays_are_refused(name: str, array: str, change: Change) -> None:
    arrays = learned(name).arrays
    # Constant features have infinite deviations, which no factor would change.
    changed = {key: np.nan_to_num(values, posinf=1) for key, values in arrays.items()}
    changed[array] = change(changed[array])
    with pytest.raises(ValueError, match=ERRORS[name]):
        restore_features(FeatureSpecification.parse(name), changed)


def test_empty_dictionary_is_refused() -> None:
    empty = {
        "patches_atoms": np.zeros((2, 108, 0), np.float32),
        "patches_offsets": np.zeros((2, 0), np.float32),
    }
    with pytest.raises(ValueError, match="its dictionary of patches has the wrong shape"):
        restore_features(FeatureSpecification.parse("patches"), empty)
