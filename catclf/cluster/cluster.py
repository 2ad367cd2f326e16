"""The workers of a Dask cluster.

Dask finds the workers, sends them functions, and does the work of a lost one elsewhere. What it
does not do is here: to say so when there is nobody left to wait for, and to end with one line
rather than with pages of its log.
"""

import asyncio
import platform
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, wait
from contextlib import suppress
from importlib import metadata
from time import monotonic, sleep
from typing import Any, NamedTuple, TypeVar

from catclf._version import __version__
from catclf.cluster.recipe import Recipe
from catclf.errors import CatclfError, ClusterError

R = TypeVar("R")

PATIENCE = 60.0
"""Seconds to wait for a worker where there is none."""

ANSWER = 10.0
"""Seconds that the scheduler may take to answer."""

# Seconds between two looks at whether there is a worker to wait for.
_LOOK = 1.0

# Tasks for each thread of a worker that are on their way at a time.
_IN_FLIGHT = 3

# How often work is begun anew after all workers were lost.
_ATTEMPTS = 4

_DEADLY = (
    "workers died one after the other at the same work, perhaps because they have too little "
    "memory; give them more, or use more of them"
)

OnWait = Callable[[str], None]
"""Called with a line for the user while there is no worker."""


class _WorkersAreReplacedError(CatclfError):
    """All workers were lost, with what they kept, and there are others now."""


class Call(NamedTuple):
    """What a worker is to do, or another one if that worker is lost."""

    address: str
    """The worker."""
    function: Callable[..., Any]
    """Of a module that the workers have."""
    args: tuple[Any, ...]


