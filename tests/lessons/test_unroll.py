import numpy as np
from PIL import Image

from catclf.lessons.unroll import lesson
from tests.lessons.conftest import numbers


def test_rows_of_the_column_are_the_pixels_of_the_file(settings):
    file = sorted((settings.data / "cat").iterdir())[0]
    image = Image.open(file)
    rows = numbers(lesson(settings), "Which row")
    assert [row[0] for row in rows[:4]] == [0, 1, 2, 3]
    for k, i, j, matrix, pixel, in_column, on_the_slide in rows:
        channel = "RGB".index(matrix)
        assert k == 3 * (64 * i + j) + channel
        assert on_the_slide == 4096 * channel + 64 * i + j
        assert pixel == in_column == image.getpixel((j, i))[channel]


def test_the_corner_is_that_of_the_file(settings):
    image = Image.open(sorted((settings.data / "cat").iterdir())[0])
    for matrix, i, *values in numbers(lesson(settings), "The upper left"):
        channel = "RGB".index(matrix)
        assert values == [image.getpixel((j, i))[channel] for j in range(4)]


def test_the_mistake_mixes_all_images(settings):
    right, wrong = numbers(lesson(settings), "Two ways")
    assert right == ("reshape(m, -1).T", "(12288, 40)", 1, 100.0, 100.0)
    name, shape, mixed, equal, own = wrong
    assert (name, shape) == ("reshape(12288, m)", "(12288, 40)")
    assert mixed == 40
    # Counted one by one: number n in memory is of image n // 12288, and lands in column n % 40.
    landed = sum(n % 40 == n // 12288 for n in range(40 * 12288))
    assert own == 100 * landed / (40 * 12288)
    images = np.stack([np.asarray(Image.open(f)) for f in sorted(settings.data.glob("*/*.png"))])
    flat = images.ravel().tolist()
    same = sum(
        flat[k * 40 + t] == flat[t * 12288 + k] for k in range(0, 12288, 7) for t in range(40)
    )
    assert abs(equal - 100 * same / (40 * len(range(0, 12288, 7)))) < 1
