"""The splits in files of the course's layout: `train_set_x`, `train_set_y`, `list_classes`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.dataset import WHOLE, Batch, in_memory
from catclf.datasets.hdf5.contents import PREFIXES, Contents, contents_of
from catclf.datasets.hdf5.images import StoredImages
from catclf.datasets.hdf5.stored_array import StoredArray
from catclf.errors import DataError, SettingsError
from catclf.images.bounds import LEAST_SIDE, LONGEST_SIDE, MEGAPIXELS
from catclf.images.fingerprints import Fingerprints, fingerprints
from catclf.images.preprocessing import SIDE, Images, Preprocessing
from catclf.progress import Progress
from catclf.rows import Joined, Picked, Rows
from catclf.strict_json import read_json

_LONGEST_TEXT = 4096

# Images and bytes that are read together.
_BATCH, _BATCH_BYTES = 256, 2**24


@dataclass(frozen=True)
class Hdf5Split:
    """The images and labels of one split of an HDF5 file, or of several that go together."""

    paths: tuple[Path, ...]
    arrays: tuple[StoredArray, ...]
    """Where each file has its images."""
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
        count = min(_BATCH, max(1, _BATCH_BYTES // prod(stored.shape[1:])))
        for start in range(0, len(stored), count):
            here = slice(start, start + count)
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
            StoredImages(path, f"{self.prefix}_x", array, sha256)
            for path, array, sha256 in zip(self.paths, self.arrays, digests, strict=True)
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
    contents = contents_of(path)
    preprocessing, undivided = _packed(contents)
    splits = {}
    for prefix, split in PREFIXES.items():
        if {f"{prefix}_x", f"{prefix}_y"} & contents.arrays.keys():
            reader = _SplitReader(contents, prefix)
            splits[WHOLE if undivided else split] = Hdf5Split(
                (path,),
                (reader.images,),
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
        arrays=tuple(array for split in splits for array in split.arrays),
        classes=[class_ for split in splits for class_ in split.classes],
        names=[name for split in splits for name in split.names],
        prints=np.concatenate(prints) if prints else None,
        sha256=tuple(sha256 for split in splits for sha256 in split.sha256),
    )


def _packed(contents: Contents) -> tuple[Preprocessing | None, bool]:
    """The preprocessing of a file that `catclf pack` made, and whether its data is undivided."""
    if contents.packed is None:
        return None, False
    try:
        meta = read_json(contents.packed)
        return Preprocessing.from_dict(meta["pictures"]), bool(meta["undivided"])
    except (SettingsError, ValueError, KeyError, TypeError):
        raise DataError(
            f"{contents.path} was packed in a way that this version does not support; upgrade "
            "catclf"
        ) from None


class _SplitReader:
    """Reads what a split says of its images, and refuses what does not match them."""

    def __init__(self, contents: Contents, prefix: str) -> None:
        self._contents, self._path, self._prefix = contents, contents.path, prefix
        self.images = x = self._array(f"{prefix}_x")
        if len(x.shape) != 4 or x.shape[3] != 3 or x.dtype != np.uint8 or 0 in x.shape[1:]:
            raise DataError(
                f"{self._path}: {prefix}_x is {x.shape} of {x.dtype}; expected images "
                "(m, height, width, 3) of uint8"
            )
        self._m, height, width, _ = x.shape
        if height * width > MEGAPIXELS * 1_000_000:
            raise DataError(
                f"{self._path}: {prefix}_x has images of more than {MEGAPIXELS} megapixels"
            )
        if max(height, width) > LONGEST_SIDE:
            raise DataError(
                f"{self._path}: {prefix}_x has images of more than {LONGEST_SIDE} pixels along a "
                "side"
            )
        if min(height, width) < LEAST_SIDE:
            raise DataError(
                f"{self._path}: {prefix}_x has images of {width} × {height} pixels; catclf needs "
                f"{LEAST_SIDE} or more along each side"
            )
        # Where images are compressed, those of one colour take the fewest bytes, about 16.
        if self._m > self._path.stat().st_size:
            raise DataError(
                f"{self._path}: {prefix}_x claims {self._m} images, more than the file can hold"
            )

    def classes(self) -> list[str]:
        """Class of each image: a name, or the label itself where labels have no names."""
        labels, names = self._labels(), self._class_names()
        self._require_known(labels, names)
        return [names[int(label)] if names else str(int(label)) for label in labels]

    def names(self) -> list[str]:
        """Where each image came from: its file, if a packed file says so, or its place here."""
        if not self._has("names"):
            return [f"{self._path}[{self._prefix}_x {i}]" for i in range(self._m)]
        names = self._texts(f"{self._prefix}_names")
        if len(names) != self._m:
            raise DataError(
                f"{self._path}: {self._prefix}_x has {self._m} images, but {len(names)} names"
            )
        return [f"{self._path}[{name}]" for name in names]

    def fingerprints(self) -> Fingerprints | None:
        """Fingerprints of the images, where they were packed with them."""
        if not self._has("fingerprints"):
            return None
        prints = self._flat(f"{self._prefix}_fingerprints")
        if len(prints) != self._m or prints.dtype != np.uint64:
            raise DataError(
                f"{self._path}: {self._prefix}_fingerprints does not match {self._prefix}_x"
            )
        return prints

    def _labels(self) -> NDArray[Any]:
        """Label of each image: a position in the list of class names."""
        dtype = self._array(f"{self._prefix}_y").dtype
        if dtype.kind not in "iufb":
            raise DataError(
                f"{self._path}: {self._prefix}_y is of {dtype}; expected the labels 0 and 1"
            )
        labels = self._flat(f"{self._prefix}_y")
        if len(labels) != self._m:
            raise DataError(
                f"{self._path}: {self._prefix}_x has {self._m} images, but {self._prefix}_y has "
                f"{len(labels)} labels"
            )
        if not self._has("class"):
            return labels
        classes = self._flat(f"{self._prefix}_class")
        if len(classes) != self._m or classes.dtype.kind not in "iu":
            raise DataError(f"{self._path}: {self._prefix}_class does not match {self._prefix}_x")
        return classes

    def _class_names(self) -> list[str]:
        """Names of the classes; empty if the file has none."""
        if self._has("class"):  # packed, with more than the course's two classes
            return self._texts("class_names")
        return self._texts("list_classes") if "list_classes" in self._contents.arrays else []

    def _require_known(self, labels: NDArray[Any], names: list[str]) -> None:
        with np.errstate(invalid="ignore"):  # a label that is not a number is not known either
            whole = labels == np.floor(labels)
        known = whole & (labels >= 0) & (labels < (len(names) or 2))
        wrong = labels[~known]
        if len(wrong):
            more = f", or up to {len(names) - 1} as list_classes names them"
            raise DataError(
                f"{self._path}: {self._prefix}_y has the label {wrong[0]}; labels must be 0 or 1"
                + more * (len(names) > 2)
            )

    def _has(self, part: str) -> bool:
        """Whether a part of the split is there that only packed files have."""
        return f"{self._prefix}_{part}" in self._contents.arrays

    def _array(self, key: str) -> StoredArray:
        if key not in self._contents.arrays:
            raise DataError(f"{self._path} does not contain an array {key}")
        return self._contents.arrays[key]

    def _flat(self, key: str) -> NDArray[Any]:
        self._array(key)
        return np.ravel(self._contents.read(key))  # (m,)

    def _texts(self, key: str) -> list[str]:
        if self._array(key).dtype.itemsize > _LONGEST_TEXT:
            raise DataError(
                f"{self._path}: {key} has texts of more than {_LONGEST_TEXT} bytes; no file has "
                "such a name"
            )
        return [
            text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else str(text)
            for text in self._flat(key).tolist()
        ]


def _resized(images: Images, preprocessing: Preprocessing) -> Images:
    """Images made square; Pillow is imported only if they need it."""
    if images.shape[1:] == preprocessing.shape:
        return images
    from catclf.images.decode import resize_images

    return resize_images(images, preprocessing)


def _options(preprocessing: Preprocessing) -> str:
    """The options of `catclf pack` that ask for a preprocessing."""
    return f"--side {preprocessing.side} --resize {preprocessing.resize}"
