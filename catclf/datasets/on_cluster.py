"""What the workers of a cluster do with images, apart from passes of a training."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from catclf.cluster import Cluster, Recipe
from catclf.datasets.hdf5 import Hdf5Split
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

    def submit() -> list[Any]:
        workers = list(cluster.workers)
        ends = [i * len(images) // len(workers) for i in range(len(workers) + 1)]
        return [
            cluster.submit(address, _fingerprints, Recipe(between(images, start, stop)))
            for address, (start, stop) in zip(workers, pairwise(ends), strict=True)
            if stop > start
        ]

    return np.concatenate(cluster.results(submit))


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
