"""Labelled pictures that are files, whatever told their labels."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from catclf.datasets.dataset import Progress, Skipped
from catclf.errors import PictureError
from catclf.images import PictureRecipe, Pictures, load_pictures


@dataclass(frozen=True)
class PictureFiles:
    """Picture files and the class of each."""

    paths: list[Path]
    classes: list[str]
    unlabelled: list[Path] = field(default_factory=list)
    """Pictures beside them of which nothing tells the class."""

    def class_names(self) -> Counter[str]:
        """Names of the classes, with the number of files of each."""
        return Counter(self.classes)

    def load(
        self, recipe: PictureRecipe, progress: Progress | None
    ) -> tuple[Pictures, list[str], list[str], list[Skipped]]:
        """Decode the files; those that are no pictures are left out."""
        images = np.empty((len(self.paths), *recipe.shape), np.uint8)  # (files, 64, 64, 3)
        classes: list[str] = []
        names: list[str] = []
        skipped = [Skipped(str(path), "nothing tells its class") for path in self.unlabelled]
        decoded = load_pictures(self.paths, recipe)
        files = zip(self.paths, self.classes, decoded, strict=True)
        for done, (path, class_, picture) in enumerate(files, start=1):
            if isinstance(picture, PictureError):
                skipped.append(Skipped(str(path), str(picture)))
            else:
                images[len(names)] = picture
                names.append(str(path))
                classes.append(class_)
            if progress:
                progress(done, len(self.paths))
        return images[: len(names)], classes, names, skipped
