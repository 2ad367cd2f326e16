"""Time gradient descent on random bytes, and its peer; print seconds per iteration as JSON.

Usage: python -m benchmarks.processes.descend IMAGES ITERATIONS with-products|without-products
"""

import json
import sys

import numpy as np

from benchmarks.side_by_side import medians
from catclf import Dataset, TrainingSettings, train
from catclf.images.preprocessing import SIDE, Preprocessing
from catclf.logistic import LOSSES
from catclf.parallel import one_blas_thread
from catclf.solvers import fused
from catclf.solvers.blocks import Blocks

ROUNDS = 3
PAUSE = 0.1  # OpenBLAS's threads keep spinning for some hundredths of a second


def main() -> None:
    """Measure, and print."""
    m, iterations = int(sys.argv[1]), int(sys.argv[2])
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (m, SIDE, SIDE, 3), np.uint8)
    labels = rng.integers(0, 2, m, np.uint8)
    names = [str(i) for i in range(m)]
    dataset = Dataset(images, labels, names, "cat", "here", Preprocessing())
    # A learning rate far too small to diverge on any images.
    settings = TrainingSettings(learning_rate=1e-5, iterations=iterations, dtype="float32")
    blocks = Blocks(images, dataset.Y, 0.0, LOSSES["cross-entropy"], scale=1 / 255)
    w = np.zeros((blocks.n_x, 1))

    def passes() -> None:
        with one_blas_thread():
            for _ in range(iterations):
                blocks.propagate(w, 0.0)

    tasks = {"training": lambda: train(dataset, settings), "pass": passes}
    if fused.kernel(np.dtype(np.float32)):
        compiled = Blocks(
            images, dataset.Y, 0.0, LOSSES["cross-entropy"], scale=1 / 255, is_fused=True
        )

        def compiled_passes() -> None:
            for _ in range(iterations):
                compiled.propagate(w, 0.0)

        tasks["compiled"] = compiled_passes
    if sys.argv[3] == "with-products":
        X = np.divide(images.reshape(m, -1), 255, dtype=np.float32)  # (m, n_x)
        small_w, r = w.ravel().astype(np.float32), labels.astype(np.float32)

        def products() -> None:
            for _ in range(iterations):
                X @ small_w  # (m,)
                r @ X  # (n_x,)

        tasks["products"] = products
    seconds = medians(tasks, ROUNDS, pause=PAUSE)
    print(json.dumps({name: seconds[name] / iterations for name in seconds}))


if __name__ == "__main__":
    main()
