"""Labelled pictures that are files, whatever told their labels."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from catclf.datasets.dataset import Portion, Progress, Skipped, in_memory
from catclf.errors import PictureError
from catclf.images.preprocessing import PictureRecipe, Pictures

_PORTION = 64


@dataclass(frozen=True)
class PictureFiles:
    """Picture files and the class of each."""

    paths: list[Path]
    classes: list[str]
    unlabelled: list[Path] = field(default_factory=list)
    """Pictures beside them of which nothing tells the class."""
    recipe: PictureRecipe | None = None
    """None: files can be brought to 64 × 64 in any way."""

    def class_names(self) -> Counter[str]:
        """Names of the classes, with the number of files of each."""
        return Counter(self.classes)

    def files(self) -> list[Path]:
        """The files."""
        return self.paths

    def portions(self, recipe: PictureRecipe) -> Iterator[Portion]:
        """Decode the files; those that are no pictures are left out."""
        from catclf.images.decode import load_pictures

        skipped = [Skipped(str(path), "nothing tells its class") for path in self.unlabelled]
        decoded = load_pictures(self.paths, recipe)
        images: list[Pictures] = []
        classes: list[str] = []
        names: list[str] = []
        for path, class_, picture in zip(self.paths, self.classes, decoded, strict=True):
            if isinstance(picture, PictureError):
                skipped.append(Skipped(str(path), str(picture)))
            else:
                images.append(picture)
                classes.append(class_)
                names.append(str(path))
            if len(names) + len(skipped) >= _PORTION:
                yield _portion(images, classes, names, skipped, recipe)
                images, classes, names, skipped = [], [], [], []
        if names or skipped:
            yield _portion(images, classes, names, skipped, recipe)

    def load(self, recipe: PictureRecipe, progress: Progress | None) -> Portion:
        """Decode all files."""
        return in_memory(self, recipe, progress)


def _portion(
    images: list[Pictures],
    classes: list[str],
    names: list[str],
    skipped: list[Skipped],
    recipe: PictureRecipe,
) -> Portion:
    stacked = np.stack(images) if images else np.empty((0, *recipe.shape), np.uint8)
    return Portion(stacked, classes, names, skipped)
