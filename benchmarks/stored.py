"""Training from a packed file that is larger than the memory that the process may use."""

import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.machine import memory
from benchmarks.places import CATCLF, SHARED
from benchmarks.side_by_side import measurements, medians, process
from benchmarks.synthetic import write_bytes
from benchmarks.table import AsMuch, print_row, print_skipped

IMAGES = 325_000
ROUNDS = 2

TRAINING = "gradient descent from a packed file of 4 GB with 1 GiB of memory"
WORK = f"{TRAINING}: time per iteration, over 10"
PEER = "catclf, the same images in memory"

_FREE_DISK = 6 * 10**9
_MEMORY = 12 * 10**9


def print_rows() -> None:
    """Measure, and print."""
    _print_best()
    with tempfile.TemporaryDirectory() as temporary:
        if reason := _why_not(temporary):
            print_skipped(WORK, PEER, reason)
            return
        path = Path(temporary, "images.h5")
        write_bytes(path, IMAGES)
        from_file: list[dict[str, Any]] = []
        from_memory: list[dict[str, Any]] = []
        for _ in range(ROUNDS):
            from_file.append(measurements("train_stored", path, "from-file"))
            from_memory.append(measurements("train_stored", path, "from-memory"))
    assert all(run["costs"] == from_memory[0]["costs"] for run in from_file + from_memory)
    ours, theirs = (
        {name: statistics.median(run[name] for run in runs) for name in ("seconds", "peak")}
        for runs in (from_file, from_memory)
    )
    print_row(WORK, PEER, ours["seconds"], theirs["seconds"], AsMuch(2))
    print_row(f"{TRAINING}: peak memory", PEER, ours["peak"], theirs["peak"], None, memory=True)


def _print_best() -> None:
    """Print the row for features in a temporary file."""
    images = SHARED / "cifar-cats"
    work = "`catclf train --recipe best` on 4 000 images of CIFAR-10 with `--memory 200M`"
    peer = "itself without the limit; one round"
    if not images.exists():
        print_skipped(work, peer, f"no {images.name}")
        return
    with tempfile.TemporaryDirectory() as folder:
        words = "train", images, "-o", Path(folder, "best.npz"), "--recipe", "best", "--quiet"
        tasks = {
            "ours": process(CATCLF, *words, "--score", "none", "--memory", "200M"),
            "theirs": process(CATCLF, *words, "--score", "none"),
        }
        seconds = medians(tasks, rounds=1)
    print_row(work, peer, seconds["ours"], seconds["theirs"], AsMuch(2))


def _why_not(folder: str) -> str:
    if not Path("/proc/self/status").exists():
        return "the system does not report the size of a process"
    if shutil.disk_usage(folder).free < _FREE_DISK:
        return "less than 6 GB of disk free"
    if memory() < _MEMORY:
        return "less than 12 GB of memory to compare with"
    return ""
