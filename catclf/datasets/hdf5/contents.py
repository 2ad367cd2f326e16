"""What an HDF5 file holds of what the course's files and packed files have."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.hdf5.library import Library
from catclf.datasets.hdf5.plain_file import open_plain
from catclf.datasets.hdf5.simple import NotSimpleError, simple_contents
from catclf.datasets.hdf5.stored_array import StoredArray
from catclf.errors import DataError, reason_of
from catclf.urls import reachable

PACKED = "catclf"
"""Name of the attribute, a JSON text, that says how `catclf pack` made a file."""

PREFIXES = {"train_set": "train", "validation_set": "validation", "test_set": "test"}
"""How the names of a split's arrays begin, before `_x` and `_y`; and the split."""

_NAMES = (
    "list_classes",
    "class_names",
    *(f"{p}_{part}" for p in PREFIXES for part in ("x", "y", "class", "names", "fingerprints")),
)

# A hundred thousand names of files as long as they can be.
_LARGEST_LIST = 2**28


@dataclass(frozen=True)
class Contents:
    """What a file holds."""

    path: Path
    packed: str | None
    """The text of a file that `catclf pack` made."""
    arrays: dict[str, StoredArray]
    library: Library

    def read(self, name: str) -> NDArray[Any]:
        """Labels, names or fingerprints, in memory.

        Raises
        ------
        DataError
            If they cannot be read, or are too many.
        """
        array = self.arrays[name]
        if array.nbytes > _LARGEST_LIST:
            raise DataError(
                f"{self.path}: {name} is larger than {_LARGEST_LIST >> 20} MB; divide the file"
            )
        values = np.empty(array.shape, array.dtype)
        view = values.reshape(-1).view(np.uint8).data
        if array.offsets is None:
            self.library.fill(view, name, 0, array.shape[0] if array.shape else 1)
        elif values.size:
            file = open_plain(self.path)
            array.fill(view, file, 0)
            file.close()
        return values


def contents_of(path: Path) -> Contents:
    """Find out what a file holds.

    Raises
    ------
    DataError
        If it cannot be read as HDF5, or an array claims more than is in the file.
    """
    library = Library(path)
    try:
        with reachable(path):
            file = open_plain(path)
            try:
                packed, arrays = simple_contents(file, _NAMES, PACKED)
            except NotSimpleError:
                packed, arrays = library.contents(list(_NAMES), PACKED)
            finally:
                file.close()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {reason_of(error)}") from error
    for name, array in arrays.items():
        if not array.lies_within(file.size):
            raise DataError(f"{path} is damaged or truncated: {name} lies beyond its end")
    return Contents(path, packed, arrays, library)
