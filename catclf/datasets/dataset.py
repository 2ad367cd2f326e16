"""What a data set is, once it is in memory."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from catclf.errors import DataError
from catclf.images import PictureRecipe, Pictures

Progress = Callable[[int, int], None]
"""Called with the number of pictures done and the number of all."""


class Skipped(NamedTuple):
    """A file that is left out."""

    name: str
    reason: str


@dataclass(frozen=True)
class Dataset:
    """Labelled pictures."""

    images: Pictures
    """uint8 (m, 64, 64, 3)."""
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


class Split(Protocol):
    """Labelled pictures that are found but not yet read."""

    def class_names(self) -> Counter[str]:
        """Names of the classes, with the number of pictures of each."""

    def load(
        self, recipe: PictureRecipe, progress: Progress | None
    ) -> tuple[Pictures, list[str], list[str], list[Skipped]]:
        """Pictures, their class names, their own names, and what is left out."""
