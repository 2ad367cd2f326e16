"""The options that name a Dask cluster."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from catclf.commands.help import grouped
from catclf.commands.options import file_option
from catclf.commands.output import note

if TYPE_CHECKING:
    from catclf.cluster import Cluster
    from catclf.datasets.dataset import Dataset
    from catclf.datasets.source import Source

C = TypeVar("C", bound=Callable[..., Any])


cluster_options = grouped(
    "Cluster",
    click.option(
        "--scheduler",
        metavar="ADDRESS",
        envvar="DASK_SCHEDULER_ADDRESS",
        help="Scheduler of a Dask cluster to work on, like tcp://node1:8786; or local, or local:N, "
        "for N processes on this machine.  [env: DASK_SCHEDULER_ADDRESS]",
    ),
    file_option("--scheduler-file", help="File in which the scheduler has written its address."),
    click.option(
        "--patience",
        metavar="SECONDS",
        type=click.FloatRange(1, 10**7),
        default=60,
        show_default=True,
        help="How long to wait for a worker while the cluster has none.",
    ),
)
"""The options `--scheduler`, `--scheduler-file` and `--patience`."""


def chosen_cluster(
    scheduler: str | None, scheduler_file: Path | None, patience: float
) -> "Cluster | None":
    """The cluster that the options name, if any, connected until the command ends."""
    if scheduler is None and scheduler_file is None:
        return None
    from catclf.cluster import address_in, connected

    address = address_in(scheduler_file) if scheduler_file else scheduler
    assert address is not None
    cluster = connected(address, patience=patience, on_wait=note)
    return click.get_current_context().with_resource(cluster)


@contextmanager
def trained_on(cluster: "Cluster | None", dataset: "Dataset") -> "Iterator[Dataset]":
    """Let the cluster make the passes of trainings within the context.

    Yields
    ------
    Dataset
        The same one, with fingerprints that the workers have taken.
    """
    if cluster is None:
        yield dataset
        return
    from dataclasses import replace

    from catclf.datasets.on_cluster import fingerprints_on
    from catclf.solvers.cluster import OnCluster
    from catclf.solvers.engine import worked_on_by

    prints = dataset.prints
    if prints is None:
        prints = fingerprints_on(cluster, dataset.images)
    with worked_on_by(OnCluster(cluster)):
        yield replace(dataset, prints=prints)


def require_files(cluster: "Cluster", source: "Source") -> None:
    """Raise an error unless a data set is packed, and all workers can open its files."""
    from catclf.datasets import on_cluster

    on_cluster.require_files(cluster, source)
