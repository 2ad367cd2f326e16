import numpy as np
import pytest

from catclf.export.resampling import weights
from catclf.images.decode import resize_images
from catclf.images.preprocessing import Preprocessing


@pytest.mark.parametrize("after", [64, 224])
@pytest.mark.parametrize(
    "shape", [(1, 1), (3, 2), (30, 20), (64, 100), (100, 77), (77, 100), (500, 375), (2, 3000)]
)
def test_two_matrix_products_are_pillows_resizing(shape: tuple[int, int], after: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    across, down = (weights(length, after).astype(float) for length in (shape[1], shape[0]))
    wide = np.clip(np.floor(np.einsum("hwc,ow->hoc", image, across) + 0.5), 0, 255)
    resized = np.clip(np.floor(np.einsum("hwc,oh->owc", wide, down) + 0.5), 0, 255)
    expected = resize_images(image[np.newaxis], Preprocessing(side=after))[0]
    np.testing.assert_array_equal(resized, expected)


def test_weights_sum_to_one() -> None:
    for before in (1, 5, 64, 1000):
        np.testing.assert_allclose(weights(before, 64).sum(axis=1), 1, atol=1e-5)
