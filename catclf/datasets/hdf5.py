"""HDF5 files in the layout of the course: `train_set_x`, `train_set_y`, `list_classes`."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from catclf.datasets.dataset import WHOLE, Batch, Progress, in_memory
from catclf.datasets.stored import StoredImages
from catclf.errors import DataError, SettingsError
from catclf.images.preprocessing import Preprocessing

PREFIXES = {"train_set": "train", "validation_set": "validation", "test_set": "test"}
"""How the arrays of a split are called, before `_x` and `_y`, and the split."""

PACKED = "catclf"
"""Name of the attribute, a JSON text, that tells how `catclf pack` made a file."""

# Deflate, the strongest of HDF5's usual compressions, makes data at most 1032 times smaller. A file
# that claims more holds nothing but the claim.
_LARGEST_COMPRESSION = 1032


# More bytes of images than this stay in the file, and are read on each pass.
_IN_MEMORY = 100 * 10**6

_BATCH = 256


@dataclass(frozen=True)
class Hdf5Split:
    """The images and labels of one split of an HDF5 file."""

    path: Path
    prefix: str
    """`train_set`, for instance."""
    classes: list[str]
    """Class of each image."""
    names: list[str]
    """Where each image came from."""
    preprocessing: Preprocessing | None
    """By which the images were brought to 64 × 64, if `catclf pack` has done so."""

    def class_names(self) -> Counter[str]:
        """Names of the classes, with the number of images of each."""
        return Counter(self.classes)

    def files(self) -> tuple[()]:
        """None: the images lie together."""
        return ()

    def batches(self, preprocessing: Preprocessing) -> Iterator[Batch]:
        """Read the images, and resize them unless they are 64 × 64."""
        stored = self._opened(preprocessing)
        for start in range(0, len(stored), _BATCH):
            here = slice(start, start + _BATCH)
            images = stored[here]
            if images.shape[1:] != preprocessing.shape:
                from catclf.images.decode import resize_images

                images = resize_images(images, preprocessing)
            yield Batch(images, self.classes[here], self.names[here], [])

    def load(self, preprocessing: Preprocessing, progress: Progress | None) -> Batch:
        """All images; if they need no work and are many, left in the file until they are used."""
        stored = self._opened(preprocessing)
        if stored.shape[1:] == preprocessing.shape and stored.nbytes > _IN_MEMORY:
            return Batch(stored, self.classes, self.names, [])
        return in_memory(self, preprocessing, progress)

    def _opened(self, preprocessing: Preprocessing) -> StoredImages:
        import h5py

        if self.preprocessing and self.preprocessing != preprocessing:
            raise DataError(
                f"{self.path} was packed with --resize {self.preprocessing.resize}, but "
                f"{preprocessing.resize} is needed; "
                f"pack the images again with --resize {preprocessing.resize}"
            )

        with _readable(self.path):
            # Closed when the images are not in use any more.
            return StoredImages(self.path, h5py.File(self.path, "r")[f"{self.prefix}_x"])


def labelled_splits(path: Path) -> dict[str, Hdf5Split]:
    """Splits in an HDF5 file; images are not read yet.

    Parameters
    ----------
    path : Path
        An HDF5 file with `train_set_x` (m, h, w, 3) of uint8 and `train_set_y` (m,), and
        `test_set_…` alike, or one of them; and, if it has class names, `list_classes`, in the order
        of the labels. What `catclf pack` adds to that is used where it is there.

    Returns
    -------
    dict
        "train", "validation" and "test", or some of them; or "all".

    Raises
    ------
    DataError
        If the file is no such file, is damaged, or if lengths, types or labels do not fit.
    """
    import h5py

    with _readable(path), h5py.File(path, "r") as file:
        preprocessing, undivided = _packed(path, file)
        splits = {
            WHOLE if undivided else split: Hdf5Split(
                path,
                prefix,
                _class_of_each(path, file, prefix),
                _names(path, file, prefix),
                preprocessing,
            )
            for prefix, split in PREFIXES.items()
            if {f"{prefix}_x", f"{prefix}_y"} & set(file)
        }
    if not splits:
        raise DataError(f"{path} has neither train_set_x nor test_set_x, as the course's files do")
    return splits


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        # What the HDF5 library says is long and of its inner life; the last part is the gist.
        reason = str(error).strip("'\"").split("(")[-1].rstrip(")")
        raise DataError(f"{path} cannot be read as HDF5: {reason}") from error
    except MemoryError:
        raise DataError(f"{path} holds more images than fit into memory") from None


def _packed(path: Path, file: Any) -> tuple[Preprocessing | None, bool]:
    """The preprocessing of a file that `catclf pack` made, and whether its data is undivided."""
    if PACKED not in file.attrs:
        return None, False
    try:
        meta = json.loads(file.attrs[PACKED])
        return Preprocessing.from_dict(meta["pictures"]), bool(meta["undivided"])
    except (SettingsError, ValueError, KeyError, TypeError):
        raise DataError(
            f"{path} was packed in a way that this version does not know; upgrade catclf"
        ) from None


def _names(path: Path, file: Any, prefix: str) -> list[str]:
    """Where each image came from: its file if the packed file tells, or its place here."""
    count = len(file[f"{prefix}_x"])
    if f"{prefix}_names" not in set(file):
        return [f"{path}[{prefix}_x {i}]" for i in range(count)]
    names = _texts(_array(path, file, f"{prefix}_names"))
    if len(names) != count:
        raise DataError(f"{path}: {prefix}_x has {count} images, but {len(names)} names")
    return [f"{path}[{name}]" for name in names]


def _class_of_each(path: Path, file: Any, prefix: str) -> list[str]:
    x, y = (_array(path, file, f"{prefix}_{letter}") for letter in "xy")
    if x.ndim != 4 or x.shape[3] != 3 or x.dtype != np.uint8 or 0 in x.shape[1:]:
        raise DataError(
            f"{path}: {prefix}_x is {x.shape} of {x.dtype}; expected images "
            "(m, height, width, 3) of uint8"
        )
    if y.dtype.kind not in "iufb":
        raise DataError(f"{path}: {prefix}_y is of {y.dtype}; expected the labels 0 and 1")
    labels = np.ravel(y[()])
    if len(labels) != len(x):
        raise DataError(
            f"{path}: {prefix}_x has {len(x)} images, but {prefix}_y has {len(labels)} labels"
        )
    if f"{prefix}_class" in set(file):  # more than the two classes of the course's layout
        labels = np.ravel(_array(path, file, f"{prefix}_class")[()])
        names = _texts(_array(path, file, "class_names"))
        if len(labels) != len(x) or labels.dtype.kind not in "iu":
            raise DataError(f"{path}: {prefix}_class does not fit {prefix}_x")
    elif "list_classes" in set(file):
        names = _texts(_array(path, file, "list_classes"))
    else:
        names = []
    known = (labels >= 0) & (labels < (len(names) or 2)) & (labels == np.floor(labels))
    wrong = labels[~known]
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


def _texts(array: Any) -> list[str]:
    return [
        text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else str(text)
        for text in np.ravel(array[()])
    ]
