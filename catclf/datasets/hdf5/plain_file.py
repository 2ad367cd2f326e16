"""A file from which several threads read bytes at offsets."""

import os
import weakref
from pathlib import Path
from threading import Lock

from catclf import urls
from catclf.errors import DataError, reason_of
from catclf.storage import require_ordinary
from catclf.urls import is_remote, reachable


class PlainFile:
    """A file on a disk.

    Parameters
    ----------
    path : Path
        The file, which stays open as long as this object is in use.

    Raises
    ------
    DataError
        If it is a pipe, a device or a folder.
    OSError
        If it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        require_ordinary(path)
        self._path = path
        self._file = path.open("rb", buffering=0)
        self._state = self._size_and_time()
        self._lock = Lock()
        self.close = weakref.finalize(self, self._file.close)

    @property
    def size(self) -> int:
        """In bytes."""
        return self._state[0]

    def fill(self, view: memoryview, offset: int) -> None:
        """Fill a view of bytes with those from an offset on.

        Raises
        ------
        DataError
            If they cannot be read, are not there, or have changed since the file was opened.
        """
        while view:
            try:
                count = self._read(view, offset)
            except OSError as error:
                raise DataError(f"{self._path} cannot be read: {reason_of(error)}") from error
            if not count:
                raise DataError(f"{self._path} is truncated")
            view, offset = view[count:], offset + count
        if self._size_and_time() != self._state:
            raise DataError(f"{self._path} has changed while it was in use; start again")

    def _size_and_time(self) -> tuple[int, int]:
        state = os.fstat(self._file.fileno())
        return state.st_size, state.st_mtime_ns

    def _read(self, view: memoryview, offset: int) -> int:
        """Read some bytes at an offset into a view; how many."""
        count: int
        if hasattr(os, "preadv"):
            count = os.preadv(self._file.fileno(), [view], offset)
            return count
        with self._lock:  # on Windows, threads share the file's one position
            self._file.seek(offset)
            count = self._file.readinto(view)
            return count


class RemoteFile:
    """The same of a file in object storage."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with reachable(path):
            self.size = path.stat().st_size

    def close(self) -> None:
        """Do nothing: no file is open."""

    def fill(self, view: memoryview, offset: int) -> None:
        """Fill a view of bytes with those from an offset on."""
        urls.fill(view, self._path, offset)


def open_plain(path: Path) -> PlainFile | RemoteFile:
    """Open a file, wherever it is."""
    return RemoteFile(path) if is_remote(path) else PlainFile(path)
