"""Any data set in one HDF5 file that is quick to read."""

import json
import os
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from catclf.datasets.dataset import WHOLE, Batch, Skipped, Tally
from catclf.datasets.hdf5.contents import PACKED, PREFIXES
from catclf.datasets.source import Source, refuse
from catclf.errors import DataError
from catclf.images.fingerprints import Fingerprints
from catclf.images.preprocessing import SIDE, Preprocessing
from catclf.progress import Progress
from catclf.storage import written_whole
from catclf.urls import is_remote

# Bytes in a chunk of the file, about the best size for one read: 128 images of 64 × 64.
_CHUNK = 128 * SIDE * SIDE * 3

_PREFIX_OF_SPLIT = {split: prefix for prefix, split in PREFIXES.items()}


class Packed(NamedTuple):
    """What was packed."""

    images: dict[str, dict[str, int]]
    """For each split, the number of images of each class, the positive one first."""
    skipped: list[Skipped]
    """Unreadable files."""


def pack(
    source: Source,
    path: str | Path,
    preprocessing: Preprocessing | None = None,
    *,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> Packed:
    """Write all splits of a data set to one HDF5 file, without holding them in memory.

    The file has the course's layout: `train_set_x` (m, side, side, 3) of uint8, `train_set_y` (m,)
    with 1 for the positive class, likewise `test_set_…`, and `list_classes`. In addition,
    `train_set_names` holds the images' files and `train_set_class` positions in `class_names`,
    which may be more than two classes; `train_set_fingerprints`, unless the side is 64, those of
    the images at 64 × 64; the attribute `catclf` says how the file was made. A data set without
    splits becomes `train_set_…`.

    Parameters
    ----------
    source : Source
        The data set.
    path : str or Path
        The file. An old one stays as it is until the new one is complete.
    preprocessing : Preprocessing, optional
        How to bring images to side × side; by default as the course does, or as they were packed.
    skip_bad : bool
        Skip unreadable files instead of stopping.
    progress : callable, optional
        Called with the number of images done and the number of all.

    Returns
    -------
    Packed
        What is in the file, and what was skipped.

    Raises
    ------
    DataError
        If there are unreadable files and `skip_bad` is off, or a split has no usable images.
    OutputError
        If the file cannot be written.
    """
    import h5py

    preprocessing = preprocessing or source.packed or Preprocessing()
    tally = Tally(progress, source.class_names().total())
    packed = Packed({}, [])
    with written_whole(Path(path)) as output:
        disk = _Disk(output)
        with h5py.File(disk, "w", libver="earliest") as file:
            _describe(file, source, preprocessing)
            for split, found in source.splits.items():
                writer = _SplitWriter(file, split, found.class_names().total(), preprocessing)
                for batch in found.batches(preprocessing):
                    if not skip_bad:
                        refuse(batch.skipped)
                    packed.skipped.extend(batch.skipped)
                    writer.write(batch)
                    disk.raise_error()
                    tally.add(batch)
                packed.images[split] = writer.finish(source)
        disk.raise_error()
    return packed


def _describe(file: Any, source: Source, preprocessing: Preprocessing) -> None:
    """Write how the file was made, and the names of the classes."""
    meta = {"pictures": preprocessing.to_dict(), "undivided": WHOLE in source.splits}
    # Texts of a fixed length: then the file is of the simple kind, which needs no HDF5 library.
    file.attrs[PACKED] = np.bytes_(json.dumps(meta))
    file["class_names"] = _texts(sorted(source.class_names()))
    file["list_classes"] = _texts([source.negative, source.positive])


class _SplitWriter:
    """Writes the images of a split, then their labels and names."""

    def __init__(self, file: Any, split: str, most: int, preprocessing: Preprocessing) -> None:
        prefix = _PREFIX_OF_SPLIT.get(split, "train_set")
        shape = (most, *preprocessing.shape)
        images = max(_CHUNK // prod(preprocessing.shape), 1)
        chunks = (min(images, max(most, 1)), *preprocessing.shape)
        self._file, self._prefix = file, prefix
        self._x = file.create_dataset(
            f"{prefix}_x", shape, np.uint8, maxshape=shape, chunks=chunks, fillvalue=None
        )
        self._classes: list[str] = []
        self._names: list[str] = []
        self._prints: list[Fingerprints] | None = [] if preprocessing.side != SIDE else None

    @property
    def count(self) -> int:
        """Images written so far."""
        return len(self._names)

    def write(self, batch: Batch) -> None:
        """Add images."""
        self._x[self.count : self.count + len(batch.names)] = batch.images[:]
        self._classes += batch.classes
        self._names += batch.names
        if self._prints is not None:
            self._prints.append(batch.fingerprints())

    def finish(self, source: Source) -> dict[str, int]:
        """Add labels and names; the number of images of each class, the positive one first."""
        if not self.count:
            raise DataError(f"{source.path}: {self._prefix} has no usable images")
        self._x.resize(self.count, axis=0)
        y = np.array([name in source.positive_classes for name in self._classes], np.int64)
        place = {name: i for i, name in enumerate(sorted(source.class_names()))}
        self._file[f"{self._prefix}_y"] = y
        self._file[f"{self._prefix}_class"] = np.array([place[name] for name in self._classes])
        folder = source.path if source.path.is_dir() else source.path.parent
        self._file[f"{self._prefix}_names"] = _texts(
            [name_below(folder, name) for name in self._names]
        )
        if self._prints is not None:
            self._file[f"{self._prefix}_fingerprints"] = np.concatenate(self._prints)
        positive = int(y.sum())
        return {source.positive: positive, source.negative: self.count - positive}


def name_below(folder: Path, name: str) -> str:
    """A file's path below a folder, with forward slashes on every system; a URL as it is.

    Of a file elsewhere only its name remains: the folders above are nobody's business.
    """
    if is_remote(folder):
        return name
    try:
        path = Path(os.path.relpath(name, folder))
    except ValueError:  # on Windows, another drive
        path = Path("..")
    return Path(name).name if path.parts[:1] == ("..",) else path.as_posix()


def _texts(texts: list[str]) -> Any:
    return np.array([text.encode("utf-8", "surrogateescape") for text in texts], np.bytes_)


class _Disk:
    """A file for the HDF5 library to write to, which hides errors and signals from it.

    The library ends the process when it cannot write its buffers. So an error is kept until
    `raise_error` is called, and what the library writes in between is lost.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._error: BaseException | None = None
        self.read, self.tell = file.read, file.tell
        self.readinto = getattr(file, "readinto", None)

    def write(self, data: Any) -> int:
        """Write, or pretend to."""
        self._attempt(self._file.write, data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to an offset, or pretend to."""
        self._attempt(self._file.seek, offset, whence)
        return offset

    def truncate(self, size: int) -> int:
        """Set the file's size, or pretend to."""
        self._attempt(self._file.truncate, size)
        return size

    def flush(self) -> None:
        """Write the buffer, or pretend to."""
        self._attempt(self._file.flush)

    def _attempt(self, operation: Callable[..., Any], *arguments: Any) -> None:
        if not self._error:
            try:
                operation(*arguments)
            except BaseException as error:
                self._error = error

    def raise_error(self) -> None:
        """Raise the error that was kept, if any."""
        if self._error:
            raise self._error
