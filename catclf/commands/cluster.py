"""The options that name a Dask cluster."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catclf.commands.help import grouped
from catclf.commands.options import file_option
from catclf.commands.output import note

if TYPE_CHECKING:
    from catclf.cluster.cluster import Cluster
    from catclf.datasets.dataset import Dataset
    from catclf.datasets.pack_shards import Run
    from catclf.datasets.source import Source
    from catclf.training.settings import TrainingSettings

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
    from catclf.cluster.connection import address_in, connected

    _keep_logs_from_the_terminal()
    address = address_in(scheduler_file) if scheduler_file else scheduler
    assert address is not None
    cluster = connected(address, patience=patience, on_wait=note)
    return click.get_current_context().with_resource(cluster)


def _keep_logs_from_the_terminal() -> None:
    """Dask logs a lost scheduler by pages; what users should know of it is in the error."""
    import logging
    from contextlib import suppress

    with suppress(ImportError):
        import distributed  # noqa: F401 - makes its loggers
    for name in logging.root.manager.loggerDict:
        if name.partition(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).disabled = True


def require_possible(settings: "TrainingSettings") -> None:
    """Raise an error where a cluster cannot train with some settings."""
    if settings.feature_specification.has_encoder:
        raise click.UsageError(
            "a pre-trained encoder does not work on a cluster; leave out --scheduler"
        )


@contextmanager
def trained_on(cluster: "Cluster | None", dataset: "Dataset") -> "Iterator[Dataset]":
    """Let the cluster do the work of trainings within the context.

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

    if dataset.prints is None:
        dataset = replace(dataset, prints=fingerprints_on(cluster, dataset.images))
    with worked_on_by(OnCluster(cluster)):
        yield dataset


def read_by_workers(cluster: "Cluster | None", source: "Source") -> dict[str, int]:
    """How to load a data set, so that the workers read its files themselves.

    Raises
    ------
    ClusterError
        If it is not packed, or a worker cannot open its files.
    """
    if cluster is None:
        return {}
    from catclf.datasets.on_cluster import require_files

    require_files(cluster, source)
    return {"memory_limit": 0}


def written_by(cluster: "Cluster") -> "Run":
    """Let the workers write the shards of a data set."""
    from functools import partial

    from catclf.datasets.on_cluster import write_shards

    return partial(write_shards, cluster)
