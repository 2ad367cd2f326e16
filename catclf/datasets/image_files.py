"""Labelled image files, wherever their labels come from."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.dataset import Batch, Skipped, in_memory
from catclf.errors import ImageError
from catclf.images.fingerprints import fingerprints
from catclf.images.preprocessing import SIDE, Images, Preprocessing
from catclf.progress import Progress

_BATCH = 64


@dataclass(frozen=True)
class ImageFiles:
    """Image files and the class of each."""

    paths: list[Path]
    classes: list[str]
    unlabelled: list[Path] = field(default_factory=list)
    """Image files beside them that have no class."""
    columns: dict[str, list[str]] = field(default_factory=dict)
    """What else a CSV file says: by name of the column, one value for each file."""
    preprocessing: Preprocessing | None = None
    """None: files can be made square in any way."""

    def subset(self, chosen: NDArray[np.intp]) -> "ImageFiles":
        """Some of the files, in any order; those without a class are beside the first one."""
        return ImageFiles(
            paths=[self.paths[i] for i in chosen],
            classes=[self.classes[i] for i in chosen],
            unlabelled=self.unlabelled if 0 in chosen else [],
            columns={name: [cells[i] for i in chosen] for name, cells in self.columns.items()},
        )

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
        wanted = [preprocessing] + [preprocessing.at(SIDE)] * (preprocessing.side != SIDE)
        skipped = [Skipped(str(path), "its class is unknown") for path in self.unlabelled]
        decoded = load_views(self.paths, wanted)
        views: list[list[Images]] = []
        classes: list[str] = []
        names: list[str] = []
        small: list[str] = []
        for path, class_, outcome in zip(self.paths, self.classes, decoded, strict=True):
            if isinstance(outcome, ImageError):
                skipped.append(Skipped(str(path), str(outcome)))
            else:
                views.append(outcome.views)
                small += [str(path)] * outcome.is_small
                classes.append(class_)
                names.append(str(path))
            if len(names) + len(skipped) >= _BATCH:
                yield _batch(views, preprocessing, classes, names, skipped)._replace(small=small)
                views, classes, names, skipped, small = [], [], [], [], []
        if names or skipped:
            yield _batch(views, preprocessing, classes, names, skipped)._replace(small=small)

    def load(
        self,
        preprocessing: Preprocessing,
        progress: Progress | None,
        memory_limit: int,
    ) -> Batch:
        """Decode all files into memory, whatever the limit."""
        return in_memory(
            self.batches(preprocessing), len(self.paths), preprocessing.shape, progress
        )


class DecodedFiles:
    """Rows of images (m, side, side, 3) of uint8 that are decoded when they are asked for.

    Parameters
    ----------
    paths : sequence of Path
        The files, which are readable.
    preprocessing : Preprocessing
        How to bring them to side × side.
    """

    dtype = np.dtype(np.uint8)

    def __init__(self, paths: Sequence[Path], preprocessing: Preprocessing) -> None:
        self._paths, self._preprocessing = paths, preprocessing
        self.shape = len(paths), *preprocessing.shape

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, here: slice, /) -> Images:
        from catclf.images.decode import load_images

        images = np.empty((len(self._paths[here]), *self.shape[1:]), np.uint8)
        for image, decoded in zip(
            images, load_images(self._paths[here], self._preprocessing), strict=True
        ):
            if isinstance(decoded, ImageError):
                raise decoded
            image[...] = decoded
        return images


def _batch(
    views: list[list[Images]],
    preprocessing: Preprocessing,
    classes: list[str],
    names: list[str],
    skipped: list[Skipped],
) -> Batch:
    """A batch of images, each at the side wanted and, if that is another, at 64 × 64."""
    if not views:
        return Batch(np.empty((0, *preprocessing.shape), np.uint8), classes, names, skipped)
    images, *small = (np.stack(view) for view in zip(*views, strict=True))
    prints = fingerprints(small[0]) if small else None
    return Batch(images, classes, names, skipped, prints)