class _Waiting(NamedTuple):
    """A task on its way."""

    item: tuple[Any, ...]
    future: Any
    generation: int


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
        self._known = set(self.workers)
        self._loop = client.loop.asyncio_loop
        self._latest: list[Any] = []
        self._counted = (0.0, len(self._known))
        self.rounds = 0
        """How often `results` has been waited for: passes over the examples, above all."""
        self.generation = 0
        """How often all workers were lost, and with them all that they kept."""

    @property
    def workers(self) -> dict[str, int]:
        """The address of each worker, in a fixed order, and how many threads it has."""
        try:
            found = self._client.sync(self._client.scheduler.ncores, callback_timeout=ANSWER)
        except (OSError, CancelledError) as error:
            raise ClusterError(self._is_gone) from error
        return dict(sorted(found.items()))

    @property
    def _is_gone(self) -> str:
        return (
            f"the scheduler at {self._address} is gone; start a cluster again, and resume from a "
            "checkpoint"
        )

    @property
    def count(self) -> int:
        """The number of workers, as of at most a second ago."""
        if monotonic() - self._counted[0] > _LOOK:
            self._counted = monotonic(), len(self.workers)
        return self._counted[1]

    def submit(self, address: str, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        """Let a worker call a function, and keep the result.

        Parameters
        ----------
        address, function, args
            As in a `Call`.

        Returns
        -------
        distributed.Future
            Stands for the result in the arguments of calls. The worker keeps it for as long as this
            object is in use, and another one makes it again if that worker is lost.
        """
        return self._client.submit(
            function, *args, workers=[address], allow_other_workers=True, pure=False
        )

    def results(self, calls: Callable[[], Sequence[Call]]) -> list[Any]:
        """Let workers call some functions, and wait for the results.

        Parameters
        ----------
        calls : callable
            Gives the calls. It is asked again where all workers were lost.

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

        def submitted() -> list[Any]:
            wanted = calls()

            async def submit() -> list[Any]:
                return [self.submit(*call) for call in wanted]

            # In one go, so that they travel in one message: a second one would wait for 10 ms. For
            # the same reason the futures before these are released after them.
            self._latest = asyncio.run_coroutine_threadsafe(submit(), self._loop).result()
            return self._latest

        results = self._attempted(submitted)
        self.rounds += 1
        return results

    def _attempted(self, submitted: Callable[[], list[Any]]) -> list[Any]:
        for _ in range(_ATTEMPTS):
            with suppress(_WorkersAreReplacedError):
                return self._gathered(submitted())
        raise ClusterError(_DEADLY)

    def stream(
        self, function: Callable[..., R], items: Iterable[tuple[Any, ...]], *things: object
    ) -> Iterator[R]:
        """Let workers call a function for one item after the other.

        Parameters
        ----------
        function : callable
            Takes the things, and what is in an item.
        items : iterable of tuple
            Any number: only a few for each worker are taken, and their results kept, at a time.
        *things : object
            Are sent to each worker once.

        Yields
        ------
        R
            The results, in the order of the items.

        Raises
        ------
        CatclfError
            As `results` does.
        """
        recipes = [Recipe(thing) for thing in things]
        made: dict[int, list[Any]] = {}
        waiting: deque[_Waiting] = deque()

        def submit(item: tuple[Any, ...]) -> _Waiting:
            if self.generation not in made:
                made.clear()
                made[self.generation] = [
                    self._client.submit(Recipe.make, recipe, pure=False) for recipe in recipes
                ]
            future = self._client.submit(function, *made[self.generation], *item, pure=False)
            return _Waiting(item, future, self.generation)

        def first() -> list[Any]:
            if waiting[0].generation != self.generation:
                waiting[0] = submit(waiting[0].item)
            return [waiting[0].future]

        most = _IN_FLIGHT * sum(self.workers.values())
        for item in items:
            waiting.append(submit(item))
            if len(waiting) >= most:
                yield from self._attempted(first)
                waiting.popleft()
        while waiting:
            yield from self._attempted(first)
            waiting.popleft()

    def _gathered(self, futures: list[Any]) -> list[Any]:
        together = self._client.gather(futures, asynchronous=True)
        waiting = asyncio.run_coroutine_threadsafe(together, self._loop)
        try:
            while True:
                # Not `except TimeoutError`: a task, or a signal's handler, may raise one.
                done, _ = wait([waiting], timeout=_LOOK)
                if done:
                    return list(waiting.result())
                self._require_the_same_workers()
        except BaseException as error:  # also Ctrl-C
            waiting.cancel()
            if self._client.status == "running":
                cancelled = self._client.cancel(futures, asynchronous=True)
                wait([asyncio.run_coroutine_threadsafe(cancelled, self._loop)], timeout=ANSWER)
            if isinstance(error, CancelledError) and self._client.status == "running":
                # Dask has forgotten what the task depends on.
                self.generation += 1
                raise _WorkersAreReplacedError from error
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

    def wait_for_workers(self) -> None:
        """Return when there are workers; wait with patience, but not without a word.

        Raises
        ------
        ClusterError
            If there are none for too long.
        """
        start, is_said = monotonic(), False
        while not self.workers:
            waited = monotonic() - start
            if waited > self._patience:
                raise ClusterError(
                    f"no worker at {self._address} for {self._patience:g} s; start one, and resume "
                    "from a checkpoint"
                )
            if self._on_wait and not is_said:
                self._on_wait(
                    f"Waiting for a worker: there is none at {self._address} "
                    f"(for up to {self._patience:g} s; see --patience)"
                )
            is_said = True
            sleep(_LOOK / 10)

    def _require_the_same_workers(self) -> None:
        """Raise an error if all workers have been replaced.

        Dask keeps what was pinned to a lost worker waiting once there was none at all, although
        others could do it now.
        """
        self.wait_for_workers()
        workers = set(self.workers)
        before, self._known = self._known, workers
        if before and not workers & before:
            self.generation += 1
            raise _WorkersAreReplacedError

    def _reason(self, error: Exception) -> str:
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            return _DEADLY
        if self._client.status != "running" or isinstance(error, OSError | CancelledError):
            return self._is_gone
        return f"a worker failed: {type(error).__name__}: {error}"


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])
