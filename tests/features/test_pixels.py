import numpy as np
import pytest
from numpy.typing import DTypeLike

from catclf.features.pixels import Pixels


def test_column_is_one_image_row_by_row() -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)
    X = Pixels().columns(images)
    assert X.shape == (12288, 3)
    assert X[0, 1] * 255 == pytest.approx(images[1, 0, 0, 0])
    assert X[2, 1] * 255 == pytest.approx(images[1, 0, 0, 2])
    assert X[3 * (64 * 5 + 7) + 1, 2] * 255 == pytest.approx(images[2, 5, 7, 1])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_columns_are_scaled_to_one(dtype: DTypeLike) -> None:
    X = Pixels().columns(np.full((2, 64, 64, 3), 255, np.uint8), dtype)
    assert (X == 1).all()
