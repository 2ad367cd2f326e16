"""What a data set is, before and after its images are read."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from catclf.errors import DataError
from catclf.images.preprocessing import Preprocessing
from catclf.rows import Rows

Progress = Callable[[int, int], None]
"""Called with the number of images done and the number of all."""

WHOLE = "all"
"""The one split of a data set that is not divided."""


class Skipped(NamedTuple):
    """A file that is left out."""

    name: str
    reason: str


@dataclass(frozen=True)
class Dataset:
    """Labelled images."""

    images: Rows
    """uint8 (m, 64, 64, 3); perhaps in a file, from which slices are read when asked for."""
    labels: NDArray[np.uint8]
    """(m,); 1 is the positive class."""
    names: Sequence[str]
    """Where each image came from."""
    positive: str
    """Name of the positive class; the other is `negative`."""
    where: str
    """What this is, for people: the data set's path, and its split."""
    preprocessing: Preprocessing
    """How the images were brought to 64 × 64."""
    skipped: Sequence[Skipped] = field(default_factory=tuple)
    """Files that are no images."""

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

    def subset(self, chosen: NDArray[np.bool_]) -> "Dataset":
        """Some of the images, in memory; chosen is (m,)."""
        return replace(
            self,
            images=self.images[:][chosen],
            labels=self.labels[chosen],
            names=[self.names[int(i)] for i in np.flatnonzero(chosen)],
        )

    def class_counts(self) -> dict[str, int]:
        """Images of each class, the positive one first."""
        positive = int(self.labels.sum())
        return {self.positive: positive, self.negative: self.m - positive}

    def require_both_classes(self) -> None:
        """Raise `DataError` unless there are images of both classes."""
        counts = self.class_counts()
        if not all(counts.values()):
            only, missing = sorted(counts, key=lambda name: -counts[name])
            raise DataError(
                f"{self.where} has only {only} images; add {missing} images, "
                "or name the positive class with --positive"
            )


class Batch(NamedTuple):
    """Some of a split's images, or all."""

    images: Rows
    """uint8 (k, 64, 64, 3)."""
    classes: list[str]
    """Name of each image's class."""
    names: list[str]
    """Where each image came from."""
    skipped: list[Skipped]
    """Files among them that are no images."""


class Split(Protocol):
    """Labelled images that are found but not yet read."""

    @property
    def preprocessing(self) -> Preprocessing | None:
        """By which they were brought to 64 × 64, if that has been done already."""

    def class_names(self) -> Counter[str]:
        """Names of the classes, with the number of images of each."""

    def files(self) -> Sequence[Path]:
        """The images' files; none where images lie together in one."""

    def batches(self, preprocessing: Preprocessing) -> Iterator[Batch]:
        """All images, some at a time, brought to 64 × 64."""

    def load(self, preprocessing: Preprocessing, progress: Progress | None) -> Batch:
        """All images at once; from a large file they are read only when they are used."""


def in_memory(split: Split, preprocessing: Preprocessing, progress: Progress | None) -> Batch:
    """Read all images of a split.

    Parameters
    ----------
    split : Split
        The images.
    preprocessing : Preprocessing
        How to bring them to 64 × 64.
    progress : callable, optional
        Told how many are done.

    Returns
    -------
    Batch
        With all of them.
    """
    total = split.class_names().total()
    images = np.empty((total, *preprocessing.shape), np.uint8)  # (m, 64, 64, 3)
    classes: list[str] = []
    names: list[str] = []
    skipped: list[Skipped] = []
    for batch in split.batches(preprocessing):
        images[len(names) : len(names) + len(batch.names)] = batch.images[:]
        classes += batch.classes
        names += batch.names
        skipped += batch.skipped
        if progress:
            progress(min(len(names) + len(skipped), total), total)
    return Batch(images[: len(names)], classes, names, skipped)
