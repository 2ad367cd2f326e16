"""What is in a data set, and what may be wrong with it."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from catclf.datasets.dataset import Dataset, Progress, Skipped
from catclf.datasets.source import Source
from catclf.errors import DataError
from catclf.images.fingerprints import Fingerprints, fingerprints
from catclf.images.near_duplicates import (
    PerceptualHashes,
    exact_duplicates,
    near_duplicates,
    perceptual_hashes,
)

_MOST_COMPARED = 20_000


class Copy(NamedTuple):
    """Two images that are the same, or nearly."""

    names: tuple[str, str]
    splits: tuple[str, str]
    classes: tuple[str, str]
    exact: bool
    """Whether all their pixels are the same at 64 × 64."""

    @property
    def leaks(self) -> bool:
        """Whether they are in different splits: a score on one then flatters the model."""
        return self.splits[0] != self.splits[1]

    @property
    def contradicts(self) -> bool:
        """Whether they are in different classes: one of them is wrong."""
        return self.classes[0] != self.classes[1]


@dataclass(frozen=True)
class Report:
    """What is in a data set."""

    where: str
    images: dict[str, dict[str, int]]
    """For each split, the number of images of each class."""
    formats: dict[str, int]
    """Number of files of each format, the commonest first; none where there are no files."""
    sizes: list[tuple[int, int]]
    """Width and height of the files with the fewest and with the most pixels; or none."""
    copies: list[Copy]
    skipped: list[Skipped]
    """Files that are no images."""

    @property
    def leaks(self) -> list[Copy]:
        """Copies in different splits."""
        return [copy for copy in self.copies if copy.leaks]

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "where": self.where,
            "pictures": self.images,
            "formats": self.formats,
            "sizes": self.sizes,
            "copies": [
                {**copy._asdict(), "leaks": copy.leaks, "contradicts": copy.contradicts}
                for copy in self.copies
            ],
            "skipped": [file._asdict() for file in self.skipped],
            "leaks": len(self.leaks),
        }


class _Place(NamedTuple):
    name: str
    split: str
    class_: str


def check(source: Source, *, progress: Progress | None = None) -> Report:
    """Look through all splits of a data set.

    Parameters
    ----------
    source : Source
        The data set.
    progress : callable, optional
        Told how many images are done.

    Returns
    -------
    Report
        What is there.

    Raises
    ------
    DataError
        If the data set is damaged, or no image in it can be used.
    """
    total = source.class_names().total()
    places: list[_Place] = []
    prints: list[Fingerprints] = []
    hashes_of_all: list[PerceptualHashes] = []
    skipped: list[Skipped] = []
    for split, found in source.splits.items():
        for batch in found.batches(source.preprocessing):
            images = batch.images[:]
            prints.append(fingerprints(images))
            hashes_of_all.append(perceptual_hashes(images))
            places += [
                _Place(name, split, class_)
                for name, class_ in zip(batch.names, batch.classes, strict=True)
            ]
            skipped += batch.skipped
            if progress:
                progress(min(len(places) + len(skipped), total), total)
    if not places:
        name, reason = skipped[0]
        raise DataError(f"{source.path} has no image that can be used: {name}: {reason}")
    formats, sizes = _files(source, {place.name for place in places})
    return Report(
        where=str(source.path),
        images={split: _count(places, split) for split in source.splits},
        formats=formats,
        sizes=sizes,
        copies=_copies(places, np.concatenate(prints), hashes_of_all),
        skipped=skipped,
    )


def near_leaks(train: Dataset, test: Dataset) -> int:
    """How many test images are nearly, but not quite, the same as a training image.

    Parameters
    ----------
    train, test : Dataset
        Images. More than 20 000 together would take long to compare.

    Returns
    -------
    int
        0 too where there are too many to compare.
    """
    if train.m + test.m > _MOST_COMPARED:
        return 0
    images = np.concatenate([test.images[:], train.images[:]])
    pairs = [(i, j) for i, j in near_duplicates(perceptual_hashes(images)) if i < test.m <= j]
    return len({i for i, j in pairs if not np.array_equal(images[i], images[j])})


def _count(places: list[_Place], split: str) -> dict[str, int]:
    return dict(sorted(Counter(place.class_ for place in places if place.split == split).items()))


def _copies(
    places: list[_Place], prints: Fingerprints, hashes_of_all: list[PerceptualHashes]
) -> list[Copy]:
    exact = exact_duplicates(prints)
    near = near_duplicates(
        PerceptualHashes(
            np.concatenate([some.hashes for some in hashes_of_all]),
            np.concatenate([some.thumbnails for some in hashes_of_all]),
        )
    )
    pairs = [(i, j, True) for i, j in exact]
    pairs += [(i, j, False) for i, j in near if prints[i] != prints[j]]
    return [
        Copy(
            (places[i].name, places[j].name),
            (places[i].split, places[j].split),
            (places[i].class_, places[j].class_),
            is_exact,
        )
        for i, j, is_exact in pairs
    ]


def _files(source: Source, good: set[str]) -> tuple[dict[str, int], list[tuple[int, int]]]:
    """Formats, and the smallest and the largest size, of the files that are images."""
    from catclf.images.decode import format_and_size

    formats: Counter[str] = Counter()
    sizes: list[tuple[int, int]] = []
    for split in source.splits.values():
        for path in split.files():
            if str(path) in good:
                format_, size = format_and_size(path)
                formats[format_] += 1
                sizes.append(size)
    sizes.sort(key=lambda size: size[0] * size[1])
    return dict(formats.most_common()), [sizes[0], sizes[-1]] if sizes else []
