"""What a data set contains, and what may be wrong with it."""

from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from catclf.datasets.dataset import Batch, Skipped, Tally
from catclf.datasets.source import Source
from catclf.errors import DataError, ImageError
from catclf.images.find import others_below
from catclf.images.fingerprints import Fingerprints
from catclf.images.near_duplicates import (
    PerceptualHashes,
    exact_duplicates,
    near_duplicates,
    perceptual_hashes,
)
from catclf.images.preprocessing import Preprocessing
from catclf.progress import Progress


class Duplicate(NamedTuple):
    """Two images that are identical or nearly so."""

    names: tuple[str, str]
    splits: tuple[str, str]
    classes: tuple[str, str]
    exact: bool
    """Whether all pixels are equal at 64 × 64."""

    @property
    def leaks(self) -> bool:
        """Whether they are in different splits, which makes a score too good."""
        return self.splits[0] != self.splits[1]

    @property
    def contradicts(self) -> bool:
        """Whether they are in different classes, so that one label is wrong."""
        return self.classes[0] != self.classes[1]


@dataclass(frozen=True)
class Report:
    """What a data set contains."""

    where: str
    images: dict[str, dict[str, int]]
    """For each split, the number of images of each class."""
    formats: dict[str, int]
    """Number of files of each format, the most frequent first; empty for HDF5 files."""
    sizes: list[tuple[int, int]]
    """Width and height of the smallest and the largest image file; empty for HDF5 files."""
    duplicates: list[Duplicate]
    skipped: list[Skipped]
    """Files that are unreadable, or without a class."""
    ignored: dict[str, int]
    """Number of files in a folder that are not images, by extension, the most frequent first."""
    small: list[str]
    """Images that are too small to show much."""
    labelled: bool = True
    """Whether there are classes."""

    @property
    def leaks(self) -> list[Duplicate]:
        """Duplicates in different splits."""
        return [duplicate for duplicate in self.duplicates if duplicate.leaks]

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "where": self.where,
            "pictures": self.images,
            "formats": self.formats,
            "sizes": self.sizes,
            "copies": [
                {
                    **duplicate._asdict(),
                    "leaks": duplicate.leaks,
                    "contradicts": duplicate.contradicts,
                }
                for duplicate in self.duplicates
            ],
            "skipped": [file._asdict() for file in self.skipped],
            "ignored": self.ignored,
            "small": self.small,
            "labelled": self.labelled,
            "leaks": len(self.leaks),
        }


class _Image(NamedTuple):
    name: str
    split: str
    class_: str


class _Seen:
    """What remains of the images that were read."""

    def __init__(self) -> None:
        self.images: list[_Image] = []
        self.skipped: list[Skipped] = []
        self.small: list[str] = []
        self._prints: list[Fingerprints] = []
        self._hashes: list[PerceptualHashes] = []

    def add(self, split: str, batch: Batch) -> None:
        self._prints.append(batch.fingerprints())
        self._hashes.append(perceptual_hashes(batch.at_64()))
        self.images += [
            _Image(name, split, class_)
            for name, class_ in zip(batch.names, batch.classes, strict=True)
        ]
        self.skipped += batch.skipped
        self.small += batch.small

    def class_counts(self, split: str) -> dict[str, int]:
        """Number of images of each class, by name."""
        return dict(sorted(Counter(i.class_ for i in self.images if i.split == split).items()))

    def duplicates(self) -> list[Duplicate]:
        """Exact duplicates, then near ones."""
        prints = np.concatenate(self._prints)
        hashes, thumbnails = map(np.concatenate, zip(*self._hashes, strict=True))
        near = chain.from_iterable(near_duplicates(PerceptualHashes(hashes, thumbnails)))
        return [self._duplicate(i, j, exact=True) for i, j in exact_duplicates(prints)] + [
            self._duplicate(i, j, exact=False) for i, j in near if prints[i] != prints[j]
        ]

    def _duplicate(self, i: int, j: int, *, exact: bool) -> Duplicate:
        first, second = self.images[i], self.images[j]
        return Duplicate(
            (first.name, second.name),
            (first.split, second.split),
            (first.class_, second.class_),
            exact,
        )


def check(source: Source, *, progress: Progress | None = None) -> Report:
    """Inspect all splits of a data set.

    Parameters
    ----------
    source : Source
        The data set.
    progress : callable, optional
        Called with the number of images done and the number of all.

    Returns
    -------
    Report
        What it contains.

    Raises
    ------
    DataError
        If the data set is damaged, or has no usable images.
    """
    seen = _Seen()
    tally = Tally(progress, source.class_names().total())
    for split, found in source.splits.items():
        for batch in found.batches(source.packed or Preprocessing()):
            seen.add(split, batch)
            tally.add(batch)
    if not seen.images:
        name, reason = seen.skipped[0]
        raise DataError(f"{source.path} has no usable images: {name}: {reason}")
    formats, sizes = _formats_and_sizes(source, {image.name for image in seen.images})
    return Report(
        where=str(source.path),
        images={split: seen.class_counts(split) for split in source.splits},
        formats=formats,
        sizes=sizes,
        duplicates=seen.duplicates(),
        skipped=seen.skipped,
        ignored=_ignored(source),
        small=seen.small,
        labelled=bool(source.positive_classes),
    )


def _ignored(source: Source) -> dict[str, int]:
    holds_files = source.path.is_dir() and any(split.files() for split in source.splits.values())
    found = others_below(source.path) if holds_files else {}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _formats_and_sizes(
    source: Source, good: set[str]
) -> tuple[dict[str, int], list[tuple[int, int]]]:
    """Formats, and the smallest and the largest size, of the readable files."""
    from catclf.images.decode import format_and_size

    formats: Counter[str] = Counter()
    sizes: list[tuple[int, int]] = []
    for split in source.splits.values():
        for path in split.files():
            if str(path) in good:
                try:
                    format_, size = format_and_size(path)
                except ImageError:  # it has changed since it was read
                    continue
                formats[format_] += 1
                sizes.append(size)
    sizes.sort(key=lambda size: size[0] * size[1])
    return dict(formats.most_common()), [sizes[0], sizes[-1]] if sizes else []
