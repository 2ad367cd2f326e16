"""The HDF5 library in a process of its own, so that what crashes or hangs is not this one."""

import json
import subprocess
import weakref
from contextlib import suppress
from pathlib import Path
from threading import Event, RLock, Timer
from typing import Any

import numpy as np

from catclf import own_process
from catclf.datasets.hdf5.stored_array import StoredArray
from catclf.errors import DataError, reason_of
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
_running: list["_Process"] = []


class Library:
    """The library, open on one file. It is started when it is needed.

    Parameters
    ----------
    path : Path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process: _Process | None = None

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
                if self._process not in _running:
                    self._process = _Process(self._path)
                answer = self._process.ask(request, most, view)
        except OSError as error:
            raise DataError(f"{self._path} cannot be read: {reason_of(error)}") from error
        if "error" in answer:
            raise DataError(f"{self._path}{answer['error']}")
        return answer


class _Process:
    """A process that has a file open."""

    def __init__(self, path: Path) -> None:
        if len(_running) == _MOST_PROCESSES:
            _running[0].end()
        self._process = subprocess.Popen(
            own_process.command(_PROGRAM, str(path)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=own_process.environment() | {"OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,  # an interrupt is for this process, which ends that one
        )
        self._finalize = weakref.finalize(self, _end, self._process)
        _running.append(self)

    def end(self) -> None:
        """End the process."""
        _running.remove(self)
        self._finalize()

    def ask(self, request: list[Any], most: int, view: memoryview | None) -> dict[str, Any]:
        """Send a request; its answer, and its bytes in a view."""
        is_late = Event()

        def give_up() -> None:
            is_late.set()
            self._process.kill()

        timer = Timer(SECONDS, give_up)
        timer.daemon = True
        timer.start()
        is_whole = False
        try:
            answer = self._exchange(json.dumps(request).encode() + b"\n", most, view)
            is_whole = answer is not None
        finally:
            timer.cancel()
            if not is_whole:  # after an interrupt too: what it may say later answers nothing
                self.end()
        if answer is None:
            does = "finds no end of it" if is_late.is_set() else "takes too much memory, or crashes"
            return {"error": f" cannot be read: it is damaged, and the HDF5 library {does}"}
        return answer

    def _exchange(
        self, request: bytes, most: int, view: memoryview | None
    ) -> dict[str, Any] | None:
        """None if the process ended."""
        assert self._process.stdin
        assert self._process.stdout
        try:
            self._process.stdin.write(request)
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        line = self._process.stdout.readline(most)
        if not line.endswith(b"\n"):
            return None
        answer: dict[str, Any] = json.loads(line)
        if view is None or "error" in answer:
            return answer
        count = self._process.stdout.readinto(view)  # type: ignore[attr-defined]
        return answer if count == len(view) else None


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with suppress(OSError):
                pipe.close()
