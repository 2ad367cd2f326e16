"""Images that stay in their HDF5 file and are read a slice at a time."""

import hashlib
import os
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import numpy as np

from catclf import urls
from catclf.errors import DataError, reason_of
from catclf.images.preprocessing import Images
from catclf.memory import fits
from catclf.rows import Rows
from catclf.storage import require_ordinary
from catclf.urls import is_remote, reachable

_READ = 2**20


class StoredImages:
    """Rows of images (m, 64, 64, 3) of uint8 in a file.

    Several threads may read at once. Where the bytes lie in the file uncompressed, they are read
    without the HDF5 library, which serves one thread at a time.

    Parameters
    ----------
    path : Path
        The file, which stays open as long as this object is in use.
    key : str
        Name of the array of images, which is there.
    sha256 : str, optional
        Of the file; another process that opens it makes sure that it still is.

    Raises
    ------
    DataError
        If the file cannot be read.
    """

    dtype = np.dtype(np.uint8)

    def __init__(self, path: Path, key: str, sha256: str = "") -> None:
        self._path, self._key, self._sha256 = path, key, sha256
        with readable(path):
            array = self._array = open_hdf5(path)[key]
            self.shape: tuple[int, int, int, int] = array.shape
            self._chunks = _plain_chunks(array)
            self._file = _plain_file(path) if self._chunks else None
        self._bytes_of_one = int(np.prod(self.shape[1:]))

    def __reduce__(self) -> tuple[Callable[..., Rows], tuple[Path, str, str]]:
        """Another process opens the file itself."""
        return _opened_elsewhere, (self._path.absolute(), self._key, self._sha256)

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def is_plain(self) -> bool:
        """Whether the bytes lie in the file uncompressed."""
        return self._chunks is not None

    def __getitem__(self, rows: slice) -> Images:
        places = range(len(self))[rows]
        images = np.empty((len(places), *self.shape[1:]), np.uint8)
        if places.step == 1:
            self.read_into(images, places.start)
        else:
            for image, place in zip(images, places, strict=True):
                self.read_into(image[np.newaxis], place)
        return images

    def read_into(self, images: Images, start: int, /) -> None:
        """Fill an array with the images from `start` on."""
        if not self._chunks or not self._file:
            self._read_through_hdf5(images, start)
            return
        done = 0
        for chunk, place, count in pieces(start, len(images), self._chunks.size):
            offset = self._chunks.offsets[chunk] + place * self._bytes_of_one
            self._file.fill(images[done : done + count], offset)
            done += count

    def _read_through_hdf5(self, images: Images, start: int) -> None:
        try:
            if len(images):
                self._array.read_direct(images, np.s_[start : start + len(images)])
        except (OSError, RuntimeError) as error:
            raise DataError(f"{self._path} cannot be read: its images are damaged") from error


def _opened_elsewhere(path: Path, key: str, sha256: str) -> Rows:
    if sha256:
        verify(path, sha256)
    stored = StoredImages(path, key, sha256)
    # What comes over the network is kept, if there is room for it: it is needed on each pass.
    return stored[:] if is_remote(path) and fits(prod(stored.shape)) else stored


def open_hdf5(path: Path) -> Any:
    """Open an HDF5 file to read it, as an h5py.File."""
    import h5py

    require_ordinary(path)
    return h5py.File(path.open("rb") if is_remote(path) else path, "r")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with reachable(path), path.open("rb") as file:
        while content := file.read(_READ):
            digest.update(content)
    return digest.hexdigest()


def verify(path: Path, sha256: str) -> None:
    """Raise `DataError` unless a file is the one that was packed."""
    try:
        found = sha256_of(path)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {reason_of(error)}") from error
    if found != sha256:
        raise DataError(f"{path} has changed since it was packed; pack the images again")


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn the HDF5 library's errors into `DataError`."""
    try:
        with reachable(path):
            yield
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        raise DataError(f"{path} cannot be read as HDF5: {_cause(error)}") from error
    except MemoryError:
        raise DataError(f"{path} has more images than fit in memory") from None


def _cause(error: Exception) -> str:
    """The part of an HDF5 error that a user understands."""
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno).lower()
    # What stands last in parentheses.
    return str(error).strip("'\"").rpartition("(")[2].rstrip(")")


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


class _Chunks(NamedTuple):
    """Where images lie in a file, uncompressed."""

    size: int
    """Images in a chunk."""
    offsets: dict[int, int]
    """For each chunk, its first byte in the file."""


def _plain_chunks(array: Any) -> _Chunks | None:
    """Where an array's images lie, or None where the file does not simply hold their bytes."""
    if array.file.userblock_size:
        return None
    if array.chunks is None:
        offset = array.id.get_offset()
        return None if offset is None else _Chunks(len(array), {0: offset})
    is_plain = array.id.get_create_plist().get_nfilters() == 0
    if not is_plain or array.chunks[1:] != array.shape[1:] or not hasattr(array.id, "chunk_iter"):
        return None
    size = array.chunks[0]
    offsets: dict[int, int] = {}

    def note(chunk: Any) -> None:
        offsets[chunk.chunk_offset[0] // size] = chunk.byte_offset

    array.id.chunk_iter(note)
    is_complete = len(offsets) == -(-len(array) // size)
    return _Chunks(size, offsets) if is_complete else None


def _plain_file(path: Path) -> "_PlainFile | _RemoteFile":
    return _RemoteFile(path) if is_remote(path) else _PlainFile(path)


class _RemoteFile:
    """A file in object storage."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def fill(self, images: Images, offset: int) -> None:
        """Fill an array with the bytes from an offset on."""
        urls.fill(memoryview(images.data).cast("B"), self._path, offset)


class _PlainFile:
    """A file that several threads read from at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("rb", buffering=0)
        self._state = self._size_and_time()
        self._lock = Lock()
        weakref.finalize(self, self._file.close)

    def fill(self, images: Images, offset: int) -> None:
        """Fill an array with the bytes from an offset on."""
        view = memoryview(images.data).cast("B")
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
