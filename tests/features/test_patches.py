import tracemalloc
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import catclf
from catclf.features.patches import Patches
from catclf.images.preprocessing import Images, mirrored
from tests.conftest import shared
from tests.features.examples import Floats, smooth_images

IMAGES = smooth_images(12, seed=0)


@pytest.fixture(scope="module")
def patches() -> Patches:
    return Patches.learn(IMAGES, seed=3)


def features_by_definition(patches: Patches, image: Images) -> Floats:
    """The features as the class describes them: patch by patch, in float64."""
    all_atoms, all_offsets = (array.astype(np.float64) for array in patches.arrays.values())
    halved = image.reshape(32, 2, 32, 2, 3).mean(axis=(1, 3))
    scales: list[tuple[NDArray[Any], int, list[int]]] = [
        (image, 2, [0, 8, 15, 22, 30]),
        (halved, 1, [0, 7, 14, 20, 27]),
    ]
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


def test_columns_are_those_of_the_definition(patches: Patches) -> None:
    X = patches.columns(IMAGES, np.float64)
    assert X.shape == (12800, 12)
    for i in (0, 7):
        np.testing.assert_allclose(X[:, i], features_by_definition(patches, IMAGES[i]), atol=1e-4)
    # Bright, and nearly flat: where the rounding of large numbers would show.
    bright = (250 + IMAGES[:1] // 50).astype(np.uint8)
    exact = features_by_definition(patches, bright[0])
    np.testing.assert_allclose(patches.columns(bright)[:, 0], exact, atol=1e-4)


def test_memory_does_not_grow_with_the_number_of_images(patches: Patches) -> None:
    def memory_besides_the_columns(repetitions: int) -> int:
        many = np.concatenate([IMAGES] * repetitions)
        tracemalloc.start()
        X = patches.columns(many, np.float32)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak - X.nbytes

    assert memory_besides_the_columns(16) < 1.2 * memory_besides_the_columns(2) + 100_000


def test_brightness_hardly_matters(patches: Patches) -> None:
    rng = np.random.default_rng(5)
    dark = rng.integers(0, 120, (1, 64, 64, 3)).astype(np.uint8)
    bright = dark + np.uint8(100)
    np.testing.assert_allclose(patches.columns(bright), patches.columns(dark), atol=1e-3)


def test_atoms_are_images_of_the_learned_columns(patches: Patches) -> None:
    assert patches.atoms.shape == (2, 200, 6, 6, 3)
    columns = patches.arrays["patches_atoms"]
    np.testing.assert_array_equal(patches.atoms[1, 7].ravel(), columns[1, :, 7])


@pytest.mark.real_data
def test_atoms_of_real_images_ignore_brightness() -> None:
    course = catclf.load_dataset(shared("catvnoncat"))
    atoms = Patches.learn(course.images, 0).arrays["patches_atoms"]
    # A patch that is equally bright everywhere has no response.
    assert np.abs(atoms.sum(axis=1)).max() < 1e-3 * np.abs(atoms).sum(axis=1).max()
    assert all(np.linalg.matrix_rank(atoms) >= 100)


def test_mirrored_images_swap_left_and_right() -> None:
    assert (mirrored(IMAGES)[:, :, 0] == IMAGES[:, :, 63]).all()
    assert (mirrored(mirrored(IMAGES)) == IMAGES).all()
