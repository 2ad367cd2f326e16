"""A data set becomes a folder of packed files, one after the other or on several machines."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.dataset import Skipped, Split
from catclf.datasets.hdf5.images import sha256_of
from catclf.datasets.hdf5.splits import Hdf5Split, labelled_splits
from catclf.datasets.pack import Packed, name_below, pack
from catclf.datasets.shards import Index, Shard, load_index, random_order
from catclf.datasets.source import Source
from catclf.errors import DataError, OutputError, reason_of
from catclf.images.find import INDEX
from catclf.images.preprocessing import Preprocessing
from catclf.progress import Progress
from catclf.storage import is_partial, written_whole


class Task(NamedTuple):
    """A shard that is to be written; another machine can do it."""

    split: str
    place: int
    """Among the shards of the split."""
    path: Path
    """Of the file."""
    source: Source
    """The images of the shard alone."""
    order: NDArray[np.intp]
    """Their places in the order by name."""
    preprocessing: Preprocessing
    skip_bad: bool


class Done(NamedTuple):
    """A shard that has been written."""

    split: str
    place: int
    shard: Shard
    skipped: list[Skipped]


Run = Callable[[Sequence[Task]], Iterable[Done]]
"""Calls `write_shard` for each task, anywhere, and gives the results in any order."""


def pack_shards(
    source: Source,
    folder: str | Path,
    shards: int,
    preprocessing: Preprocessing | None = None,
    *,
    skip_bad: bool = False,
    progress: Progress | None = None,
    run: Run | None = None,
) -> Packed:
    """Write each split of a data set to several HDF5 files, and an index of them.

    Each file is one that `pack` writes. The index is written anew after each of them, so that
    nothing is lost when the program is stopped: called again, it writes what is missing.

    Parameters
    ----------
    source : Source
        The data set.
    folder : str or Path
        Where to; it is made, or holds some of these shards already.
    shards : int
        How many files each split becomes.
    preprocessing : Preprocessing, optional
        How to bring images to side × side; by default as the course does, or as they were packed.
    skip_bad : bool
        Skip unreadable files instead of stopping.
    progress : callable, optional
        Called with the number of images done and the number of all.
    run : callable, optional
        Writes the shards; by default one after the other, in this process.

    Returns
    -------
    Packed
        What is in the shards, and what was skipped.

    Raises
    ------
    DataError
        If the folder holds shards of other images or another preprocessing, if there are fewer
        images than shards, or as `pack` does.
    OutputError
        If a file cannot be written.
    """
    folder = Path(folder)
    preprocessing = preprocessing or source.packed or Preprocessing()
    index = _begun(source, folder, shards, preprocessing)
    tasks = [
        task
        for split, found in source.splits.items()
        for task in _tasks(source, split, found, index, folder, skip_bad=skip_bad)
    ]
    total = source.class_names().total()
    done = total - sum(len(task.order) for task in tasks)
    skipped: list[Skipped] = []
    for split, place, shard, unreadable in (run or _in_turn)(tasks):
        index = index.with_shard(split, place, shard)
        _save(index, folder)
        skipped += unreadable
        done += sum(shard.images.values()) + len(shard.skipped)
        if progress:
            progress(done, total)
    return Packed({split: _counts(index, split, source) for split in index.splits}, skipped)


def write_shard(task: Task) -> Done:
    """Write one shard, whole or not at all."""
    split, place, path, source, order, preprocessing, skip_bad = task
    packed = pack(source, path, preprocessing, skip_bad=skip_bad)
    written = labelled_splits(path)[split]
    bad = {name for name, _ in packed.skipped}
    files = source.splits[split].files()
    unreadable = [int(i) for i, file in zip(order, files, strict=False) if str(file) in bad]
    images = dict(written.class_names())
    shard = Shard(path.name, images, path.stat().st_size, sha256_of(path), unreadable)
    return Done(split, place, shard, packed.skipped)


def _in_turn(tasks: Sequence[Task]) -> Iterator[Done]:
    return map(write_shard, tasks)


def _begun(source: Source, folder: Path, shards: int, preprocessing: Preprocessing) -> Index:
    """The index so far: that of the folder, or one without any shard."""
    empty: dict[str, list[Shard | None]] = {split: [None] * shards for split in source.splits}
    index = Index(_digest(source), preprocessing, shards, empty)
    if not (folder / INDEX).exists():
        _make(folder)
        _save(index, folder)
        return index
    earlier = load_index(folder)
    if replace(earlier, splits=index.splits) != index or earlier.splits.keys() != empty.keys():
        raise DataError(
            f"{folder} holds shards of other images, or of another number or preprocessing; name "
            "another folder, or remove it"
        )
    splits = {
        split: [shard if shard and _is_there(folder, shard) else None for shard in found]
        for split, found in earlier.splits.items()
    }
    return replace(index, splits=splits)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
        if not all(map(is_partial, folder.iterdir())):
            raise OutputError(f"{folder} is not empty; name a folder for the shards alone")
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {reason_of(error)}") from error


def _is_there(folder: Path, shard: Shard) -> bool:
    path = folder / shard.file
    return path.exists() and sha256_of(path) == shard.sha256


def _tasks(
    source: Source, split: str, found: Split, index: Index, folder: Path, *, skip_bad: bool
) -> Iterator[Task]:
    """The shards of a split that are still to be written."""
    m = len(found.classes)
    if m < index.shards:
        raise DataError(
            f"{source.where(split)} has {m} images, too few for {index.shards} shards; choose a "
            "smaller number with --shards"
        )
    order = random_order(m)
    ends = [i * m // index.shards for i in range(index.shards + 1)]
    for place, (start, stop) in enumerate(pairwise(ends)):
        if index.splits[split][place] is None:
            chosen = order[start:stop]
            part = replace(source, splits={split: found.subset(chosen)})
            path = folder / f"{split}-{place + 1:05}-of-{index.shards:05}.h5"
            yield Task(split, place, path, part, chosen, index.preprocessing, skip_bad)


def _save(index: Index, folder: Path) -> None:
    with written_whole(folder / INDEX) as file:
        file.write(index.to_json().encode())


def _counts(index: Index, split: str, source: Source) -> dict[str, int]:
    """The number of images of each class, the positive one first."""
    found = [item for shard in index.splits[split] if shard for item in shard.images.items()]
    positive = sum(count for name, count in found if name in source.positive_classes)
    return {
        source.positive: positive,
        source.negative: sum(count for _, count in found) - positive,
    }


def _digest(source: Source) -> str:
    """A short text that differs for other files, another order, other classes or sizes."""
    digest = hashlib.blake2b(digest_size=16)
    for split, found in source.splits.items():
        stored = found.paths if isinstance(found, Hdf5Split) else ()
        files = [
            (name_below(source.path, str(path)), path.stat().st_size if path.exists() else None)
            for path in found.files() or stored
        ]
        digest.update(json.dumps([split, files, list(found.classes), source.positive]).encode())
    return digest.hexdigest()
