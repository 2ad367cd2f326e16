"""What a data set is, before and after its images are read."""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from catclf.encoders.encodings import Encodings, ImageEncoder, concatenate, encode
from catclf.errors import DataError
from catclf.images.fingerprints import Fingerprints, fingerprints
from catclf.images.preprocessing import Images, Preprocessing
from catclf.memory import fits
from catclf.progress import Progress
from catclf.rows import Picked, Rows

WHOLE = "all"
"""The one split of a data set that is not divided."""

MEMORY_LIMIT = 100 * 10**6
"""Bytes. More images than that, if they need no work, stay in their file until they are used."""


class Skipped(NamedTuple):
    """A file that was skipped."""

    name: str
    reason: str


@dataclass(frozen=True)
class Dataset:
    """Labelled images."""

    images: Rows
    """uint8 (m, 64, 64, 3), in memory or in a file. Where an encoder has seen them at another side,
    they were reduced after that."""
    labels: NDArray[np.uint8]
    """(m,); 1 is the positive class."""
    names: Sequence[str]
    """Where each image came from."""
    positive: str
    """Name of the positive class; the other is `negative`."""
    where: str
    """The data set's path and split, for messages."""
    preprocessing: Preprocessing
    """How the images were made square."""
    skipped: Sequence[Skipped] = field(default_factory=tuple)
    """Unreadable files."""
    encodings: Encodings | None = None
    """What an encoder made of the images, if they were read with one."""
    prints: Fingerprints | None = None
    """Fingerprints (m,), if they were taken from the files rather than from `images`."""
    small: Sequence[str] = ()
    """Names of images that are too small to show much."""
    source: str = ""
    """Name of the data set's folder or file."""
    has_files: bool = False
    """Whether each image has a file of its own, whose path is its name."""
    keys: Sequence[Hashable] | None = None
    """By which images are grouped, if the user names something; None for an image without one."""
    known_groups: NDArray[np.intp] | None = None
    """`groups`, if they are known from a larger data set."""

    @property
    def m(self) -> int:
        """Number of images."""
        return len(self.images)

    @property
    def negative(self) -> str:
        """Name of the class of everything else."""
        return f"non-{self.positive}"

    @property
    def Y(self) -> NDArray[np.uint8]:
        """Labels as a row (1, m)."""
        return self.labels.reshape(1, self.m)  # (1, m)

    @cached_property
    def fingerprints(self) -> Fingerprints:
        """Fingerprints (m,) of the images at 64 × 64, by which any model knows them again."""
        return fingerprints(self.images) if self.prints is None else self.prints

    def grouped(self, progress: Progress | None = None) -> "Dataset":
        """The same, with its `groups` known: for many images, that takes long enough for a bar."""
        from catclf.datasets.groups import group_images

        files = [Path(name) for name in self.names] if self.has_files else ()
        groups = group_images(self.images, self.fingerprints, files, self.keys, progress)
        return replace(self, known_groups=groups)

    @cached_property
    def groups(self) -> NDArray[np.intp]:
        """(m,): images with the same number belong on the same side of every division."""
        groups = self.known_groups
        return self.grouped().groups if groups is None else groups

    def subset(self, chosen: NDArray[np.bool_]) -> "Dataset":
        """The chosen images; `chosen` is (m,). Those that fit are in memory."""
        places = np.flatnonzero(chosen)
        size = len(places) * prod(self.images.shape[1:])
        is_small = isinstance(self.images, np.ndarray) or fits(size)
        return replace(
            self,
            images=self.images[:][chosen] if is_small else Picked(self.images, places),
            labels=self.labels[chosen],
            names=[self.names[int(i)] for i in places],
            encodings=self.encodings and self.encodings[chosen],
            prints=self.fingerprints[chosen],
            keys=None,
            known_groups=self.groups[chosen],
        )

    def class_counts(self) -> dict[str, int]:
        """Number of images of each class, the positive one first."""
        positive = int(self.labels.sum())
        return {self.positive: positive, self.negative: self.m - positive}

    def require_both_classes(self) -> None:
        """Raise `DataError` unless both classes have images."""
        counts = self.class_counts()
        if not all(counts.values()):
            only, missing = sorted(counts, key=lambda name: -counts[name])
            raise DataError(
                f"{self.where} has only {only} images; add {missing} images, "
                "or choose the positive class with --positive"
            )


