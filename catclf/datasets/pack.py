"""Any data set into one HDF5 file, ready to be read again and again."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from catclf.datasets.dataset import WHOLE, Batch, Progress, Skipped
from catclf.datasets.hdf5 import PACKED, PREFIXES
from catclf.datasets.source import Source, refuse
from catclf.errors import DataError
from catclf.images.preprocessing import Preprocessing
from catclf.storage import written_whole

# Images that lie together in the file: 1.5 MB, about what one read takes at best.
_CHUNK = 128


class Packed(NamedTuple):
    """What has been packed."""

    images: dict[str, dict[str, int]]
    """For each split, the number of images of each class, the positive one first."""
    skipped: list[Skipped]
    """Files that are no images."""


def pack(
    source: Source,
    path: str | Path,
    preprocessing: Preprocessing | None = None,
    *,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> Packed:
    """Write all splits of a data set to one HDF5 file, without holding them in memory.

    The file has the course's layout: `train_set_x` (m, 64, 64, 3) of uint8, `train_set_y` (m,) with
    1 for the positive class, `test_set_…` alike, and `list_classes`. Beside them are
    `train_set_names`, the images' files, and `train_set_class`, places in `class_names`, where
    there may be more than two classes; the attribute `catclf` tells how it was made. What is not
    divided into splits becomes `train_set_…`.

    Parameters
    ----------
    source : Source
        The data set.
    path : str or Path
        The file. An old one stays as it is until the new one is complete.
    preprocessing : Preprocessing, optional
        How to bring images to 64 × 64.
    skip_bad : bool
        Leave out files that are no images instead of stopping.
    progress : callable, optional
        Told how many images are done.

    Returns
    -------
    Packed
        What is in the file, and what was left out.

    Raises
    ------
    DataError
        If there are files that are no images and `skip_bad` is off, or no images in a split.
    OutputError
        If the file cannot be written.
    """
    import h5py

    preprocessing = preprocessing or source.preprocessing
    classes = sorted(source.class_names())
    total = source.class_names().total()
    done = 0
    packed = Packed({}, [])
    with written_whole(Path(path)) as output:
        disk = _Disk(output)
        with h5py.File(disk, "w") as file:
            meta = {"pictures": preprocessing.to_dict(), "undivided": WHOLE in source.splits}
            file.attrs[PACKED] = json.dumps(meta)
            file["class_names"] = _texts(classes)
            file["list_classes"] = _texts([f"non-{source.positive}", source.positive])
            for split, found in source.splits.items():
                into = _SplitWriter(file, _prefix(split), found.class_names().total())
                for batch in found.batches(preprocessing):
                    if not skip_bad:
                        refuse(batch.skipped)
                    packed.skipped.extend(batch.skipped)
                    into.write(batch)
                    disk.raise_error()
                    done += len(batch.names) + len(batch.skipped)
                    if progress:
                        progress(min(done, total), total)
                positive = into.finish(source, classes)
                packed.images[split] = {
                    source.positive: positive,
                    f"non-{source.positive}": into.count - positive,
                }
        disk.raise_error()
    return packed


class _SplitWriter:
    """Writes the images of a split, and then what is known of them."""

    def __init__(self, file: Any, prefix: str, most: int) -> None:
        shape = (most, *Preprocessing().shape)
        chunks = (min(_CHUNK, max(most, 1)), *shape[1:])
        self._file, self._prefix = file, prefix
        self._x = file.create_dataset(
            f"{prefix}_x", shape, np.uint8, maxshape=shape, chunks=chunks, fillvalue=None
        )
        self._classes: list[str] = []
        self._names: list[str] = []

    @property
    def count(self) -> int:
        """Images written so far."""
        return len(self._names)

    def write(self, batch: Batch) -> None:
        """Add images."""
        self._x[self.count : self.count + len(batch.names)] = batch.images[:]
        self._classes += batch.classes
        self._names += batch.names

    def finish(self, source: Source, classes: list[str]) -> int:
        """Add labels and names; the number of positive images."""
        if not self.count:
            raise DataError(f"{source.path}: no image of {self._prefix} can be used")
        self._x.resize(self.count, axis=0)
        y = np.array([name in source.positive_classes for name in self._classes], np.int64)
        place = {name: i for i, name in enumerate(classes)}
        self._file[f"{self._prefix}_y"] = y
        self._file[f"{self._prefix}_class"] = np.array([place[name] for name in self._classes])
        folder = source.path if source.path.is_dir() else source.path.parent
        self._file[f"{self._prefix}_names"] = _texts(
            [os.path.relpath(name, folder) for name in self._names]
        )
        return int(y.sum())


def _prefix(split: str) -> str:
    names = {name: prefix for prefix, name in PREFIXES.items()}
    return names.get(split, "train_set")


def _texts(texts: list[str]) -> Any:
    return np.array([text.encode("utf-8", "surrogateescape") for text in texts], np.bytes_)


class _Disk:
    """A file for the HDF5 library to write to, which keeps the system's errors from it.

    The library ends the process when it cannot write what it still has in its buffers. So an error
    is kept until `raise_error` is called, and what the library does meanwhile comes to nothing.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._error: OSError | None = None
        self.read, self.tell = file.read, file.tell
        self.readinto = getattr(file, "readinto", None)

    def write(self, data: Any) -> int:
        """Write, or pretend to."""
        self._attempt(self._file.write, data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place, or pretend to."""
        self._attempt(self._file.seek, offset, whence)
        return offset

    def truncate(self, size: int) -> int:
        """Make the file so long, or pretend to."""
        self._attempt(self._file.truncate, size)
        return size

    def flush(self) -> None:
        """Write what is in the file's buffer, or pretend to."""
        self._attempt(self._file.flush)

    def _attempt(self, operation: Callable[..., Any], *arguments: Any) -> None:
        if not self._error:
            try:
                operation(*arguments)
            except OSError as error:
                self._error = error

    def raise_error(self) -> None:
        """Raise the error that has been kept, if there is one."""
        if self._error:
            raise self._error
