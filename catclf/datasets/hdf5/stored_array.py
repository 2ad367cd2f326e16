"""An array in an HDF5 file: its shape and type, and where its bytes lie."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Filled(Protocol):
    """What bytes are read from."""

    def fill(self, view: memoryview, offset: int, /) -> None:
        """Fill a view of bytes with those from an offset on."""


@dataclass(frozen=True)
class StoredArray:
    """An array that stays in its file.

    Parameters
    ----------
    shape : tuple of int
        (m, …).
    dtype : dtype
        Numbers, or texts of a fixed length.
    chunk : int
        Rows that lie together; all of them, unless the array is chunked.
    offsets : int array (number of chunks,) or None
        First byte of each chunk in the file; None where the bytes do not simply lie there.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    chunk: int = 0
    offsets: NDArray[np.int64] | None = None

    @property
    def row_bytes(self) -> int:
        """Bytes of one row, as an image."""
        return prod(self.shape[1:]) * self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all rows."""
        return prod(self.shape) * self.dtype.itemsize

    def lies_within(self, size: int) -> bool:
        """Whether all bytes are in a file of so many bytes."""
        if self.offsets is None or not len(self.offsets):
            return True
        last = size - self.chunk * self.row_bytes
        return bool(0 <= self.offsets.min() and self.offsets.max() <= last)

    def fill(self, view: memoryview, file: Filled, start: int) -> None:
        """Fill a view of bytes with the rows from `start` on, which lie in a file."""
        assert self.offsets is not None
        done, row = 0, self.row_bytes
        for chunk, place, count in pieces(start, len(view) // row, self.chunk):
            stop = done + count * row
            file.fill(view[done:stop], int(self.offsets[chunk]) + place * row)
            done = stop


def pieces(start: int, count: int, size: int) -> Iterator[tuple[int, int, int]]:
    """Divide a run of items that are stored in chunks.

    Parameters
    ----------
    start, count : int
        The first item, and the number of items.
    size : int
        Items in a chunk.

    Yields
    ------
    int, int, int
        A chunk, the place in it where the run begins or continues, and how many items of the run
        are there.
    """
    stop = start + count
    while start < stop:
        chunk, place = divmod(start, size)
        here = min(size - place, stop - start)
        yield chunk, place, here
        start += here
