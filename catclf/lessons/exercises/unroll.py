"""Images become the columns of X."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from catclf.lessons.exercises.exercise import Exercise, Finding, as_array, is_close

STUB = '''"""Exercise 2: images become columns."""

import numpy as np


def unroll(images):
    """X (n_x, m), between 0 and 1, from images (m, height, width, 3) of uint8."""
    return ...
'''


def _check(function: Callable[..., Any]) -> Iterator[Finding]:
    images = np.random.default_rng(0).integers(0, 256, (5, 4, 4, 3), np.uint8)
    m, n_x = 5, 48
    expected = images.reshape(m, -1).T / 255  # (n_x, m)
    value, wrong = as_array(function(images.copy()), (n_x, m), "X")
    if wrong and "(5, 48)" in wrong:
        wrong += ": there is one row for each image; X has one column for each"
    yield "X has a row for each number of an image, and a column for each image", wrong
    if wrong:
        return
    scrambled = images.reshape(n_x, m)
    if is_close(value, scrambled) or is_close(value, scrambled / 255):
        yield (
            "a column holds one image",
            (
                "reshape(n_x, m) mixes the images: it fills row after row. Reshape to (m, n_x), "
                "then transpose"
            ),
        )
        return
    if is_close(value, expected * 255):
        yield "values are between 0 and 1", "they go up to 255; divide by 255"
        return
    right = is_close(value, expected)
    yield (
        "a column holds one image",
        None if right else ("column 0 is not image 0, in the order of images[0].reshape(-1) / 255"),
    )


EXERCISE = Exercise("unroll", "images become the columns of X", STUB, _check)
