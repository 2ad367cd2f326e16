"""Rows that may lie in a file: the one way in which examples are handed from room to room."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any, Protocol, Self, runtime_checkable

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


@runtime_checkable
class Divisible(Protocol):
    """Rows that can be divided before they are read."""

    def between(self, start: int, stop: int, /) -> Rows:
        """Some neighbouring rows."""


@runtime_checkable
class Readable(Protocol):
    """Rows that can be read into memory that is there already, which saves getting some."""

    def read_into(self, array: NDArray[Any], start: int, /) -> None:
        """Fill an array with the rows from `start` on."""


class Picked:
    """Some rows of others, in any order, copied when they are asked for.

    Parameters
    ----------
    rows : array (m, …), or what gives such arrays for slices
        The others.
    indices : int array (size,)
        Which of them.
    """

    def __init__(self, rows: Rows, indices: NDArray[np.intp]) -> None:
        self._rows, self._indices = rows, indices
        self.shape = len(indices), *rows.shape[1:]
        self.dtype = rows.dtype

    def __len__(self) -> int:
        return len(self._indices)

    def between(self, start: int, stop: int) -> "Picked":
        """Some neighbouring rows, without those of the others that are not needed."""
        indices = self._indices[start:stop]
        if not len(indices):
            return Picked(self._rows, indices)
        first = int(indices.min())
        return Picked(between(self._rows, first, int(indices.max()) + 1), indices - first)

    def __getitem__(self, here: slice, /) -> NDArray[Any]:
        indices = self._indices[here]
        if isinstance(self._rows, np.ndarray):
            array: NDArray[Any] = self._rows[indices]
            return array
        rows = np.empty((len(indices), *self.shape[1:]), self.dtype)
        cuts = np.flatnonzero(np.diff(indices) != 1) + 1  # neighbours are read together
        for start, stop in pairwise([0, *cuts.tolist(), len(indices)]):
            first = int(indices[start]) if stop > start else 0
            rows[start:stop] = self._rows[first : first + stop - start]
        return rows


class Joined:
    """Rows that lie one after the other in several places, such as files.

    Parameters
    ----------
    parts : sequence of rows
        At least one; alike but for their number.
    start, stop : int, optional
        To take only some neighbouring rows of them.
    """

    def __init__(self, parts: Sequence[Rows], start: int = 0, stop: int | None = None) -> None:
        self._parts, self._start = parts, start
        self._ends = list(accumulate(len(part) for part in parts))
        self.shape = (self._ends[-1] if stop is None else stop) - start, *parts[0].shape[1:]
        self.dtype = parts[0].dtype

    def __len__(self) -> int:
        return self.shape[0]

    def between(self, start: int, stop: int) -> Self:
        """Some neighbouring rows, without the parts that have none of them."""
        start, stop = self._start + start, self._start + stop
        first = bisect_right(self._ends, start)
        last = bisect_right(self._ends, max(stop - 1, start))
        before = self._ends[first - 1] if first else 0
        parts = list(self._parts[first : last + 1])
        start, stop = start - before, stop - before
        if parts and isinstance(parts[-1], Divisible):
            parts[-1] = parts[-1].between(0, stop - sum(len(part) for part in parts[:-1]))
        if parts and isinstance(parts[0], Divisible):
            parts[0] = parts[0].between(start, len(parts[0]))
            start, stop = 0, stop - start
        return type(self)(parts, start, stop)

    def __getitem__(self, here: slice, /) -> NDArray[Any]:
        places = range(len(self))[here]
        if places.step == 1 and len(places):
            part, first = self._place(places.start)
            if first + len(places) <= len(self._parts[part]):
                return self._parts[part][first : first + len(places)]
        rows = np.empty((len(places), *self.shape[1:]), self.dtype)
        if places.step == 1:
            self.read_into(rows, places.start)
        else:
            for row, place in zip(rows, places, strict=True):
                part, first = self._place(place)
                row[...] = self._parts[part][first : first + 1][0]
        return rows

    def read_into(self, array: NDArray[Any], start: int, /) -> None:
        """Fill an array with the rows from `start` on."""
        done = 0
        while done < len(array):
            part, first = self._place(start + done)
            rows = self._parts[part]
            count = min(len(rows) - first, len(array) - done)
            if isinstance(rows, Readable):
                rows.read_into(array[done : done + count], first)
            else:
                array[done : done + count] = rows[first : first + count]
            done += count

    def _place(self, row: int) -> tuple[int, int]:
        """The part that has a row, and the row's place there."""
        row += self._start
        part = bisect_right(self._ends, row)
        return part, row - (self._ends[part - 1] if part else 0)


def between(rows: Rows, start: int, stop: int) -> Rows:
    """Some neighbouring rows, not read yet where they lie in a file."""
    if isinstance(rows, np.ndarray):
        return rows[start:stop]
    return (rows if isinstance(rows, Divisible) else Joined([rows])).between(start, stop)
