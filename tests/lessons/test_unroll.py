from pathlib import Path

import numpy as np
from PIL import Image

from catclf.lessons.lesson import LessonSettings
from catclf.lessons.unroll import lesson
from tests.lessons.conftest import rows_of


def test_the_column_holds_the_pixels_of_the_file(settings: LessonSettings, folder: Path) -> None:
    file = sorted((folder / "cat").iterdir())[0]
    image = np.asarray(Image.open(file))  # (64, 64, 3)
    rows = rows_of(lesson(settings), "Where the pixels")
    assert [row[0] for row in rows[:4]] == [0, 1, 2, 3]
    for k, i, j, matrix, pixel, in_column, on_the_slide in rows:
        channel = "RGB".index(matrix)
        assert k == 3 * (64 * i + j) + channel
        assert on_the_slide == 4096 * channel + 64 * i + j
        assert pixel == in_column == image[i, j, channel]


def test_the_corner_holds_the_pixels_of_the_file(settings: LessonSettings, folder: Path) -> None:
    image = np.asarray(Image.open(sorted((folder / "cat").iterdir())[0]))  # (64, 64, 3)
    for matrix, i, *values in rows_of(lesson(settings), "The upper left"):
        channel = "RGB".index(matrix)
        assert values == image[i, :4, channel].tolist()


def test_the_wrong_reshape_mixes_all_images(settings: LessonSettings, folder: Path) -> None:
    right, wrong = rows_of(lesson(settings), "Two ways")
    assert right == ("reshape(m, -1).T", "(12288, 40)", 1, 100.0, 100.0)
    name, shape, mixed, equal, own = wrong
    assert (name, shape) == ("reshape(12288, m)", "(12288, 40)")
    assert mixed == 40
    # Counted one by one: index n in memory belongs to image n // 12288, and lands in column n % 40.
    landed = sum(n % 40 == n // 12288 for n in range(40 * 12288))
    assert own == 100 * landed / (40 * 12288)
    images = np.stack([np.asarray(Image.open(f)) for f in sorted(folder.glob("*/*.png"))])
    flat = images.ravel().tolist()
    same = sum(
        flat[k * 40 + t] == flat[t * 12288 + k] for k in range(0, 12288, 7) for t in range(40)
    )
    assert abs(equal - 100 * same / (40 * len(range(0, 12288, 7)))) < 1
