"""HDF5 files in the layout of the course: `train_set_x`, `train_set_y`, `list_classes`."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from catclf.datasets.dataset import Progress, Skipped
from catclf.errors import DataError
from catclf.images import PictureRecipe, Pictures, resize_pictures

_SPLITS = {"train_set": "train", "test_set": "test"}

# Deflate, the strongest of HDF5's usual compressions, makes data at most 1032 times smaller. A file
# that claims more holds nothing but the claim.
_LARGEST_COMPRESSION = 1032


@dataclass(frozen=True)
class Hdf5Split:
    """The pictures and labels of one split of an HDF5 file."""

    path: Path
    prefix: str
    """`train_set` or `test_set`."""
    classes: list[str]
    """Class of each picture."""

    def class_names(self) -> Counter[str]:
        """Names of the classes, with the number of pictures of each."""
        return Counter(self.classes)

    def load(
        self, recipe: PictureRecipe, progress: Progress | None
    ) -> tuple[Pictures, list[str], list[str], list[Skipped]]:
        """Read the pictures, and resize them unless they are 64 × 64."""
        with _opened(self.path) as file:
            pictures = resize_pictures(file[f"{self.prefix}_x"][:], recipe)
        if progress:
            progress(len(pictures), len(pictures))
        names = [f"{self.path}[{self.prefix}_x {i}]" for i in range(len(pictures))]
        return pictures, self.classes, names, []


def labelled_splits(path: Path) -> dict[str, Hdf5Split]:
    """Splits in an HDF5 file; pictures are not read yet.

    Parameters
    ----------
    path : Path
        An HDF5 file with `train_set_x` (m, h, w, 3) of uint8 and `train_set_y` (m,), or
        `test_set_…` alike, or both; and, if it has class names, `list_classes`, in the order of
        the labels.

    Returns
    -------
    dict
        "train" and "test", or one of them.

    Raises
    ------
    DataError
        If the file is no such file, is damaged, or if lengths, types or labels do not fit.
    """
    with _opened(path) as file:
        splits = {
            split: Hdf5Split(path, prefix, _class_of_each(path, file, prefix))
            for prefix, split in _SPLITS.items()
            if {f"{prefix}_x", f"{prefix}_y"} & set(file)
        }
    if not splits:
        raise DataError(f"{path} has neither train_set_x nor test_set_x, as the course's files do")
    return splits


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    import h5py

    try:
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        # What the HDF5 library says is long and of its inner life; the last part is the gist.
        reason = str(error).strip("'\"").split("(")[-1].rstrip(")")
        raise DataError(f"{path} cannot be read as HDF5: {reason}") from error
    except MemoryError:
        raise DataError(f"{path} holds more pictures than fit into memory") from None


def _class_of_each(path: Path, file: Any, prefix: str) -> list[str]:
    x, y = (_array(path, file, f"{prefix}_{letter}") for letter in "xy")
    if x.ndim != 4 or x.shape[3] != 3 or x.dtype != np.uint8 or 0 in x.shape[1:]:
        raise DataError(
            f"{path}: {prefix}_x is {x.shape} of {x.dtype}; expected pictures "
            "(m, height, width, 3) of uint8"
        )
    if y.dtype.kind not in "iufb":
        raise DataError(f"{path}: {prefix}_y is of {y.dtype}; expected the labels 0 and 1")
    labels = np.ravel(y[()])
    if len(labels) != len(x):
        raise DataError(
            f"{path}: {prefix}_x has {len(x)} pictures, but {prefix}_y has {len(labels)} labels"
        )
    names = _class_list(path, file)
    known = np.arange(len(names)) if names else np.array([0, 1])
    wrong = labels[~np.isin(labels, known)]
    if len(wrong):
        raise DataError(
            f"{path}: {prefix}_y has the label {wrong[0]}; labels must be 0 or 1"
            + (f", or up to {len(names) - 1} as list_classes names them" if len(names) > 2 else "")
        )
    return [names[int(label)] if names else str(int(label)) for label in labels]


def _array(path: Path, file: Any, key: str) -> Any:
    import h5py

    # A link could lead to another file, or to a pipe that never answers; so could storage outside.
    is_here = isinstance(file.get(key, getlink=True), h5py.HardLink)
    array = file[key] if is_here else None
    if not isinstance(array, h5py.Dataset) or array.external or array.is_virtual:
        raise DataError(f"{path} has no array {key} of its own")
    if array.nbytes > _LARGEST_COMPRESSION * array.id.get_storage_size():
        raise DataError(f"{path}: {key} claims {array.nbytes} bytes, more than the file can hold")
    return array


def _class_list(path: Path, file: Any) -> list[str]:
    if "list_classes" not in set(file):
        return []
    names = np.ravel(_array(path, file, "list_classes")[()])
    return [
        name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name) for name in names
    ]
