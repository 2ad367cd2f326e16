from typing import Any

import numpy as np
import pytest

import catclf
from catclf.features.pixels import Pixels
from catclf.logistic import LOSSES
from catclf.solvers import combinations
from catclf.solvers.combinations import Combinations
from catclf.solvers.gradient_descent import GradientDescent
from catclf.solvers.gram import GramInMemory
from catclf.solvers.objective import InMemory, lipschitz_constant
from catclf.solvers.solver import State, iterate
from catclf.solvers.span import Span, pays
from tests.conftest import shared

LOSS = LOSSES["cross-entropy"]


def on_gram_matrix(X: Any, Y: Any, l2: Any, iterations: Any, learning_rate: Any = 0.005) -> Any:
    """States of gradient descent on X and on its Gram matrix, and the latter's objective."""
    gram = GramInMemory(X.T, 1.0, np.float64, centred=False, is_explicit=True)
    combinations = Combinations(gram, Y, l2, LOSS)
    objectives = [InMemory(X.astype(float), Y, l2, LOSS), combinations]
    return *(descend(each, iterations, learning_rate) for each in objectives), combinations


def both_routes(X: Any, Y: Any, l2: Any, iterations: Any, learning_rate: Any = 0.005) -> Any:
    """States of gradient descent on X and on its R, and the span."""
    span = Span(X)
    objectives = [InMemory(matrix, Y, l2, LOSS) for matrix in (X.astype(float), span.R)]
    return *(descend(each, iterations, learning_rate) for each in objectives), span


def descend(objective: Any, iterations: Any, learning_rate: Any) -> Any:
    *_, state = iterate(
        GradientDescent(learning_rate),
        objective,
        State(np.zeros((objective.n_x, 1)), 0.0),
        iterations=iterations,
        tolerance=1e-12,
    )
    return state


def assert_equal(direct: Any, reduced: Any, span: Any) -> None:
    w, b = span.carry_back(reduced.w, reduced.b)
    assert reduced.relative_gradient == pytest.approx(direct.relative_gradient, rel=1e-6)
    assert reduced.costs == pytest.approx(direct.costs, abs=1e-9)
    assert np.abs(w - direct.w).max() < 1e-9
    assert b == pytest.approx(direct.b, abs=1e-9)
    assert reduced.last.correct == direct.last.correct


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_the_courses_data_takes_the_same_steps(l2: float) -> None:
    course = catclf.load_dataset(shared("catvnoncat"))
    X = Pixels().columns(course.images[:])
    assert_equal(*both_routes(X, course.Y, l2, 2000))
    assert_equal(*on_gram_matrix(X, course.Y, l2, 2000))


@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_duplicate_and_dependent_columns(l2: float) -> None:
    rng = np.random.default_rng(0)
    columns = rng.random((200, 8))
    X = np.hstack([columns, columns[:, :4], columns @ rng.random((8, 6)), np.zeros((200, 1))])
    Y = rng.integers(0, 2, (1, X.shape[1]))
    direct, reduced, span = both_routes(X, Y, l2, 2000, learning_rate=0.002)
    assert span.R.shape == (8, 19)
    assert_equal(direct, reduced, span)
    assert_equal(*on_gram_matrix(X, Y, l2, 2000, learning_rate=0.002))


def test_black_images_have_no_span() -> None:
    X, Y = np.zeros((50, 4)), np.array([[1, 0, 1, 1]])
    direct, reduced, span = both_routes(X, Y, 0.0, 100, learning_rate=1.0)
    assert span.R.shape == (0, 4)
    assert_equal(direct, reduced, span)
    assert_equal(*on_gram_matrix(X, Y, 0.0, 100, learning_rate=1.0))


@pytest.mark.real_data
@pytest.mark.parametrize("centred", [False, True])
def test_bytes_are_reduced_as_the_columns_that_they_stand_for(centred: bool) -> None:
    images = catclf.load_dataset(shared("catvnoncat")).images[:]
    X = images.reshape(len(images), -1).T
    span = Span(X, 1 / 255, centred=centred)
    columns = X / 255
    if centred:
        columns = columns - columns.mean(axis=1, keepdims=True)
    assert np.abs(span.R.T @ span.R - columns.T @ columns).max() < 1e-9
    assert np.abs(span.R @ span.R.T - np.diag(span.lengths[:, 0] ** 2)).max() < 1e-8
    # Q is orthonormal, and QR gives the columns back.
    Q = span.longest(len(span.R))
    assert np.abs(Q.T @ Q - np.eye(len(span.R))).max() < 1e-8
    assert np.abs(Q @ span.R - columns).max() < 1e-8


def test_a_bias_on_centred_columns_is_carried_back() -> None:
    rng = np.random.default_rng(1)
    X = rng.integers(0, 256, (40, 9)).astype(np.uint8)
    span = Span(X, 1 / 255, centred=True)
    u = rng.standard_normal((len(span.R), 1))
    w, b = span.carry_back(u, 0.3)
    assert w.T @ (X / 255) + b == pytest.approx(u.T @ span.R + 0.3, abs=1e-12)


def test_images_that_are_all_alike_have_no_centred_span() -> None:
    span = Span(np.full((50, 4), 77, np.uint8), 1 / 255, centred=True)
    assert span.R.shape == (0, 4)


def test_it_pays_where_there_are_few_images_and_many_steps() -> None:
    assert pays(12288, 209, 2000)
    assert not pays(12288, 209, 5)
    assert not pays(12288, 20_000, 10**6)
    assert pays(12288, 2000, 300)
    assert not pays(12288, 2000, 300, itemsize=4)


def test_the_gram_matrix_pays_where_there_are_few_images_and_many_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("catclf.memory.free_memory", lambda: 10**10)
    assert combinations.pays(12288, 209, 2000)
    assert not combinations.pays(12288, 209, 5)
    assert combinations.pays(12288, 8000, 2000)
    assert not combinations.pays(12288, 8000, 2000, itemsize=4)
    assert not combinations.pays(12288, 20_000, 10**6)
    monkeypatch.setattr("catclf.memory.free_memory", lambda: 10**9)
    assert not combinations.pays(12288, 8000, 2000)


def test_the_learning_rate_from_the_gram_matrix_is_that_of_the_columns() -> None:
    rng = np.random.default_rng(0)
    X, Y = rng.random((50, 30)), rng.integers(0, 2, (1, 30))
    gram = GramInMemory(X.T, 1.0, np.float64, centred=False, is_explicit=True)
    L = lipschitz_constant(Combinations(gram, Y, 0.1, LOSS))
    assert L == pytest.approx(lipschitz_constant(InMemory(X, Y, 0.1, LOSS)), rel=1e-5)
