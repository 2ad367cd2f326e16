"""Measure how fast all cores together read bytes from memory; print bytes per second as JSON.

Each thread finds the largest byte of an array of its own, too large for any cache. Of numpy's
reductions and copies, this one read fastest.
"""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from benchmarks.side_by_side import medians
from catclf.parallel import cores

BYTES_PER_THREAD = 2**28


def main() -> None:
    """Measure, and print."""
    arrays = [np.full(BYTES_PER_THREAD, i, np.uint8) for i in range(cores())]
    with ThreadPoolExecutor(cores()) as pool:
        seconds = medians({"read": lambda: list(pool.map(np.max, arrays))})
    print(json.dumps({"rate": sum(array.nbytes for array in arrays) / seconds["read"]}))


if __name__ == "__main__":
    main()
