"""How much memory there is."""

import os
from pathlib import Path

_MEMORY_OF_SYSTEM = Path("/proc/meminfo")
_LIMIT_OF_GROUP, _USE_OF_GROUP = (
    Path("/sys/fs/cgroup") / name for name in ("memory.max", "memory.current")
)

# Where the system does not say.
_USUAL = 4 * 2**30


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
    """What is left of the limit on the address space of this process (`ulimit -v`)."""
    try:
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit == resource.RLIM_INFINITY:
            return None
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        return limit - pages * os.sysconf("SC_PAGE_SIZE")
    except (ImportError, OSError, ValueError):
        return None
