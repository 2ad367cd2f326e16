"""What the workers of a cluster do with images, apart from passes of a training."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from catclf.cluster.cluster import Call, Cluster
from catclf.cluster.recipe import Recipe
from catclf.datasets.dataset import Split
from catclf.datasets.hdf5.splits import Hdf5Split
from catclf.datasets.image_files import ImageFiles
from catclf.datasets.pack_shards import Done, Task, write_shard
from catclf.datasets.source import Source
from catclf.errors import ClusterError, reason_of
from catclf.images.fingerprints import Fingerprints, fingerprints
from catclf.rows import Rows, between


def require_files(cluster: Cluster, source: Source) -> None:
    """Raise `ClusterError` unless a data set is packed, and every worker can open its files."""
    paths: list[Path] = []
    for split in source.splits.values():
        if not isinstance(split, Hdf5Split):
            raise ClusterError(
                f"{source.path} holds image files; pack them for a cluster: catclf pack "
                f"{source.path} shards/ --shards N"
            )
        paths += [path.absolute() for path in split.paths]
    for address, reason in cluster.run_everywhere(_why_not, paths).items():
        if reason:
            raise ClusterError(
                f"the worker {address} cannot open {reason}; all workers need the data at this path"
            )


def fingerprints_on(cluster: Cluster, images: Rows) -> Fingerprints:
    """Fingerprints (m,) of images that the workers can open."""

    def calls() -> list[Call]:
        workers = list(cluster.workers)
        ends = [i * len(images) // len(workers) for i in range(len(workers) + 1)]
        return [
            Call(address, _fingerprints, (Recipe(between(images, start, stop)),))
            for address, (start, stop) in zip(workers, pairwise(ends), strict=True)
            if stop > start
        ]

    return np.concatenate(cluster.results(calls))


def write_shards(cluster: Cluster, tasks: Sequence[Task]) -> Iterator[Done]:
    """Write the shards of a data set, whose files the workers can open, to a folder they share."""
    return cluster.stream(write_shard, ((_from_anywhere(task),) for task in tasks))


def _from_anywhere(task: Task) -> Task:
    source = task.source
    splits = {name: anywhere(split) for name, split in source.splits.items()}
    source = replace(source, path=source.path.absolute(), splits=splits)
    return task._replace(path=task.path.absolute(), source=source)


def anywhere(split: Split) -> Split:
    """A split whose paths lead to the same from any folder."""
    if isinstance(split, Hdf5Split):
        return replace(split, paths=tuple(path.absolute() for path in split.paths))
    assert isinstance(split, ImageFiles)
    return replace(split, paths=[path.absolute() for path in split.paths])


def _fingerprints(images: Recipe[Rows]) -> Fingerprints:
    return fingerprints(images.make())


def _why_not(paths: Sequence[Path]) -> str:
    for path in paths:
        try:
            with path.open("rb") as file:
                file.read(1)
        except OSError as error:
            return f"{path}: {reason_of(error)}"
    return ""
