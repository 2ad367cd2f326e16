"""HDF5 files in the layout of the course: `train_set_x`, `train_set_y`, `list_classes`."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.dataset import WHOLE, Batch, in_memory
from catclf.datasets.stored import StoredImages, open_hdf5, readable
from catclf.errors import DataError, SettingsError
from catclf.images.fingerprints import Fingerprints, fingerprints
from catclf.images.preprocessing import SIDE, Images, Preprocessing
from catclf.progress import Progress
from catclf.rows import Joined, Picked, Rows

PREFIXES = {"train_set": "train", "validation_set": "validation", "test_set": "test"}
"""How the names of a split's arrays begin, before `_x` and `_y`; and the split."""

PACKED = "catclf"
"""Name of the attribute, a JSON text, that says how `catclf pack` made a file."""

# Deflate, the strongest of HDF5's usual compressions, makes data at most 1032 times smaller. A file
# that claims more does not hold what it claims.
_LARGEST_COMPRESSION = 1032

_BATCH = 256


@dataclass(frozen=True)
class Hdf5Split:
    """The images and labels of one split of an HDF5 file, or of several that go together."""

    paths: tuple[Path, ...]
    prefix: str
    """`train_set`, for instance."""
    classes: list[str]
    """Class of each image."""
    names: list[str]
    """Where each image came from."""
    preprocessing: Preprocessing | None
    """How `catclf pack` made the images square; None in other files."""
    prints: Fingerprints | None = None
    """Fingerprints (m,) that were packed with the images, which are not 64 × 64."""
    chosen: NDArray[np.intp] | None = None
    """Places (m,) of the images in the file, if these are not all."""
    sha256: tuple[str, ...] = ()
    """Of each file, where an index says so."""

    def subset(self, chosen: NDArray[np.intp]) -> "Hdf5Split":
        """Some of the images, in any order."""
        return replace(
            self,
            classes=[self.classes[i] for i in chosen],
            names=[self.names[i] for i in chosen],
            prints=None if self.prints is None else self.prints[chosen],
            chosen=chosen if self.chosen is None else self.chosen[chosen],
        )

    def class_names(self) -> Counter[str]:
        """Names of the classes and the number of images of each."""
        return Counter(self.classes)

    def files(self) -> tuple[()]:
        """None: one file holds all images."""
        return ()

    @property
    def columns(self) -> dict[str, list[str]]:
        """None."""
        return {}

    def batches(self, preprocessing: Preprocessing) -> Iterator[Batch]:
        """Read the images, resized unless they have the size already."""
        stored = self.rows(preprocessing)
        for start in range(0, len(stored), _BATCH):
            here = slice(start, start + _BATCH)
            images = stored[here]
            prints = None if self.prints is None else self.prints[here]
            if prints is None and preprocessing.side != SIDE:
                prints = fingerprints(_resized(images, preprocessing.at(SIDE)))
            images = _resized(images, preprocessing)
            yield Batch(images, self.classes[here], self.names[here], [], prints)

    def load(
        self,
        preprocessing: Preprocessing,
        progress: Progress | None,
        memory_limit: int,
    ) -> Batch:
        """Load all images, or leave them in the file if they need no work and exceed the limit."""
        stored = self.rows(preprocessing)
        has_prints = preprocessing.side == SIDE or self.prints is not None
        fits = stored.shape[1:] == preprocessing.shape
        if fits and has_prints and prod(stored.shape) > memory_limit:
            return Batch(stored, self.classes, self.names, [], self.prints)
        return in_memory(self.batches(preprocessing), len(stored), preprocessing.shape, progress)

    def rows(self, preprocessing: Preprocessing) -> Rows:
        """The images as they are in the file, once it is known that they can become what is needed.

        Raises
        ------
        DataError
            If they were packed with another preprocessing, or cannot be read.
        """
        if self.preprocessing and self.preprocessing != preprocessing:
            packed, needed = map(_options, (self.preprocessing, preprocessing))
            raise DataError(
                f"{self.paths[0]} was packed with {packed}, but {needed} is needed; pack the "
                f"images again with {needed}"
            )
        digests = self.sha256 or [""] * len(self.paths)
        files = [
            StoredImages(path, f"{self.prefix}_x", sha256)
            for path, sha256 in zip(self.paths, digests, strict=True)
        ]
        rows: Rows = Joined(files) if len(files) > 1 else files[0]
        return rows if self.chosen is None else Picked(rows, self.chosen)


