"""Images that stay in their HDF5 file and are read a slice at a time."""

import hashlib
from collections.abc import Callable
from math import prod
from pathlib import Path

import numpy as np

from catclf.datasets.hdf5.library import Library
from catclf.datasets.hdf5.plain_file import open_plain
from catclf.datasets.hdf5.stored_array import StoredArray
from catclf.errors import DataError, reason_of
from catclf.images.preprocessing import Images
from catclf.memory import fits
from catclf.rows import Rows
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
        Name of the array of images.
    array : StoredArray
        Where they lie.
    sha256 : str, optional
        Of the file; another process that opens it makes sure that it still is.

    Raises
    ------
    DataError
        If the file cannot be read.
    """

    dtype = np.dtype(np.uint8)

    def __init__(self, path: Path, key: str, array: StoredArray, sha256: str = "") -> None:
        self._path, self._key, self._array, self._sha256 = path, key, array, sha256
        self.shape = array.shape
        try:
            self._file = open_plain(path) if self.is_plain else None
        except OSError as error:
            raise DataError(f"{path} cannot be read: {reason_of(error)}") from error
        self._library = Library(path)

    def __reduce__(self) -> tuple[Callable[..., Rows], tuple[Path, str, StoredArray, str]]:
        """Another process opens the file itself."""
        return _opened_elsewhere, (self._path.absolute(), self._key, self._array, self._sha256)

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def is_plain(self) -> bool:
        """Whether the bytes lie in the file uncompressed."""
        return self._array.offsets is not None

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
        if not len(images):
            return
        view = memoryview(images.data).cast("B")
        if self._file:
            self._array.fill(view, self._file, start)
        else:
            self._library.fill(view, self._key, start, start + len(images))


def _opened_elsewhere(path: Path, key: str, array: StoredArray, sha256: str) -> Rows:
    if sha256:
        verify(path, sha256)
    stored = StoredImages(path, key, array, sha256)
    # What comes over the network is kept, if there is room for it: it is needed on each pass.
    return stored[:] if is_remote(path) and fits(prod(stored.shape)) else stored


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
