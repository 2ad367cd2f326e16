"""Labelled image files, wherever their labels come from."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from catclf.datasets.dataset import Batch, Progress, Skipped, in_memory
from catclf.errors import ImageError
from catclf.images.preprocessing import IMAGE_SHAPE, Images, Preprocessing

_BATCH = 64


@dataclass(frozen=True)
class ImageFiles:
    """Image files and the class of each."""

    paths: list[Path]
    classes: list[str]
    unlabelled: list[Path] = field(default_factory=list)
    """Image files beside them that have no class."""
    preprocessing: Preprocessing | None = None
    """None: files can be brought to 64 × 64 in either way."""

    def class_names(self) -> Counter[str]:
        """Names of the classes and the number of files of each."""
        return Counter(self.classes)

    def files(self) -> list[Path]:
        """The files."""
        return self.paths

    def batches(self, preprocessing: Preprocessing) -> Iterator[Batch]:
        """Decode the files, and skip unreadable ones."""
        from catclf.images.decode import load_images

        skipped = [Skipped(str(path), "its class is unknown") for path in self.unlabelled]
        decoded = load_images(self.paths, preprocessing)
        images: list[Images] = []
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
                yield _batch(images, classes, names, skipped)
                images, classes, names, skipped = [], [], [], []
        if names or skipped:
            yield _batch(images, classes, names, skipped)

    def load(
        self,
        preprocessing: Preprocessing,
        progress: Progress | None,
        memory_limit: int,
    ) -> Batch:
        """Decode all files into memory, whatever the limit."""
        return in_memory(self, preprocessing, progress)


def _batch(
    images: list[Images],
    classes: list[str],
    names: list[str],
    skipped: list[Skipped],
) -> Batch:
    stacked = np.stack(images) if images else np.empty((0, *IMAGE_SHAPE), np.uint8)
    return Batch(stacked, classes, names, skipped)
