"""The HDF5 library in a process of its own, so that what crashes or hangs is not this one."""

from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np

from catclf.datasets.hdf5.stored_array import StoredArray
from catclf.errors import DataError, reason_of
from catclf.own_process import OwnProcess, ProcessEndedError
from catclf.urls import reachable

SECONDS = 30.0
"""Without an answer for so long, the library is taken to be in a loop without an end."""

# What it says of a file is believed up to so many times the file's size, and so much besides.
_MOST_TIMES, _MOST_BESIDES = 8, 2**24

# Processes that are kept for more requests. Of many files, each has its turn.
_MOST_PROCESSES = 4

_PROGRAM = "catclf.datasets.hdf5.library_process"

# The library serves one thread at a time anyway.
_LOCK = RLock()
_running: list[OwnProcess] = []


class Library:
    """The library, open on one file. It is started when it is needed.

    Parameters
    ----------
    path : Path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process: OwnProcess | None = None

    def __reduce__(self) -> tuple[type["Library"], tuple[Path]]:
        return Library, (self._path.absolute(),)

    def contents(
        self, names: list[str], attribute: str
    ) -> tuple[str | None, dict[str, StoredArray]]:
        """What `simple_contents` returns, of a file of any kind.

        Raises
        ------
        DataError
            If the file is damaged, or an array is not in the file itself, or is larger than the
            file can hold.
        """
        answer = self._ask(["contents", names, attribute])
        try:
            arrays = {
                name: StoredArray(
                    tuple(entry["shape"]),
                    np.dtype(entry["dtype"]),
                    entry["chunk"],
                    None if entry["offsets"] is None else np.array(entry["offsets"], np.int64),
                )
                for name, entry in answer["arrays"].items()
            }
        except (OverflowError, TypeError) as error:  # offsets, or a type, that cannot be
            raise DataError(f"{self._path} is damaged: it has an array without a place") from error
        return answer["attribute"], arrays

    def fill(self, view: memoryview, name: str, start: int, stop: int) -> None:
        """Fill a view of bytes with some rows of an array.

        Raises
        ------
        DataError
            If they cannot be read.
        """
        self._ask(["rows", name, start, stop], view)

    def _ask(self, request: list[Any], view: memoryview | None = None) -> dict[str, Any]:
        try:
            with reachable(self._path):
                most = self._path.stat().st_size * _MOST_TIMES + _MOST_BESIDES
            with _LOCK:
                if not (self._process and self._process.is_running):
                    self._process = _start(self._path)
                answer = self._process.ask(request, seconds=SECONDS, most=most, view=view)
        except OSError as error:
            raise DataError(f"{self._path} cannot be read: {reason_of(error)}") from error
        except ProcessEndedError as error:
            does = "finds no end of it" if error.is_late else "takes too much memory, or crashes"
            raise DataError(
                f"{self._path} cannot be read: it is damaged, and the HDF5 library {does}"
            ) from error
        if "error" in answer:
            raise DataError(f"{self._path}{answer['error']}")
        return answer


def _start(path: Path) -> OwnProcess:
    """A process that has a file open, in the place of the oldest if there are too many."""
    _running[:] = [process for process in _running if process.is_running]
    if len(_running) == _MOST_PROCESSES:
        _running.pop(0).end()
    process = OwnProcess(_PROGRAM, str(path))
    _running.append(process)
    return process
