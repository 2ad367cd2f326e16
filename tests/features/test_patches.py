import tracemalloc

import numpy as np
import pytest

import catclf
from catclf.features import learn_features, restore_features
from catclf.features.patches import Patches
from catclf.images.preprocessing import mirrored
from tests.conftest import shared


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (12, 8, 8, 3))
    smooth = coarse.repeat(8, axis=1).repeat(8, axis=2)
    return np.clip(smooth + rng.integers(-20, 20, smooth.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def patches(images):
    return Patches.learn(images, seed=3)


def by_hand(patches, image):
    """The features as the class describes them: patch by patch, in float64."""
    all_atoms, all_offsets = (array.astype(np.float64) for array in patches.arrays.values())
    halved = image.reshape(32, 2, 32, 2, 3).mean(axis=(1, 3))
    scales = [(image, 2, [0, 8, 15, 22, 30]), (halved, 1, [0, 7, 14, 20, 27])]
    features = []
    for (values, stride, edges), atoms, offsets in zip(scales, all_atoms, all_offsets, strict=True):
        sums = np.zeros((2, 4, 4, len(offsets)))
        for row in range(edges[-1]):
            for column in range(edges[-1]):
                top, left = stride * row, stride * column
                p = values[top : top + 6, left : left + 6].astype(float).ravel()
                z = atoms.T @ p / np.sqrt(p.var() + 10) - offsets
                i, j = np.searchsorted(edges, [row, column], side="right") - 1
                sums[0, i, j] += np.maximum(z - 1, 0)
                sums[1, i, j] += np.maximum(-z - 1, 0)
        sizes = np.diff(edges)
        features.append(np.sqrt(sums / np.outer(sizes, sizes)[:, :, np.newaxis]).ravel())
    return np.concatenate(features)


def test_columns_are_what_the_description_says(images, patches):
    X = patches.columns(images, np.float64)
    assert X.shape == (patches.n_x, 12) == (12800, 12)
    for i in (0, 7):
        np.testing.assert_allclose(X[:, i], by_hand(patches, images[i]), atol=2e-3)


def test_an_image_has_the_same_features_alone_and_among_others(images, patches):
    together = patches.columns(images, np.float32)
    for i in range(3):
        alone = patches.columns(images[i : i + 1], np.float32)
        assert alone.tobytes() == together[:, i : i + 1].tobytes()


def test_the_number_of_threads_changes_nothing(images, monkeypatch):
    def learn_and_apply(threads):
        monkeypatch.setattr("catclf.features.patches.workers", lambda: threads)
        patches = Patches.learn(images, seed=1)
        return patches.arrays["patches_atoms"].tobytes(), patches.columns(images).tobytes()

    assert learn_and_apply(1) == learn_and_apply(3)


def test_memory_does_not_grow_with_the_number_of_images(images, patches):
    def beyond_the_columns(copies):
        many = np.concatenate([images] * copies)
        tracemalloc.start()
        X = patches.columns(many, np.float32)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak - X.nbytes

    assert beyond_the_columns(16) < 1.2 * beyond_the_columns(2) + 100_000


def test_seeds_make_other_dictionaries(images, patches):
    atoms = patches.arrays["patches_atoms"]
    assert (Patches.learn(images, seed=3).arrays["patches_atoms"] == atoms).all()
    assert (Patches.learn(images, seed=4).arrays["patches_atoms"] != atoms).any()


def test_brightness_and_contrast_hardly_matter(patches):
    rng = np.random.default_rng(5)
    dark = rng.integers(0, 120, (1, 64, 64, 3)).astype(np.uint8)
    bright = dark + np.uint8(100)
    np.testing.assert_allclose(patches.columns(bright), patches.columns(dark), atol=1e-2)


@pytest.mark.parametrize("value", [0, 128, 255])
def test_images_without_contrast_are_no_trouble(value):
    flat = np.full((3, 64, 64, 3), value, np.uint8)
    X = Patches.learn(flat, seed=0).columns(flat)
    assert np.isfinite(X).all()
    assert (X[:, 0] == X[:, 1]).all()


def test_whitened_atoms_are_edges_of_real_images():
    course = catclf.load_dataset(shared("catvnoncat"))
    atoms = Patches.learn(course.images, 0).arrays["patches_atoms"]
    # A patch that is brighter everywhere is like no atom.
    assert np.abs(atoms.sum(axis=1)).max() < 1e-3 * np.abs(atoms).sum(axis=1).max()
    assert all(np.linalg.matrix_rank(atoms) >= 100)


@pytest.mark.parametrize("name", ["patches", "hog", "patches+hog", "pixels+hog"])
def test_what_is_learned_is_restored(images, name):
    features = learn_features(name, images, 0)
    again = restore_features(name, features.arrays)
    assert again.name == features.name == name
    assert again.n_x == features.n_x == len(features.columns(images))
    assert again.columns(images).tobytes() == features.columns(images).tobytes()


@pytest.mark.parametrize(
    "change",
    [
        {"patches_atoms": np.zeros((2, 108, 200), np.float64)},
        {"patches_atoms": np.zeros((2, 107, 200), np.float32)},
        {"patches_atoms": np.zeros((1, 108, 200), np.float32)},
        {"patches_atoms": np.full((2, 108, 200), np.nan, np.float32)},
        {"patches_atoms": np.full((2, 108, 200), 1e9, np.float32)},
        {"patches_offsets": np.zeros((2, 200, 1), np.float32)},
        {"patches_offsets": np.zeros((2, 0), "f4"), "patches_atoms": np.zeros((2, 108, 0), "f4")},
    ],
)
def test_what_is_no_dictionary_is_refused(patches, change):
    with pytest.raises(ValueError, match="dictionary of patches"):
        restore_features("patches", patches.arrays | change)


def test_joined_columns_stand_below_each_other(images, patches):
    both = learn_features("patches+hog", images, 3).columns(images, np.float32)
    assert (both[:12800] == patches.columns(images, np.float32)).all()
    assert (both[12800:] == learn_features("hog", images, 0).columns(images, np.float32)).all()


def test_mirror_images_are_left_for_right(images):
    assert (mirrored(images)[:, :, 0] == images[:, :, 63]).all()
    assert (mirrored(mirrored(images)) == images).all()
