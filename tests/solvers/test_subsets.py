"""Costs over subsets that share a Gram matrix have the minima that each has alone."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import catclf
from catclf.features.pixels import Pixels
from catclf.logistic import LOSSES, Array, ClassWeighted, Loss, sigmoid
from catclf.solvers.engine import Examples
from catclf.solvers.gram import GramInMemory, explicit_pays
from catclf.solvers.problem import pose_subsets
from catclf.solvers.subsets import Subset
from catclf.training.design_matrix import make_design_matrix
from catclf.training.fold_paths import fold_paths
from tests.conftest import shared


def examples(m: int, n_x: int, loss: Loss, *, seed: int = 0, scale: float = 1.0) -> Examples:
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 256, (m, n_x)).astype(np.uint8)
    y = (rows[:, 0].astype(float) + rng.normal(0, 60, m) > 128).astype(int)
    return Examples(rows, y[np.newaxis], scale, loss, np.float64)


def folds(m: int, count: int, loss: Loss) -> list[Subset]:
    return [Subset(np.arange(m) % count != fold, loss) for fold in range(count)]


def optimum(X: Array, Y: Array, l2: float, loss: Loss) -> tuple[Array, float]:
    """w and b, by Newton's method in float64."""
    m = X.shape[1]
    X1 = np.vstack([X, np.ones((1, m))])
    penalty = np.diag([l2] * len(X) + [0.0])
    theta = np.zeros((len(X1), 1))
    weights = np.array(loss.dZ(np.zeros_like(Y), Y) / (0 - Y + 1e-300))
    weights = np.where(Y == 1, weights, loss.dZ(np.ones_like(Y), Y))
    for _ in range(50):
        A = sigmoid(theta.T @ X1)
        gradient = X1 @ (weights * (A - Y)).T / m + penalty @ theta
        theta = theta - np.linalg.solve((X1 * weights * A * (1 - A)) @ X1.T / m + penalty, gradient)
    return theta[:-1], float(theta[-1, 0])


@pytest.mark.parametrize("is_explicit", [False, True])
@pytest.mark.parametrize(
    "loss", [LOSSES["cross-entropy"], ClassWeighted(LOSSES["cross-entropy"], 2.0, 0.7)]
)
@pytest.mark.parametrize(
    ("m", "n_x", "seed"), [(60, 200, 0), (60, 200, 1), (60, 20, 0), (1203, 30, 0)]
)
def test_each_subset_comes_to_its_own_optimum(
    monkeypatch: pytest.MonkeyPatch, m: int, n_x: int, seed: int, loss: Loss, is_explicit: bool
) -> None:
    monkeypatch.setattr("catclf.solvers.engine.explicit_pays", lambda *_, **__: is_explicit)
    given = examples(m, n_x, loss, seed=seed, scale=1 / 255)
    X, Y = given.rows[:].T / 255, given.Y.astype(float)
    subsets = folds(m, 3, loss)
    paths = pose_subsets(given, subsets, 100)
    for l2 in (1.0, 0.1, 0.01):
        Z = paths.solve(l2, iterations=500, tolerance=1e-5)
        for row, subset in zip(Z, subsets, strict=True):
            w, b = optimum(X[:, subset.included], Y[:, subset.included], l2, loss)
            np.testing.assert_allclose(row, (w.T @ X + b)[0], atol=5e-3 * np.abs(row).max())


@pytest.mark.parametrize("is_explicit", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("m", [1, 2, 127, 128, 129, 511, 512, 513, 1100])
def test_products_are_those_of_the_gram_matrix(m: int, dtype: Any, is_explicit: bool) -> None:
    precision = np.float64 if m % 2 else np.float32
    rng = np.random.default_rng(0)
    rows: NDArray[Any] = rng.integers(0, 256, (m, 4, 5)).astype(dtype)
    X = rows.reshape(m, -1).T.astype(float) / 255
    centred = m % 3 > 0
    if centred:
        X -= X.mean(axis=1, keepdims=True)
    V = rng.standard_normal((m, 3))
    gram = GramInMemory(rows, 1 / 255, precision, centred=centred, is_explicit=is_explicit)
    np.testing.assert_allclose(gram.product(V), X.T @ (X @ V), atol=1e-5 * m)
    if not centred:
        np.testing.assert_allclose(gram.combine(V), X @ V, atol=1e-5 * m)


def test_the_matrix_is_for_few_examples_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    def pays(n_x: int, m: int) -> bool:
        return explicit_pays(n_x, m, 4, products=100, columns=5)

    monkeypatch.setattr("catclf.memory.free_memory", lambda: 10**10)
    assert pays(16_384, 8_000)
    assert not pays(16_384, 50_000)
    assert not pays(100, 8_000)
    monkeypatch.setattr("catclf.memory.free_memory", lambda: 10**8)
    assert not pays(16_384, 8_000)
    assert pays(16_384, 1_000)


def test_duplicates_of_which_one_is_left_out_are_no_trouble() -> None:
    loss = LOSSES["cross-entropy"]
    few = examples(40, 100, loss, scale=1 / 255)
    rows, Y = np.concatenate([few.rows[:]] * 2), np.concatenate([few.Y] * 2, axis=1)
    subset = Subset(np.arange(80) < 50, loss)
    paths = pose_subsets(few._replace(rows=rows, Y=Y), [subset], 100)
    X = rows.T / 255
    for l2 in (1.0, 0.01):
        (Z,) = paths.solve(l2, iterations=500, tolerance=1e-6)
        w, b = optimum(X[:, :50], Y[:, :50].astype(float), l2, loss)
        np.testing.assert_allclose(Z, (w.T @ X + b)[0], atol=5e-3 * np.abs(Z).max())
        np.testing.assert_allclose(Z[:40], Z[40:], atol=1e-6)


def separable(m: int) -> NDArray[np.uint8]:
    rows = np.zeros((m, 3), np.uint8)
    rows[::2, 0] = 255
    return rows


def test_identical_and_separable_examples_are_no_trouble() -> None:
    loss = LOSSES["cross-entropy"]
    Y = (np.arange(20) % 2 == 0).astype(int)[np.newaxis]
    for rows in (np.zeros((20, 3), np.uint8), separable(20)):
        subsets = [Subset(np.arange(20) < 14, loss), Subset(np.arange(20) >= 6, loss)]
        paths = pose_subsets(Examples(rows, Y, 1.0, loss, np.float32), subsets, 100)
        for l2 in (1.0, 1e-4, 0.0):
            Z = paths.solve(l2, iterations=200, tolerance=1e-4)
            assert np.isfinite(Z).all()


@pytest.mark.real_data
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_held_out_logits_are_those_of_a_training_without_the_fold(dtype: Any) -> None:
    course = catclf.load_dataset(shared("catvnoncat"))
    settings = catclf.TrainingSettings(solver="lbfgs", flip=True, l2=0.1, dtype=dtype)
    design = make_design_matrix(course, Pixels(), settings)
    part = np.arange(course.m) % 4
    Z = fold_paths(design, part, settings).logits(0.1)
    for fold in range(4):
        model = catclf.train(course.subset(part != fold), settings).model
        expected = model.logits(course.images[:][part == fold])
        np.testing.assert_allclose(Z[:, part == fold], expected, atol=0.05)
