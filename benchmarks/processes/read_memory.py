"""Measure how fast all cores together read bytes from memory, and print bytes a second as JSON.

Each thread looks for the largest byte in an array of its own, which no cache holds. Of numpy's
reductions and copies this was the fastest reader.
"""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from benchmarks.side_by_side import medians
from catclf.parallel import cores

BYTES_OF_A_THREAD = 2**28


def main() -> None:
    """Measure, and print."""
    arrays = [np.full(BYTES_OF_A_THREAD, i, np.uint8) for i in range(cores())]
    with ThreadPoolExecutor(cores()) as pool:
        seconds = medians({"read": lambda: list(pool.map(np.max, arrays))})
    print(json.dumps({"rate": sum(array.nbytes for array in arrays) / seconds["read"]}))


if __name__ == "__main__":
    main()
