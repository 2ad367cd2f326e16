"""Work on all cores, without oversubscribing them."""

import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import copy_context
from functools import cache, partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

# Names of these two functions in builds of OpenBLAS, the linear algebra library inside numpy.
_NAMES = (
    "scipy_openblas_{}_num_threads64_",
    "scipy_openblas_{}_num_threads",
    "openblas_{}_num_threads64_",
    "openblas_{}_num_threads",
)


def cores() -> int:
    """Number of processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def workers() -> int:
    """Number of threads that may do linear algebra at the same time.

    One for each core, or a single one where numpy's linear algebra has threads of its own that
    cannot be limited, as they would compete for the cores.
    """
    return cores() if _blas_switch() else 1


def map_on_threads(
    function: Callable[[T], R], items: Sequence[T], threads: int, *, caller_works: bool = True
) -> list[R]:
    """Apply a function to all items on several threads.

    Much faster to start than a thread pool, so it can be called a thousand times a second.

    Parameters
    ----------
    function : callable
        Takes an item; should spend its time where the GIL is released, as in large numpy calls.
    items : sequence
        Its arguments.
    threads : int
        Number of workers.
    caller_works : bool
        Whether the calling thread is one of them, so that there is one less to start. Not where
        workers wait for each other: a signal interrupts the main thread anywhere, also when it has
        just taken what the others wait for.

    Returns
    -------
    list
        The results, in the order of the items.

    Raises
    ------
    BaseException
        Whatever the function, or a signal, raises; the workers stop after their current item.
    """
    results: dict[int, R] = {}
    failures: list[BaseException] = []
    waiting = iter(range(len(items)))  # next() is safe between threads
    started = 0
    # An interrupt may come when something was taken from the queue and not counted yet. So the
    # queue only says when to count those that have ended.
    ended: list[threading.Thread] = []
    wake_up: SimpleQueue[None] = SimpleQueue()

    def work() -> None:
        for i in waiting:
            if failures:
                break
            results[i] = function(items[i])

    def work_beside() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)
        finally:
            ended.append(threading.current_thread())
            wake_up.put(None)

    def wait() -> None:
        while len(ended) < started:
            # Not for ever: on Windows, no signal would come through.
            with suppress(Empty):
                wake_up.get(timeout=0.1)

    try:
        for _ in range(min(threads, len(items)) - caller_works):
            # Threads do not inherit the context, in which for instance numpy is told to ignore
            # overflow. A signal may leave one waiting while it starts: as a daemon, it does not
            # keep the process from ending.
            run = partial(copy_context().run, work_beside)
            threading.Thread(target=run, daemon=True).start()
            started += 1
        if caller_works:
            work()
        wait()
        if failures:
            raise failures[0]
        return [results[i] for i in range(len(items))]
    except BaseException as error:
        failures.append(error)
        wait()
        raise
    finally:
        failures.clear()  # or error, traceback and list would keep each other, and images, alive


class Spares(Generic[T]):
    """Things, such as memory, that one thread after the other uses.

    Parameters
    ----------
    make : callable
        Makes one more, where all are in use.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._idle: list[T] = []

    @contextmanager
    def one(self) -> Iterator[T]:
        """One of them, for this thread alone within the context."""
        # Taking from a list, and appending to it, are safe between threads; asking first whether
        # there is anything in it is not.
        try:
            thing = self._idle.pop()
        except IndexError:
            thing = self._make()
        try:
            yield thing
        finally:
            self._idle.append(thing)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit numpy's linear algebra to the calling thread within the context.

    Best held around a whole loop: a thread of OpenBLAS that was used once keeps looking for work,
    on a core that others need, for a while.
    """
    switch = _blas_switch()
    before = switch[0]() if switch else 1
    if switch is None or before == 1:
        yield
        return
    switch[1](1)
    try:
        yield
    finally:
        switch[1](before)


@cache
def _blas_switch() -> tuple[Callable[[], int], Callable[[int], Any]] | None:
    """The functions that get and set OpenBLAS's number of threads, or None without OpenBLAS."""
    import ctypes

    from numpy.linalg import _umath_linalg

    # A name is looked up in the module and in what it is linked with, OpenBLAS among it; on Windows
    # only in the library itself.
    path: str | Path = _umath_linalg.__file__
    if sys.platform == "win32":
        path = next(Path(path).parents[2].glob("numpy.libs/*openblas*.dll"), path)
    library = ctypes.CDLL(str(path))
    for name in _NAMES:
        get_threads = getattr(library, name.format("get"), None)
        set_threads = getattr(library, name.format("set"), None)
        if get_threads and set_threads:
            return get_threads, set_threads
    return None
