"""Images that stay in their HDF5 file, and are read a slice at a time."""

import os
import weakref
from pathlib import Path
from typing import Any

import numpy as np

from catclf.errors import DataError
from catclf.images.preprocessing import Images


class StoredImages:
    """PerceptualHashes like the array (m, 64, 64, 3) of uint8 that it would be in memory.

    Several threads may read at once. Where the bytes lie in the file as they are, they are read
    around the HDF5 library, which lets one thread in at a time.

    Parameters
    ----------
    path : Path
        The file, for error messages.
    array : h5py.Dataset
        The images. Its file stays open as long as this object is in use.
    """

    dtype = np.dtype(np.uint8)

    def __init__(self, path: Path, array: Any) -> None:
        self._path, self._array = path, array
        self.shape: tuple[int, int, int, int] = array.shape
        self._bytes_of_one = int(np.prod(self.shape[1:]))
        self._batch, self._offsets = _places(array)
        self._descriptor = os.open(path, os.O_RDONLY) if self._offsets else -1
        if self._offsets:
            weakref.finalize(self, os.close, self._descriptor)

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def nbytes(self) -> int:
        """Size that the array would have in memory."""
        return len(self) * self._bytes_of_one

    def __getitem__(self, rows: slice) -> Images:
        start, stop, step = rows.indices(len(self))
        if step != 1:
            return np.concatenate([self[i : i + 1] for i in range(start, stop, step)])
        images = np.empty((max(stop - start, 0), *self.shape[1:]), np.uint8)
        if not self._offsets:
            self._read_through_hdf5(images, start, stop)
            return images
        while start < stop:
            batch, place = divmod(start, self._batch)
            end = min(stop, (batch + 1) * self._batch)
            self._read(
                images[len(images) - (stop - start) :][: end - start],
                self._offsets[batch] + place * self._bytes_of_one,
            )
            start = end
        return images

    def _read(self, images: Images, offset: int) -> None:
        view = memoryview(images.data).cast("B")
        while view:
            try:
                count = os.preadv(self._descriptor, [view], offset)
            except OSError as error:
                raise DataError(f"{self._path} cannot be read: {error.strerror}") from error
            if not count:
                raise DataError(f"{self._path} is cut short")
            view, offset = view[count:], offset + count

    def _read_through_hdf5(self, images: Images, start: int, stop: int) -> None:
        try:
            if len(images):
                self._array.read_direct(images, np.s_[start:stop])
        except (OSError, RuntimeError) as error:
            raise DataError(f"{self._path} cannot be read: its images are damaged") from error


def _places(array: Any) -> tuple[int, dict[int, int]]:
    """How many images lie together, and at which byte of the file each such batch begins.

    No batches, where the bytes are compressed or otherwise not just there, or where the system
    cannot read from several places of a file at once.
    """
    nowhere: tuple[int, dict[int, int]] = (1, {})
    if not hasattr(os, "preadv") or array.file.userblock_size:
        return nowhere
    if array.chunks is None:
        offset = array.id.get_offset()
        return nowhere if offset is None else (len(array), {0: offset})
    plain = array.id.get_create_plist().get_nfilters() == 0
    if not plain or array.chunks[1:] != array.shape[1:] or not hasattr(array.id, "chunk_iter"):
        return nowhere
    batch = array.chunks[0]
    offsets: dict[int, int] = {}

    def note(chunk: Any) -> None:
        offsets[chunk.chunk_offset[0] // batch] = chunk.byte_offset

    array.id.chunk_iter(note)
    return (batch, offsets) if len(offsets) == -(-len(array) // batch) else nowhere
