import numpy as np

from catclf.images.preprocessing import Preprocessing
from catclf.reports.overlay import overlay


def contributions() -> np.ndarray:
    """For the class at the left, against it at the right."""
    array = np.zeros((64, 64))
    array[:, :20], array[:, 44:] = 1.0, -1.0
    return array


def test_what_speaks_for_the_class_is_orange_and_what_against_it_purple() -> None:
    grey = np.full((100, 200, 3), 128, np.uint8)
    result = overlay(grey, contributions(), Preprocessing()).astype(int)
    assert result.shape == grey.shape
    red, _, blue = result[50, 20]
    assert red > 180
    assert blue < 60
    red, _, blue = result[50, 180]
    assert blue > red
    assert result[50, 100].tolist() == [128, 128, 128]


def test_of_a_cropped_image_only_the_square_in_the_middle_is_coloured() -> None:
    grey = np.full((100, 200, 3), 128, np.uint8)
    result = overlay(grey, contributions(), Preprocessing("crop"))
    assert np.all(result[:, :50] == 128)
    assert np.all(result[:, 150:] == 128)
    assert result[50, 55, 0] > 180


def test_nothing_is_coloured_where_nothing_is_contributed() -> None:
    image = np.random.default_rng(1).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    result = overlay(image, np.zeros((64, 64)), Preprocessing())
    np.testing.assert_allclose(result, np.repeat(image.mean(axis=2, keepdims=True), 3, 2), atol=0.5)
