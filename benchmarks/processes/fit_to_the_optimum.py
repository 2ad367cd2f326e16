"""Find the optimum with a penalty; print time, peak memory and cost as JSON.

Usage: python -m benchmarks.processes.fit_to_the_optimum PROGRAM FILE.h5 LAMBDA
with the program catclf, sklearn, sklearnex or snapml.
"""

import json
import resource
import sys
import time
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from catclf.parallel import cores

# The largest round tolerances at which the peers end within 1e-5 of the minimum cost.
TOLERANCE_OF_SCIKIT_LEARN, TOLERANCE_OF_SNAPML = 2e-5, 1e-4

# Snap ML takes the intercept for the weight of one more feature, with this value, and penalises
# it; so it is as good as free.
FEATURE_OF_INTERCEPT = 30.0

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

    return _fit_by_lbfgs(LogisticRegression, path, l2)


def fit_by_scikit_learn_intelex(path: str, l2: float) -> Fit:
    """Fit in float32, and measure the time."""
    from sklearnex.linear_model import LogisticRegression

    return _fit_by_lbfgs(LogisticRegression, path, l2)


def fit_by_snapml(path: str, l2: float) -> Fit:
    """Fit in float32, and measure the time."""
    from snapml import LogisticRegression

    X, labels = examples(path)
    solver = LogisticRegression(
        regularizer=len(X) * l2,
        tol=TOLERANCE_OF_SNAPML,
        max_iter=10_000,
        fit_intercept=True,
        intercept_scaling=FEATURE_OF_INTERCEPT,
        n_jobs=cores(),
    )
    start = time.perf_counter()
    solver.fit(X, np.where(labels, 1, -1).astype(np.float32))
    seconds = time.perf_counter() - start
    return seconds, solver.coef_.ravel(), FEATURE_OF_INTERCEPT * float(solver.intercept_[0])


def _fit_by_lbfgs(estimator: Any, path: str, l2: float) -> Fit:
    X, labels = examples(path)
    solver = estimator(
        solver="lbfgs", C=1 / (len(X) * l2), tol=TOLERANCE_OF_SCIKIT_LEARN, max_iter=10_000
    )
    start = time.perf_counter()
    solver.fit(X, labels)
    return time.perf_counter() - start, solver.coef_.ravel(), float(solver.intercept_[0])


def examples(path: str) -> tuple[NDArray[np.float32], NDArray[Any]]:
    """X, one row (n_x,) an example as the peers have it, and labels."""
    images, labels = arrays(path)
    return np.divide(images.reshape(len(images), -1), 255, dtype=np.float32), labels  # (m, n_x)


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


FITS = {
    "catclf": fit_by_catclf,
    "sklearn": fit_by_scikit_learn,
    "sklearnex": fit_by_scikit_learn_intelex,
    "snapml": fit_by_snapml,
}


def main() -> None:
    """Fit, and print."""
    l2 = float(sys.argv[3])
    seconds, w, b = FITS[sys.argv[1]](sys.argv[2], l2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kilobytes; on macOS, bytes
    measured = {
        "seconds": seconds,
        "peak": peak if sys.platform == "darwin" else 1024 * peak,
        "cost": cost(*arrays(sys.argv[2]), w, b, l2),
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
