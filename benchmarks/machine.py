"""The machine that the measurements run on."""

import importlib.util
import os
import platform
from pathlib import Path

import numpy as np

import catclf
from catclf.parallel import cores


def description() -> str:
    """Versions, processor, cores, memory and load, on one line."""
    return (
        f"catclf {catclf.__version__}, Python {platform.python_version()}, numpy {np.__version__}; "
        f"{processor()}, {cores()} cores, {memory() / 2**30:.0f} GiB of memory, "
        f"load before the run {os.getloadavg()[0]:.1f}"
    )


def memory() -> int:
    """Memory of the machine, in bytes."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def installed(package: str) -> bool:
    """Whether a package is installed, without importing it."""
    return importlib.util.find_spec(package) is not None


def processor() -> str:
    """Its name."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0]} ({platform.machine()})" if names else platform.machine()
