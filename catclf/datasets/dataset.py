"""What a data set is, before and after its pictures are read."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from catclf.errors import DataError
from catclf.images.preprocessing import Images, PictureRecipe

Progress = Callable[[int, int], None]
"""Called with the number of pictures done and the number of all."""

WHOLE = "all"
"""The one split of a data set that is not divided."""


class Skipped(NamedTuple):
    """A file that is left out."""

    name: str
    reason: str


@dataclass(frozen=True)
class Dataset:
    """Labelled pictures."""

    images: Images
    """uint8 (m, 64, 64, 3); perhaps in a file, from which slices are read when asked for."""
    labels: NDArray[np.uint8]
    """(m,); 1 is the positive class."""
    names: Sequence[str]
    """Where each picture came from."""
    positive: str
    """Name of the positive class; the other is `negative`."""
    where: str
    """What this is, for people: the data set's path, and its split."""
    recipe: PictureRecipe
    """How the pictures were brought to 64 × 64."""
    skipped: Sequence[Skipped] = field(default_factory=tuple)
    """Files that are no pictures."""

    @property
    def m(self) -> int:
        """Number of pictures."""
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
        """Some of the pictures, in memory; chosen is (m,)."""
        return replace(
            self,
            images=self.images[:][chosen],
            labels=self.labels[chosen],
            names=[self.names[int(i)] for i in np.flatnonzero(chosen)],
        )

    def class_counts(self) -> dict[str, int]:
        """Pictures of each class, the positive one first."""
        positive = int(self.labels.sum())
        return {self.positive: positive, self.negative: self.m - positive}

    def require_both_classes(self) -> None:
        """Raise `DataError` unless there are pictures of both classes."""
        counts = self.class_counts()
        if not all(counts.values()):
            only, missing = sorted(counts, key=lambda name: -counts[name])
            raise DataError(
                f"{self.where} has only {only} pictures; add {missing} pictures, "
                "or name the positive class with --positive"
            )


class Portion(NamedTuple):
    """Some of a split's pictures, or all."""

    images: Images
    """uint8 (k, 64, 64, 3)."""
    classes: list[str]
    """Name of each picture's class."""
    names: list[str]
    """Where each picture came from."""
    skipped: list[Skipped]
    """Files among them that are no pictures."""


class Split(Protocol):
    """Labelled pictures that are found but not yet read."""

    @property
    def recipe(self) -> PictureRecipe | None:
        """By which they were brought to 64 × 64, if that has been done already."""

    def class_names(self) -> Counter[str]:
        """Names of the classes, with the number of pictures of each."""

    def files(self) -> Sequence[Path]:
        """The pictures' files; none where pictures lie together in one."""

    def portions(self, recipe: PictureRecipe) -> Iterator[Portion]:
        """All pictures, some at a time, brought to 64 × 64."""

    def load(self, recipe: PictureRecipe, progress: Progress | None) -> Portion:
        """All pictures at once; from a large file they are read only when they are used."""


def in_memory(split: Split, recipe: PictureRecipe, progress: Progress | None) -> Portion:
    """Read all pictures of a split.

    Parameters
    ----------
    split : Split
        The pictures.
    recipe : PictureRecipe
        How to bring them to 64 × 64.
    progress : callable, optional
        Told how many are done.

    Returns
    -------
    Portion
        With all of them.
    """
    total = split.class_names().total()
    images = np.empty((total, *recipe.shape), np.uint8)  # (m, 64, 64, 3)
    classes: list[str] = []
    names: list[str] = []
    skipped: list[Skipped] = []
    for portion in split.portions(recipe):
        images[len(names) : len(names) + len(portion.names)] = portion.images[:]
        classes += portion.classes
        names += portion.names
        skipped += portion.skipped
        if progress:
            progress(min(len(names) + len(skipped), total), total)
    return Portion(images[: len(names)], classes, names, skipped)
