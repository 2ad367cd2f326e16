import numpy as np
import pytest

from catclf.features.hog import Hog


def stripes(angle, period=8):
    """An image of waves that run at an angle, in degrees, from the horizontal."""
    y, x = np.mgrid[:64, :64]
    phase = (np.cos(np.radians(angle)) * x + np.sin(np.radians(angle)) * y) * 2 * np.pi / period
    grey = (127 + 100 * np.sin(phase)).astype(np.uint8)
    return np.repeat(grey[np.newaxis, :, :, np.newaxis], 3, axis=3)


def strengths(image):
    """Mean strength of each direction, over all blocks and fields."""
    return Hog().columns(image).reshape(49, 4, 9).mean(axis=(0, 1))


@pytest.mark.parametrize("angle", range(0, 180, 20))
def test_gradients_count_for_their_direction(angle):
    # Bin k is strongest for gradients at k · 20 degrees.
    assert strengths(stripes(angle)).argmax() == angle // 20


def test_opposite_directions_are_alike():
    np.testing.assert_allclose(strengths(stripes(30)), strengths(255 - stripes(30)), atol=0.02)


def test_half_way_between_two_bins_counts_in_both():
    # Directions of 10 degrees lie between those of 0 and of 20.
    found = strengths(stripes(10, period=16))
    assert sorted(found.argsort()[-2:]) == [0, 1]


def test_contrast_hardly_matters_and_flat_images_have_no_gradients():
    full = stripes(45)
    half = (full // 2).astype(np.uint8)
    np.testing.assert_allclose(Hog().columns(half), Hog().columns(full), atol=0.1)
    assert (Hog().columns(np.full((2, 64, 64, 3), 99, np.uint8)) == 0).all()


def test_columns_are_bounded_and_the_same_alone_and_among_others():
    images = np.random.default_rng(0).integers(0, 256, (40, 64, 64, 3)).astype(np.uint8)
    X = Hog().columns(images, np.float32)
    assert X.shape == (1764, 40)
    assert X.dtype == np.float32
    assert X.min() >= 0
    assert X.max() <= 1
    assert (Hog().columns(images[17:18], np.float32)[:, 0] == X[:, 17]).all()
