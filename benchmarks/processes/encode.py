"""Run the built-in encoder in onnxruntime alone; print the seconds that it takes on images as JSON.

Usage: python -m benchmarks.processes.encode ENCODER.onnx IMAGES

Images are bytes in memory; the session is made before the clock starts, with all cores.
"""

import json
import sys

import numpy as np
import onnxruntime

from benchmarks.side_by_side import medians
from catclf.parallel import cores

BATCH = 16
ROUNDS = 3


def main() -> None:
    """Measure, and print."""
    path, m = sys.argv[1], int(sys.argv[2])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cores()
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    images = np.random.default_rng(0).integers(0, 256, (m, 224, 224, 3), np.uint8)

    def encode() -> None:
        for start in range(0, m, BATCH):
            session.run(None, {"image": images[start : start + BATCH]})

    print(json.dumps(medians({"encoder": encode}, ROUNDS)))


if __name__ == "__main__":
    main()
