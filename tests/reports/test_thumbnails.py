import base64
import io
from pathlib import Path

import numpy as np
from PIL import Image

from catclf.reports.thumbnails import Thumbnails, data_uri
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


def test_what_is_no_file_shows_the_array_that_is_known(tmp_path: Path) -> None:
    array = np.zeros((64, 64, 3), np.uint8)
    assert Thumbnails().of_file(tmp_path / "a.h5[3]") is None
    assert opened(Thumbnails().of_file(tmp_path / "a.h5[3]", otherwise=array)).size == (64, 64)


def test_number_and_bytes_are_bounded(tmp_path: Path) -> None:
    array = np.asarray(image(1, size=(64, 64)))
    few = Thumbnails(number=2)
    assert [few.of_array(array) is None for _ in range(4)] == [False, False, True, True]
    assert few.of_file(tmp_path / "any") is None
    size = len(data_uri(array))
    small = Thumbnails(size=3 * size + 1)
    assert sum(small.of_array(array) is not None for _ in range(9)) == 3
