"""How much memory there is, and what becomes of arrays that do not fit."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.errors import OutputError

_MEMORY_OF_SYSTEM = Path("/proc/meminfo")
_LIMIT_OF_GROUP, _USE_OF_GROUP = (
    Path("/sys/fs/cgroup") / name for name in ("memory.max", "memory.current")
)

# Where the system does not say.
_USUAL = 4 * 2**30

_ZEROS = 2**24


class _Room(NamedTuple):
    """Where large arrays go."""

    limit: int | None = None
    """Bytes that an array may take in memory; None for a quarter of what is free."""
    folder: Path | None = None
    """Where the file for a larger one is; None for the system's temporary folder."""
    on_file: Callable[[int], None] | None = None
    """Called with the size of such a file."""


_ROOM: ContextVar[_Room | None] = ContextVar("room", default=None)


@contextmanager
def room_for_arrays(
    limit: int | None, folder: Path, on_file: Callable[[int], None] | None = None
) -> Iterator[None]:
    """Say where `large_array` puts arrays, within the context.

    Parameters
    ----------
    limit : int or None
        Bytes that an array may take in memory; None for a quarter of what is free.
    folder : Path
        Where the temporary file for a larger one is.
    on_file : callable, optional
        Called with the size of such a file, in bytes.
    """
    token = _ROOM.set(_Room(limit, folder, on_file))
    try:
        yield
    finally:
        _ROOM.reset(token)


def fits(size: int) -> bool:
    """Whether an array of so many bytes may be in memory."""
    limit = (_ROOM.get() or _Room()).limit
    return size <= (free_memory() // 4 if limit is None else limit)


def large_array(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """An array whose numbers are not set yet, in memory or, if it is too large, in a file.

    The file has no name, or loses it when the program ends, however that ends.

    Parameters
    ----------
    shape : tuple of int
        Of the array.
    dtype : dtype
        Of the array.

    Returns
    -------
    array
        An ordinary one, or one that the system reads and writes as it is used.

    Raises
    ------
    OutputError
        If the file cannot be made, or the disk is too full for it.
    """
    _, folder, on_file = _ROOM.get() or _Room()
    size = prod(shape) * np.dtype(dtype).itemsize
    if fits(size):
        return np.empty(shape, dtype)
    where = folder or Path(tempfile.gettempdir())
    try:
        with tempfile.TemporaryFile(prefix="catclf-", dir=where) as file:
            _reserve(file.fileno(), size)
            # The array has the file for as long as it is there itself.
            mapped = np.memmap(file, dtype, "r+", shape=shape)
    except OSError as error:
        raise OutputError(
            f"{where} has no room for {size / 10**9:.1f} GB of features, which do not fit into "
            f"memory ({error.strerror or error}); free some, or allow more with --memory"
        ) from error
    if on_file:
        on_file(size)
    return np.asarray(mapped)


def _reserve(file: int, size: int) -> None:
    """Take the bytes from the disk now: later, a full disk would end the process."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, size)
        return
    for start in range(0, size, _ZEROS):
        os.write(file, bytes(min(_ZEROS, size - start)))


def free_memory() -> int:
    """Bytes that this process can use before the system, or a container's limit, is exhausted."""
    known = [_free_of_system(), _free_of_group(), _free_of_process()]
    return max(0, min((free for free in known if free is not None), default=_USUAL))


def _free_of_system() -> int | None:
    try:
        lines = _MEMORY_OF_SYSTEM.read_text(encoding="ascii").splitlines()
        (line,) = (line for line in lines if line.startswith("MemAvailable:"))
        return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        return None


def _free_of_group() -> int | None:
    """What is left of the limit of a container."""
    try:
        limit, used = (
            path.read_text(encoding="ascii") for path in (_LIMIT_OF_GROUP, _USE_OF_GROUP)
        )
        return int(limit) - int(used)
    except (OSError, ValueError):  # "max" stands for no limit
        return None


def _free_of_process() -> int | None:
    """What is left of the limits on this process's address space and data (`ulimit -v`, `-d`)."""
    try:
        import resource

        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()
        used = {resource.RLIMIT_AS: pages[0], resource.RLIMIT_DATA: pages[5]}
        limits = {kind: resource.getrlimit(kind)[0] for kind in used}
        return min(
            (
                limit - int(used[kind]) * os.sysconf("SC_PAGE_SIZE")
                for kind, limit in limits.items()
                if limit != resource.RLIM_INFINITY
            ),
            default=None,
        )
    except (ImportError, OSError, ValueError):
        return None
