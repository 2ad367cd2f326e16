import numpy as np
import pytest

from catclf.features.hog import Hog
from catclf.images.preprocessing import Images
from tests.features.examples import Floats


def stripes(angle: float, period: float = 8) -> Images:
    """An image (1, 64, 64, 3) of waves whose gradient has an angle, in degrees."""
    y, x = np.mgrid[:64, :64]
    phase = (np.cos(np.radians(angle)) * x + np.sin(np.radians(angle)) * y) * 2 * np.pi / period
    grey = (127 + 100 * np.sin(phase)).astype(np.uint8)
    return np.repeat(grey[np.newaxis, :, :, np.newaxis], 3, axis=3)


def mean_histogram(image: Images) -> Floats:
    """Mean of each orientation's bin over all blocks and cells."""
    histogram: Floats = Hog().columns(image).reshape(49, 4, 9).mean(axis=(0, 1))
    return histogram


@pytest.mark.parametrize("angle", range(0, 180, 20))
def test_gradients_count_in_the_bin_of_their_orientation(angle: int) -> None:
    # The centre of bin k is at 20·k degrees.
    assert mean_histogram(stripes(angle)).argmax() == angle // 20


def test_opposite_directions_have_the_same_orientation() -> None:
    image = stripes(30)
    np.testing.assert_allclose(mean_histogram(image), mean_histogram(255 - image), atol=0.02)


def test_orientation_between_two_bins_counts_in_both() -> None:
    # 10 degrees lie between the bins at 0 and at 20.
    histogram = mean_histogram(stripes(10, period=16))
    assert sorted(histogram.argsort()[-2:]) == [0, 1]


def test_contrast_hardly_matters() -> None:
    full = stripes(45)
    half = (full // 2).astype(np.uint8)
    np.testing.assert_allclose(Hog().columns(half), Hog().columns(full), atol=0.1)


def test_flat_images_have_no_gradients() -> None:
    assert (Hog().columns(np.full((2, 64, 64, 3), 99, np.uint8)) == 0).all()


def test_columns_are_between_zero_and_one() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 64, 64, 3)).astype(np.uint8)
    X = Hog().columns(noise, np.float32)
    assert X.shape == (1764, 40)
    assert X.min() >= 0
    assert X.max() <= 1
