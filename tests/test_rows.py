"""Rows from several places."""

from typing import Any

import numpy as np
import pytest

from catclf.rows import Joined, Picked


class InFile:
    """Rows that come for slices only, as from a file."""

    def __init__(self, array: Any) -> None:
        self._array = array
        self.shape, self.dtype = array.shape, array.dtype

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, here: slice) -> Any:
        assert isinstance(here, slice)
        return self._array[here]


def parts(*sizes: int) -> tuple[Any, list[Any]]:
    whole = np.arange(sum(sizes) * 6).reshape(-1, 2, 3)
    return whole, [InFile(part) for part in np.split(whole, np.cumsum(sizes)[:-1])]


SLICES = [
    slice(None), slice(0, 0), slice(2, 5), slice(4, 11), slice(3, None), slice(None, None, 3),
    slice(1, 12, 2), slice(0, 13, 5), slice(-4, None), slice(20, 30),
]  # fmt: skip


@pytest.mark.parametrize("here", SLICES)
@pytest.mark.parametrize("sizes", [(13,), (5, 8), (1, 2, 3, 7), (3, 3, 3, 3, 1)])
def test_joined_rows_are_those_of_one_array(sizes: tuple[int, ...], here: slice) -> None:
    whole, pieces = parts(*sizes)
    joined = Joined(pieces)
    assert (joined.shape, len(joined), joined.dtype) == (whole.shape, 13, whole.dtype)
    np.testing.assert_array_equal(joined[here], whole[here])
    for start in range(13):
        for stop in range(start, 14):
            window = joined.between(start, stop)
            np.testing.assert_array_equal(window[here], whole[start:stop][here])
            assert len(window) == stop - start


def test_a_window_of_a_window_has_only_the_parts_it_needs() -> None:
    whole, pieces = parts(3, 3, 3, 4)
    window = Joined(pieces).between(2, 12).between(2, 4)
    np.testing.assert_array_equal(window[:], whole[4:6])
    assert len(window._parts) == 1


def test_picked_rows_come_in_the_order_asked_for() -> None:
    whole, pieces = parts(4, 9)
    indices = np.array([12, 0, 3, 4, 4])
    for rows in (whole, Joined(pieces)):
        np.testing.assert_array_equal(Picked(rows, indices)[1:], whole[indices][1:])
