"""What an exercise is."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

Finding = tuple[str, str | None]
"""What was looked at, and what is wrong with it; None if nothing is."""


class Exercise(NamedTuple):
    """A function to fill in."""

    name: str
    """Of the function."""
    about: str
    stub: str
    """The file to start from."""
    check: Callable[[Callable[..., Any]], Iterator[Finding]]
    """Calls the function, and yields what it finds, up to the first mistake at least."""


def as_array(value: Any, shape: tuple[int, ...], name: str) -> tuple[Any, str | None]:
    """A result as an array, or what is wrong with its kind or shape."""
    if value is None:
        return None, f"{name} is None: does the function return it?"
    try:
        array = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        return None, f"{name} is not an array of numbers, but {type(value).__name__}"
    if array.shape != shape:
        return None, f"{name} has the shape {array.shape}, not {shape}"
    if np.isnan(array).any():
        return None, f"{name} has values that are nan, not a number"
    return array, None


def is_close(found: Any, expected: Any) -> bool:
    """Whether numbers are the same but for rounding."""
    return bool(np.allclose(found, expected, rtol=1e-6, atol=1e-9))
