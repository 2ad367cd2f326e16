"""Train on a packed file; print seconds per iteration, peak memory and costs as JSON.

Usage: python -m benchmarks.processes.train_stored FILE.h5 from-file|from-memory

From the file, the process may use 1 GiB more than it has after its imports; from memory, there is
no limit.
"""

import dataclasses
import json
import resource
import sys
import time
from pathlib import Path

# Everything that training imports has to be imported before the limit is set.
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
    measured = {
        "seconds": (time.perf_counter() - start) / ITERATIONS,
        "peak": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "costs": result.costs,
    }
    print(json.dumps(measured))


def _address_space() -> int:
    """Bytes of address space of this process, which the limit applies to."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmSize:"))


if __name__ == "__main__":
    main()
