"""Labelled image files, wherever their labels come from."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from catclf.datasets.dataset import Batch, Progress, Skipped, in_memory
from catclf.errors import ImageError
from catclf.images.fingerprints import Fingerprints, fingerprints
from catclf.images.preprocessing import SIDE, Images, Preprocessing

_BATCH = 64


@dataclass(frozen=True)
class ImageFiles:
    """Image files and the class of each."""

    paths: list[Path]
    classes: list[str]
    unlabelled: list[Path] = field(default_factory=list)
    """Image files beside them that have no class."""
    preprocessing: Preprocessing | None = None
    """None: files can be made square in any way."""

    def class_names(self) -> Counter[str]:
        """Names of the classes and the number of files of each."""
        return Counter(self.classes)

    def files(self) -> list[Path]:
        """The files."""
        return self.paths

    def batches(self, preprocessing: Preprocessing) -> Iterator[Batch]:
        """Decode the files, and skip unreadable ones."""
        from catclf.images.decode import load_views

        # Fingerprints are those of a model of 64 × 64 pixels, whatever the side here.
        views = [preprocessing] + [preprocessing.at(SIDE)] * (preprocessing.side != SIDE)
        skipped = [Skipped(str(path), "its class is unknown") for path in self.unlabelled]
        decoded = load_views(self.paths, views)
        images: list[list[Images]] = []
        classes: list[str] = []
        names: list[str] = []
        for path, class_, image in zip(self.paths, self.classes, decoded, strict=True):
            if isinstance(image, ImageError):
                skipped.append(Skipped(str(path), str(image)))
            else:
                images.append(image)
                classes.append(class_)
                names.append(str(path))
            if len(names) + len(skipped) >= _BATCH:
                stacked, prints = _stacked(images, preprocessing)
                yield Batch(stacked, classes, names, skipped, prints)
                images, classes, names, skipped = [], [], [], []
        if names or skipped:
            stacked, prints = _stacked(images, preprocessing)
            yield Batch(stacked, classes, names, skipped, prints)

    def load(
        self,
        preprocessing: Preprocessing,
        progress: Progress | None,
        memory_limit: int,
    ) -> Batch:
        """Decode all files into memory, whatever the limit."""
        return in_memory(self.batches(preprocessing), self.class_names().total(), progress)


def _stacked(
    views: list[list[Images]], preprocessing: Preprocessing
) -> tuple[Images, Fingerprints | None]:
    """Images (k, side, side, 3), and fingerprints (k,) of what else there is of them."""
    if not views:
        return np.empty((0, *preprocessing.shape), np.uint8), None
    images, *smaller = (np.stack(view) for view in zip(*views, strict=True))
    return images, fingerprints(smaller[0]) if smaller else None
