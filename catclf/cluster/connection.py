"""Where a cluster is, and how one is started on this machine."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from catclf.cluster.cluster import ANSWER, PATIENCE, Cluster, OnWait
from catclf.errors import ClusterError, reason_of
from catclf.parallel import cores

LOCAL = "local"
"""Stands for a cluster on this machine, which is started for the purpose; as does `local:4`."""


@contextmanager
def connected(
    scheduler: str,
    *,
    patience: float = PATIENCE,
    on_wait: OnWait | None = None,
) -> Iterator[Cluster]:
    """Connect to a cluster, and leave it as it was in the end; or start one here, and end it.

    Parameters
    ----------
    scheduler : str
        Address of the scheduler, `local` or `local:N` for N processes on this machine.
    patience, on_wait
        As for `Cluster`.

    Yields
    ------
    Cluster
        With at least one worker, all of which have the versions that this process has.

    Raises
    ------
    ClusterError
        If dask is not installed, there is no scheduler or no worker, or versions differ.
    """
    try:
        import dask
        import distributed
    except ImportError:
        raise ClusterError(
            "a cluster needs Dask; install it: pip install 'catclf[cluster]'"
        ) from None
    settings = {
        "distributed.admin.tick.limit": "1h",
        "distributed.admin.large-graph-warning-threshold": "1GB",
        # For workers here. Dask's own would give memory back to the system after each array, and
        # getting it again takes longer than what is done with it.
        "distributed.nanny.pre-spawn-environ": {"OPENBLAS_NUM_THREADS": 1, "OMP_NUM_THREADS": 1},
    }
    with dask.config.set(settings):
        local = _local(scheduler) if scheduler.partition(":")[0] == LOCAL else None
        try:
            client = distributed.Client(local or scheduler, timeout=ANSWER, set_as_default=False)
        except (OSError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise ClusterError(f"there is no scheduler at {scheduler}: {reason}") from error
        try:
            cluster = Cluster(client, patience=patience, on_wait=on_wait)
            cluster.wait_for_workers()
            cluster.require_same_versions()
            yield cluster
        finally:
            client.close(timeout=ANSWER)
            if local:
                local.close(timeout=ANSWER)


def address_in(path: Path) -> str:
    """The address that a scheduler has written to a file.

    Raises
    ------
    ClusterError
        If there is no such file, or no address in it.
    """
    try:
        return str(json.loads(path.read_bytes())["address"])
    except OSError as error:
        raise ClusterError(f"{path} cannot be read: {reason_of(error)}") from error
    except (ValueError, LookupError, TypeError) as error:
        raise ClusterError(f"{path} was not written by a scheduler of Dask") from error


def _local(scheduler: str) -> Any:
    from distributed import LocalCluster

    count = scheduler.partition(":")[2] or str(cores())
    if not count.isdecimal() or not 1 <= int(count) <= 1000:
        raise ClusterError(f"{scheduler} is not a cluster; give a number, as in local:4")
    threads = max(1, cores() // int(count))
    return LocalCluster(
        n_workers=int(count),
        threads_per_worker=threads,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    )
