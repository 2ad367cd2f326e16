"""Work on the machines of a Dask cluster (the extra `cluster`).

Dask finds the workers, sends them functions, and does the work of a lost one elsewhere. What it
does not do is here: to say so when there is nobody left to wait for, and to end with one line
rather than with pages of its log.
"""

import asyncio
import json
import logging
import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from time import monotonic
from typing import Any

from catclf._version import __version__
from catclf.errors import CatclfError, ClusterError, reason_of
from catclf.parallel import cores

LOCAL = "local"
"""Stands for a cluster on this machine, which is started for the purpose; as does `local:4`."""

PATIENCE = 60.0
"""Seconds to wait for a worker where there is none."""

# Seconds between two looks at whether there is a worker to wait for, and that one may take.
_LOOK, _ANSWER = 1.0, 10.0

_SCHEDULER_IS_GONE = (
    "the scheduler at {} is gone; start a cluster again, and resume from a checkpoint"
)

OnWait = Callable[[str], None]
"""Called with a line for the user while there is no worker."""


class Cluster:
    """The workers of a Dask cluster.

    Parameters
    ----------
    client : distributed.Client
        Connected to the scheduler.
    patience : float
        Seconds to wait for a worker where there is none.
    on_wait : callable, optional
        Called with a line for the user while there is no worker.
    """

    def __init__(
        self, client: Any, *, patience: float = PATIENCE, on_wait: OnWait | None = None
    ) -> None:
        self._client, self._patience, self._on_wait = client, patience, on_wait
        self._address = client.scheduler.address
        self._without_worker: float | None = None

    @property
    def workers(self) -> dict[str, int]:
        """The address of each worker, in a fixed order, and how many threads it has."""
        found = self._client.sync(self._client.scheduler.ncores, callback_timeout=_ANSWER)
        return dict(sorted(found.items()))

    def submit(self, address: str, function: Callable[..., Any], *args: Any) -> Any:
        """Let a worker call a function, or another one if that worker is lost.

        Parameters
        ----------
        address : str
            The worker.
        function : callable
            Of a module that the workers have.
        *args : object
            Its arguments; what `submit` has returned stands for its result.

        Returns
        -------
        distributed.Future
            For `gather`. The result stays on the worker for as long as this object is in use.
        """
        return self._client.submit(
            function, *args, workers=[address], allow_other_workers=True, pure=False
        )

    def gather(self, futures: Sequence[Any]) -> list[Any]:
        """Wait for results.

        Parameters
        ----------
        futures : sequence of distributed.Future
            What `submit` has returned.

        Returns
        -------
        list
            The results, in this order.

        Raises
        ------
        CatclfError
            What a function has raised.
        ClusterError
            If the scheduler is gone, or there is no worker for too long, or one dies of the work.
        """
        loop = self._client.loop.asyncio_loop
        together = self._client.gather(list(futures), asynchronous=True)
        waiting = asyncio.run_coroutine_threadsafe(together, loop)
        try:
            while True:
                try:
                    return list(waiting.result(_LOOK))
                except TimeoutError:
                    self.require_workers()
        except BaseException as error:  # also Ctrl-C
            waiting.cancel()
            if self._client.status == "running":
                self._client.cancel(list(futures), asynchronous=True)
            if isinstance(error, Exception) and not isinstance(error, CatclfError | MemoryError):
                raise ClusterError(self._reason(error)) from error
            raise

    def run_everywhere(self, function: Callable[..., Any], *args: Any) -> dict[str, Any]:
        """Call a function on every worker; the result, or what it raised, by address."""
        answers = self._client.run(function, *args, on_error="return")
        return dict(sorted(answers.items()))

    def require_same_versions(self) -> None:
        """Raise `ClusterError` unless all workers compute as this process does."""
        needed: dict[str, tuple[str, Callable[..., str], tuple[str, ...]]] = {
            "catclf": (__version__, metadata.version, ("catclf",)),
            "numpy": (metadata.version("numpy"), metadata.version, ("numpy",)),
            "Python": (_minor(platform.python_version()), platform.python_version, ()),
        }
        for name, (version, function, args) in needed.items():
            for address, found in self.run_everywhere(function, *args).items():
                if isinstance(found, Exception):
                    raise ClusterError(f"the worker {address} does not have {name}; install it")
                if (_minor(found) if name == "Python" else found) != version:
                    raise ClusterError(
                        f"the worker {address} has {name} {found}, not {version}; install the same "
                        "version everywhere"
                    )

    def require_workers(self) -> None:
        """Wait for a worker with patience, but not without a word, and not without end."""
        if self.workers:
            self._without_worker = None
            return
        now = monotonic()
        if self._without_worker is None:
            self._without_worker = now
            if self._on_wait:
                self._on_wait(
                    f"Waiting for a worker: none is left at {self._address} "
                    f"(for up to {self._patience:g} s; see --patience)"
                )
        elif now - self._without_worker > self._patience:
            raise ClusterError(
                f"no worker at {self._address} for {self._patience:g} s; start one, and resume "
                "from a checkpoint"
            )

    def _reason(self, error: Exception) -> str:
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            return (
                "several workers died one after the other at the same work, perhaps because they "
                "have too little memory; give them more, or use more of them"
            )
        if self._client.status != "running" or isinstance(error, OSError | asyncio.CancelledError):
            return (
                f"the scheduler at {self._address} is gone; start a cluster again, and resume from "
                "a checkpoint"
            )
        return f"a worker failed: {type(error).__name__}: {error}"


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
    for name in ("distributed", "tornado"):
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    with dask.config.set({"distributed.admin.tick.limit": "1h"}):
        local = _local(scheduler) if scheduler.partition(":")[0] == LOCAL else None
        try:
            client = distributed.Client(local or scheduler, timeout=_ANSWER, set_as_default=False)
        except (OSError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise ClusterError(f"there is no scheduler at {scheduler}: {reason}") from error
        try:
            cluster = Cluster(client, patience=patience, on_wait=on_wait)
            _wait_for_workers(cluster)
            cluster.require_same_versions()
            yield cluster
        finally:
            client.close(timeout=_ANSWER)
            if local:
                local.close(timeout=_ANSWER)


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
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    )


def _wait_for_workers(cluster: Cluster) -> None:
    from time import sleep

    while not cluster.workers:
        cluster.require_workers()
        sleep(_LOOK / 10)


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])
