"""A folder of packed files, its shards, that make up one data set; an index says which.

Images come in an order that looks random, so that each shard has images of all classes, and every
machine of a cluster the same work. Where the order by name is wanted, `random_order` gives it back.
"""

import json
import re
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.dataset import WHOLE
from catclf.datasets.hdf5 import splits as hdf5
from catclf.datasets.hdf5.contents import PREFIXES
from catclf.datasets.hdf5.splits import Hdf5Split, joined
from catclf.errors import DataError, SettingsError, reason_of
from catclf.images.find import INDEX
from catclf.images.preprocessing import Preprocessing
from catclf.storage import require_ordinary
from catclf.strict_json import read_json

FORMAT = 1

# A name on any system, that leads nowhere else.
_SHARD_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,254}")

# A billion images make some ten thousand shards, of 300 bytes each in the index.
_LARGEST_INDEX = 2**26


@dataclass(frozen=True)
class Shard:
    """What the index says of a file."""

    file: str
    """Its name, in the folder of the index."""
    images: dict[str, int]
    """Number of images of each class, the positive one first."""
    bytes: int
    sha256: str
    skipped: list[int]
    """Places, in the order by name, of images that are in no shard because they are unreadable."""


@dataclass(frozen=True)
class Index:
    """What a folder of shards holds, or is to hold."""

    source: str
    """Digest of the data set that is packed."""
    preprocessing: Preprocessing
    shards: int
    """How many each split has, when it is complete."""
    splits: dict[str, list[Shard | None]]
    """For each split, its shards; None for one that is still to be written."""

    @property
    def is_complete(self) -> bool:
        """Whether all shards have been written."""
        return all(shard for shards in self.splits.values() for shard in shards)

    def with_shard(self, split: str, place: int, shard: Shard) -> Self:
        """The same, with one more shard."""
        shards = list(self.splits[split])
        shards[place] = shard
        return replace(self, splits=self.splits | {split: shards})

    def to_json(self) -> str:
        """The text of the index."""
        return json.dumps(
            {
                "format": FORMAT,
                "complete": self.is_complete,
                "source": self.source,
                "pictures": self.preprocessing.to_dict(),
                "splits": {
                    split: [shard and asdict(shard) for shard in shards]
                    for split, shards in self.splits.items()
                },
            },
            indent=1,
        )


def random_order(m: int) -> NDArray[np.intp]:
    """The order of images in shards.

    Parameters
    ----------
    m : int
        Number of images.

    Returns
    -------
    int array (m,)
        For each place in the shards, the place in the order by name. It depends on m alone: places
        are sorted by a hash of them (the finalizer of SplitMix64, by Sebastiano Vigna).
    """
    z = np.arange(1, m + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.argsort(z ^ (z >> np.uint64(31)), kind="stable")


def load_index(folder: Path) -> Index:
    """Read the index of a folder of shards.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    Index
        Perhaps not complete.

    Raises
    ------
    DataError
        If the index cannot be read, or says what it cannot mean.
    """
    path = folder / INDEX
    require_ordinary(path)
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_INDEX + 1)
        if len(content) > _LARGEST_INDEX:
            raise ValueError("it is too large")
        return _index(read_json(content))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {reason_of(error)}") from error
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        OverflowError,
        SettingsError,
    ) as error:
        raise DataError(f"{path} is not a valid index of shards; pack the images again") from error


def _index(meta: dict[str, Any]) -> Index:
    if meta["format"] != FORMAT:
        raise ValueError("it was made by another version")
    splits: dict[str, list[Shard | None]] = {
        str(split): [None if shard is None else _shard(shard) for shard in shards]
        for split, shards in meta["splits"].items()
    }
    if not splits.keys() <= {*PREFIXES.values(), WHOLE}:
        raise ValueError("it has other splits than data sets have")
    counts = {len(shards) for shards in splits.values()}
    if len(counts) != 1 or counts == {0}:
        raise ValueError("its splits have different numbers of shards")
    preprocessing = Preprocessing.from_dict(meta["pictures"])
    return Index(str(meta["source"]), preprocessing, counts.pop(), splits)


def _shard(meta: dict[str, Any]) -> Shard:
    name = meta["file"]
    if not isinstance(name, str) or not _SHARD_NAME.fullmatch(name):
        raise ValueError("a shard lies outside the folder")
    images = {str(class_): int(count) for class_, count in meta["images"].items()}
    skipped = [int(place) for place in meta["skipped"]]
    return Shard(name, images, int(meta["bytes"]), str(meta["sha256"]), skipped)


def labelled_splits(folder: Path) -> dict[str, Hdf5Split]:
    """Find the splits in a folder of shards; images are not read yet.

    Parameters
    ----------
    folder : Path
        What `catclf pack --shards` wrote.

    Returns
    -------
    dict
        "train", "validation" and "test", or some of them; or "all".

    Raises
    ------
    DataError
        If a shard is missing, or not what the index says, or has not been packed yet.
    """
    index = load_index(folder)
    return {split: _joined(folder, index, split) for split in index.splits}


def _joined(folder: Path, index: Index, split: str) -> Hdf5Split:
    parts = []
    for shard in index.splits[split]:
        if shard is None:
            raise DataError(
                f"{folder} is not complete; pack the data set again, with the same options, to "
                "write the shards that are missing"
            )
        parts.append(_opened(folder / shard.file, shard, split))
    return joined(parts)


def _opened(path: Path, shard: Shard, split: str) -> Hdf5Split:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise DataError(
            f"{path} cannot be read: {reason_of(error)}; pack the images again"
        ) from error
    if size != shard.bytes:
        raise DataError(
            f"{path} has {size} bytes, but {INDEX} says {shard.bytes}; pack the images again"
        )
    part = hdf5.labelled_splits(path).get(split)
    if part is None or part.class_names() != Counter(shard.images):
        raise DataError(f"{path} has other images than {INDEX} says; pack them again")
    return replace(part, sha256=(shard.sha256,))