def labelled_splits(path: Path) -> dict[str, Hdf5Split]:
    """Find the splits in an HDF5 file; images are not read yet.

    Parameters
    ----------
    path : Path
        An HDF5 file with `train_set_x` (m, h, w, 3) of uint8 and `train_set_y` (m,), and
        likewise `test_set_…`, or one of them; optionally `list_classes`, the names of the classes
        in the order of the labels. What `catclf pack` adds is used where it exists.

    Returns
    -------
    dict
        "train", "validation" and "test", or some of them; or "all".

    Raises
    ------
    DataError
        If the file has another layout or is damaged, or if lengths, types or labels do not match.
    """
    with readable(path), open_hdf5(path) as file:
        preprocessing, undivided = _packed(path, file)
        splits = {}
        for prefix, split in PREFIXES.items():
            if {f"{prefix}_x", f"{prefix}_y"} & set(file):
                reader = _SplitReader(path, file, prefix)
                splits[WHOLE if undivided else split] = Hdf5Split(
                    (path,),
                    prefix,
                    reader.classes(),
                    reader.names(),
                    preprocessing,
                    reader.fingerprints() if preprocessing else None,
                )
    if not splits:
        raise DataError(
            f"{path} does not have the course's layout: neither train_set_x nor test_set_x"
        )
    return splits


def joined(splits: Sequence[Hdf5Split]) -> Hdf5Split:
    """Splits of several packed files as one; all of them have the same preprocessing."""
    prints = [split.prints for split in splits if split.prints is not None]
    return replace(
        splits[0],
        paths=tuple(path for split in splits for path in split.paths),
        classes=[class_ for split in splits for class_ in split.classes],
        names=[name for split in splits for name in split.names],
        prints=np.concatenate(prints) if prints else None,
        sha256=tuple(sha256 for split in splits for sha256 in split.sha256),
    )


def _packed(path: Path, file: Any) -> tuple[Preprocessing | None, bool]:
    """The preprocessing of a file that `catclf pack` made, and whether its data is undivided."""
    if PACKED not in file.attrs:
        return None, False
    try:
        meta = json.loads(file.attrs[PACKED])
        return Preprocessing.from_dict(meta["pictures"]), bool(meta["undivided"])
    except (SettingsError, ValueError, KeyError, TypeError):
        raise DataError(
            f"{path} was packed in a way that this version does not support; upgrade catclf"
        ) from None


