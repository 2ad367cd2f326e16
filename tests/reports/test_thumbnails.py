import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import catclf
from catclf.reports.thumbnails import Thumbnails, data_uri, image_to_show
from tests.conftest import image


def opened(uri: str | None) -> Image.Image:
    assert uri is not None
    kind, data = uri.split(",")
    assert kind == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_an_array_becomes_a_jpeg_much_like_it() -> None:
    array = np.full((64, 64, 3), (200, 100, 50), np.uint8)
    result = opened(data_uri(array))
    assert result.format == "JPEG"
    np.testing.assert_allclose(np.asarray(result), array, atol=4)
    assert data_uri(array) == data_uri(array.copy())


def test_a_file_keeps_its_proportions(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    image(1, size=(400, 100)).save(path)
    assert opened(Thumbnails().of_file(path, 200)).size == (200, 50)


def test_an_image_without_a_readable_file_is_shown_as_it_is_in_memory(data: Path) -> None:
    dataset = catclf.load_dataset(data)
    assert image_to_show(dataset, 0).shape == (70, 80, 3)
    Path(dataset.names[0]).unlink()
    np.testing.assert_array_equal(image_to_show(dataset, 0), dataset.images[:1][0])


def test_files_that_cannot_be_read_are_errors(tmp_path: Path) -> None:
    with pytest.raises(catclf.ImageError):
        Thumbnails().of_file(tmp_path / "missing.jpg")


def test_number_and_bytes_are_bounded(tmp_path: Path) -> None:
    array = np.asarray(image(1, size=(64, 64)))
    few = Thumbnails(number=2)
    assert [few.of_array(array) is None for _ in range(4)] == [False, False, True, True]
    assert few.of_file(tmp_path / "any") is None
    size = len(data_uri(array))
    small = Thumbnails(size=3 * size + 1)
    assert sum(small.of_array(array) is not None for _ in range(9)) == 3
