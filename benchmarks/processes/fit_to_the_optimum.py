"""Find the optimum with a penalty; print time, peak memory and cost as JSON.

Usage: python -m benchmarks.processes.fit_to_the_optimum catclf|scikit-learn FILE.h5 LAMBDA
"""

import json
import resource
import sys
import time
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

# The largest round tolerance at which scikit-learn ends within 1e-5 of the minimum cost.
TOLERANCE_OF_SCIKIT_LEARN = 2e-5

Fit = tuple[float, NDArray[Any], float]
"""Seconds, w (n_x,), and b."""


def fit_by_catclf(path: str, l2: float) -> Fit:
    """Fit in float32, and measure the time."""
    from catclf import TrainingSettings, load_dataset, train

    dataset = load_dataset(path)
    settings = TrainingSettings(solver="lbfgs", l2=l2, dtype="float32")
    start = time.perf_counter()
    model = train(dataset, settings).model
    return time.perf_counter() - start, model.w.ravel(), model.b


def fit_by_scikit_learn(path: str, l2: float) -> Fit:
    """Fit in float32, and measure the time."""
    from sklearn.linear_model import LogisticRegression

    images, labels = arrays(path)
    m = len(images)
    X = np.divide(images.reshape(m, -1), 255, dtype=np.float32)  # (m, n_x)
    del images
    solver = LogisticRegression(
        solver="lbfgs", C=1 / (m * l2), tol=TOLERANCE_OF_SCIKIT_LEARN, max_iter=10_000
    )
    start = time.perf_counter()
    solver.fit(X, labels)
    return time.perf_counter() - start, solver.coef_.ravel(), float(solver.intercept_[0])


def arrays(path: str) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Images and labels."""
    with h5py.File(path) as file:
        return file["train_set_x"][:], file["train_set_y"][:]


def cost(
    images: NDArray[np.uint8], labels: NDArray[Any], w: NDArray[Any], b: float, l2: float
) -> float:
    """J in float64, computed alike for both."""
    w = w.astype(np.float64)
    X = images.reshape(len(images), -1)  # (m, n_x)
    Z = np.concatenate([X[i : i + 128] / 255 @ w for i in range(0, len(X), 128)]) + b  # (m,)
    return float(np.logaddexp(0, np.where(labels, -Z, Z)).mean() + l2 / 2 * np.vdot(w, w))


def main() -> None:
    """Fit, and print."""
    fit = {"catclf": fit_by_catclf, "scikit-learn": fit_by_scikit_learn}[sys.argv[1]]
    l2 = float(sys.argv[3])
    seconds, w, b = fit(sys.argv[2], l2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kilobytes; on macOS, bytes
    measured = {
        "seconds": seconds,
        "peak": peak if sys.platform == "darwin" else 1024 * peak,
        "cost": cost(*arrays(sys.argv[2]), w, b, l2),
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