class _SplitReader:
    """Reads what a split says of its images, and refuses what does not match them."""

    def __init__(self, path: Path, file: Any, prefix: str) -> None:
        self._path, self._file, self._prefix = path, file, prefix
        x = self._array(f"{prefix}_x")
        if x.ndim != 4 or x.shape[3] != 3 or x.dtype != np.uint8 or 0 in x.shape[1:]:
            raise DataError(
                f"{path}: {prefix}_x is {x.shape} of {x.dtype}; expected images "
                "(m, height, width, 3) of uint8"
            )
        self._m = len(x)

    def classes(self) -> list[str]:
        """Class of each image: a name, or the label itself where labels have no names."""
        labels, names = self._labels(), self._class_names()
        self._require_known(labels, names)
        return [names[int(label)] if names else str(int(label)) for label in labels]

    def names(self) -> list[str]:
        """Where each image came from: its file, if a packed file says so, or its place here."""
        if not self._has("names"):
            return [f"{self._path}[{self._prefix}_x {i}]" for i in range(self._m)]
        names = _texts(self._array(f"{self._prefix}_names"))
        if len(names) != self._m:
            raise DataError(
                f"{self._path}: {self._prefix}_x has {self._m} images, but {len(names)} names"
            )
        return [f"{self._path}[{name}]" for name in names]

    def fingerprints(self) -> Fingerprints | None:
        """Fingerprints of the images, where they were packed with them."""
        if not self._has("fingerprints"):
            return None
        prints = np.ravel(self._array(f"{self._prefix}_fingerprints")[()])  # (m,)
        if len(prints) != self._m or prints.dtype != np.uint64:
            raise DataError(
                f"{self._path}: {self._prefix}_fingerprints does not match {self._prefix}_x"
            )
        return prints

    def _labels(self) -> NDArray[Any]:
        """Label of each image: a position in the list of class names."""
        y = self._array(f"{self._prefix}_y")
        if y.dtype.kind not in "iufb":
            raise DataError(
                f"{self._path}: {self._prefix}_y is of {y.dtype}; expected the labels 0 and 1"
            )
        labels = np.ravel(y[()])  # (m,)
        if len(labels) != self._m:
            raise DataError(
                f"{self._path}: {self._prefix}_x has {self._m} images, but {self._prefix}_y has "
                f"{len(labels)} labels"
            )
        if not self._has("class"):
            return labels
        classes = np.ravel(self._array(f"{self._prefix}_class")[()])  # (m,)
        if len(classes) != self._m or classes.dtype.kind not in "iu":
            raise DataError(f"{self._path}: {self._prefix}_class does not match {self._prefix}_x")
        return classes

    def _class_names(self) -> list[str]:
        """Names of the classes; empty if the file has none."""
        if self._has("class"):  # packed, with more than the course's two classes
            return _texts(self._array("class_names"))
        return _texts(self._array("list_classes")) if "list_classes" in set(self._file) else []

    def _require_known(self, labels: NDArray[Any], names: list[str]) -> None:
        known = (labels >= 0) & (labels < (len(names) or 2)) & (labels == np.floor(labels))
        wrong = labels[~known]
        if len(wrong):
            more = f", or up to {len(names) - 1} as list_classes names them"
            raise DataError(
                f"{self._path}: {self._prefix}_y has the label {wrong[0]}; labels must be 0 or 1"
                + more * (len(names) > 2)
            )

    def _has(self, part: str) -> bool:
        """Whether a part of the split is there that only packed files have."""
        return f"{self._prefix}_{part}" in set(self._file)

    def _array(self, key: str) -> Any:
        import h5py

        # A link could lead to another file or to a pipe that blocks forever; so could external
        # storage.
        is_here = isinstance(self._file.get(key, getlink=True), h5py.HardLink)
        array = self._file[key] if is_here else None
        if not isinstance(array, h5py.Dataset) or array.external or array.is_virtual:
            raise DataError(f"{self._path} does not contain an array {key}")
        if array.nbytes > _LARGEST_COMPRESSION * array.id.get_storage_size():
            raise DataError(
                f"{self._path}: {key} claims {array.nbytes} bytes, more than the file can hold"
            )
        return array


def _resized(images: Images, preprocessing: Preprocessing) -> Images:
    """Images made square; Pillow is imported only if they need it."""
    if images.shape[1:] == preprocessing.shape:
        return images
    from catclf.images.decode import resize_images

    return resize_images(images, preprocessing)


def _options(preprocessing: Preprocessing) -> str:
    """The options of `catclf pack` that ask for a preprocessing."""
    return f"--side {preprocessing.side} --resize {preprocessing.resize}"


def _texts(array: Any) -> list[str]:
    return [
        text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else str(text)
        for text in np.ravel(array[()])
    ]
