import numpy as np
import pytest

from catclf.images.near_duplicates import exact_duplicates, near_duplicates, perceptual_hashes
from catclf.images.preprocessing import Images


def smooth_images(m: int, seed: int = 0) -> Images:
    """Different images of large fields."""
    rng = np.random.default_rng(seed)
    fields = rng.integers(3, 253, (m, 8, 8, 3), np.uint8)
    return fields.repeat(8, axis=1).repeat(8, axis=2)


def pairs(images: Images) -> list[list[int]]:
    found = near_duplicates(perceptual_hashes(images))
    return [pair for batch in found for pair in batch.tolist()]


def test_near_duplicates_are_found_across_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catclf.images.near_duplicates._COMPARISONS", 100_000)
    rng = np.random.default_rng(0)
    images = smooth_images(700)
    images[650:] = images[:50] + rng.integers(-3, 4, images[:50].shape)
    assert pairs(images) == [[i, 650 + i] for i in range(50)]


def test_exact_duplicates_are_near_duplicates_too() -> None:
    images = smooth_images(4)[[0, 1, 2, 0]]
    assert pairs(images) == [[0, 3]]


def test_a_much_brighter_image_is_no_near_duplicate() -> None:
    dark = smooth_images(1) // 2
    images = np.concatenate([dark, dark + 3, dark + 60])
    assert pairs(images) == [[0, 1]]


def test_exact_duplicates_are_paired_with_the_first() -> None:
    assert exact_duplicates(np.array([7, 5, 7, 2**64 - 1, 7, 5], np.uint64)) == [
        (0, 2),
        (0, 4),
        (1, 5),
    ]


def test_a_hash_is_112_signs_and_a_thumbnail_256_means() -> None:
    hashes, thumbnails = perceptual_hashes(np.full((2, 64, 64, 3), 200, np.uint8))
    assert (hashes.shape, thumbnails.shape) == ((2, 112), (2, 256))
    assert set(hashes.ravel()) <= {-1, 1}
    assert (thumbnails == 200).all()
