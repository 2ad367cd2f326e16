"""Rows that may lie in a file: the one way in which examples are handed from room to room."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Rows(Protocol):
    """Examples one after the other: an array, or anything that gives arrays for slices.

    Images are rows (m, side, side, 3) of uint8, features rows (m, n_x) of floats. What lies in a
    file larger than memory is read a slice at a time, when it is asked for.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of examples, then the shape of one."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""

    def __len__(self) -> int:
        """Number of examples."""

    def __getitem__(self, rows: slice, /) -> NDArray[Any]:
        """Some of the examples."""
