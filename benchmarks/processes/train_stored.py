"""Train on a packed file, and print seconds an iteration, peak of memory and costs as JSON.

Usage: python -m benchmarks.processes.train_stored FILE.h5 from-file|from-memory

From the file, the process may take 1 GiB more than it has after its imports; from memory, what it
wants.
"""

import dataclasses
import json
import resource
import sys
import time
from pathlib import Path

# All that training imports is imported before the limit is set.
import h5py  # noqa: F401

from catclf import TrainingSettings, load_dataset, train

ROOM = 2**30
ITERATIONS = 10


def main() -> None:
    """Train, and print."""
    path, where = sys.argv[1:]
    if where == "from-file":
        limit = _address_space() + ROOM
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    dataset = load_dataset(path)
    if where == "from-memory":
        dataset = dataclasses.replace(dataset, images=dataset.images[:])
    settings = TrainingSettings(learning_rate=1e-5, iterations=ITERATIONS, dtype="float32")
    start = time.perf_counter()
    result = train(dataset, settings)
    figures = {
        "seconds": (time.perf_counter() - start) / ITERATIONS,
        "peak": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "costs": result.costs,
    }
    print(json.dumps(figures))


def _address_space() -> int:
    """Bytes of address space that this process has: what the limit is about."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmSize:"))


if __name__ == "__main__":
    main()