class Batch(NamedTuple):
    """Some or all images of a split."""

    images: Rows
    """uint8 (k, side, side, 3)."""
    classes: list[str]
    """Class of each image."""
    names: list[str]
    """Where each image came from."""
    skipped: list[Skipped]
    """Unreadable files among them."""
    prints: Fingerprints | None = None
    """Fingerprints (k,) of the images at 64 × 64, unless these are the images."""
    encodings: Encodings | None = None
    """What an encoder made of the images."""
    small: Sequence[str] = ()
    """Names of images that are too small to show much."""

    def at_64(self) -> Images:
        """The images at 64 × 64."""
        from catclf.images.decode import reduce_images

        return reduce_images(self.images[:])

    def fingerprints(self) -> Fingerprints:
        """Fingerprints (k,) of the images at 64 × 64."""
        return fingerprints(self.at_64()) if self.prints is None else self.prints


class Split(Protocol):
    """Labelled images, found but not yet read."""

    @property
    def preprocessing(self) -> Preprocessing | None:
        """How they were made square; None if that is still to be done."""

    @property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """What else a CSV file says: by name of the column, one value for each of the files."""

    @property
    def classes(self) -> Sequence[str]:
        """The class of each image."""

    def class_names(self) -> Counter[str]:
        """Names of the classes, with the number of images of each."""

    def subset(self, chosen: NDArray[np.intp]) -> "Split":
        """Some of the images, by their places, in any order."""

    def files(self) -> Sequence[Path]:
        """The image files; empty where one file holds all images."""

    def batches(self, preprocessing: Preprocessing) -> Iterator[Batch]:
        """Read all images, some at a time, and bring them to side × side."""

    def load(
        self, preprocessing: Preprocessing, progress: Progress | None, memory_limit: int
    ) -> Batch:
        """Load all images; if they need no work and take more bytes, they may stay in the file."""


class Tally:
    """Counts the images that are done, and reports the progress."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def add(self, batch: Batch) -> None:
        """Count the images of a batch and its skipped files."""
        self._done += len(batch.names) + len(batch.skipped)
        if self._progress:  # files without a class are skipped, but not in the total
            self._progress(min(self._done, self._total), self._total)


def encoded(batches: Iterator[Batch], encoder: ImageEncoder, *, flip: bool) -> Iterator[Batch]:
    """Encode the images of each batch, and reduce them to 64 × 64 thereafter.

    Parameters
    ----------
    batches : iterator of Batch
        With images at the encoder's side.
    encoder : ImageEncoder
        What with.
    flip : bool
        Whether to encode the mirror images too.

    Yields
    ------
    Batch
        With fingerprints and encodings.
    """
    for batch in batches:
        encodings = encode(encoder, batch.images[:], flip=flip)
        yield batch._replace(images=batch.at_64(), prints=batch.fingerprints(), encodings=encodings)


def in_memory(
    batches: Iterator[Batch], total: int, shape: tuple[int, ...], progress: Progress | None
) -> Batch:
    """Gather the batches of a split in memory.

    Parameters
    ----------
    batches : iterator of Batch
        All of them.
    total : int
        The most images that they can have.
    shape : tuple of int
        Shape of an image.
    progress : callable, optional
        Called with the number of images done and the number of all.

    Returns
    -------
    Batch
        All of them.
    """
    tally = Tally(progress, total)
    images = np.empty((total, *shape), np.uint8)  # (m, side, side, 3)
    classes: list[str] = []
    names: list[str] = []
    skipped: list[Skipped] = []
    small: list[str] = []
    prints: list[Fingerprints] = []
    encodings: list[Encodings] = []
    for batch in batches:
        images[len(names) : len(names) + len(batch.names)] = batch.images[:]
        classes += batch.classes
        names += batch.names
        skipped += batch.skipped
        small += batch.small
        if batch.prints is not None:
            prints.append(batch.prints)
        if batch.encodings is not None:
            encodings.append(batch.encodings)
        tally.add(batch)
    return Batch(
        images[: len(names)],
        classes,
        names,
        skipped,
        np.concatenate(prints) if prints else None,
        concatenate(encodings) if encodings else None,
        small,
    )
