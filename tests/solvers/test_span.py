import numpy as np
import pytest

import catclf
from catclf.features import Pixels
from catclf.logistic import LOSSES
from catclf.solvers.gradient_descent import gradient_descent
from catclf.solvers.objective import InMemory
from catclf.solvers.span import Span, pays
from tests.conftest import shared


def both_routes(X, Y, l2, iterations, learning_rate=0.005):
    span = Span(X)
    solutions = [
        gradient_descent(
            InMemory(matrix, Y, l2, LOSSES["cross-entropy"]),
            np.zeros((len(matrix), 1)),
            0.0,
            learning_rate=learning_rate,
            iterations=iterations,
        )
        for matrix in (X, span.R)
    ]
    return solutions[0], solutions[1], span


def assert_equal(direct, reduced, span):
    assert reduced.costs == pytest.approx(direct.costs, abs=1e-9)
    assert np.abs(span.carry_back(reduced.w) - direct.w).max() < 1e-9
    assert reduced.b == pytest.approx(direct.b, abs=1e-9)
    assert ((reduced.last.A >= 0.5) == (direct.last.A >= 0.5)).all()


@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_the_courses_data_takes_the_same_steps(l2):
    course = catclf.load_dataset(shared("catvnoncat"))
    X = Pixels().columns(course.images)
    assert_equal(*both_routes(X, course.Y, l2, 2000))


@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_duplicate_and_dependent_columns(l2):
    rng = np.random.default_rng(0)
    columns = rng.random((200, 8))
    X = np.hstack([columns, columns[:, :4], columns @ rng.random((8, 6)), np.zeros((200, 1))])
    Y = rng.integers(0, 2, (1, X.shape[1]))
    direct, reduced, span = both_routes(X, Y, l2, 2000, learning_rate=0.002)
    assert span.R.shape == (8, 19)
    assert_equal(direct, reduced, span)


def test_black_pictures_have_no_span():
    X, Y = np.zeros((50, 4)), np.array([[1, 0, 1, 1]])
    direct, reduced, span = both_routes(X, Y, 0.0, 100, learning_rate=1.0)
    assert span.R.shape == (0, 4)
    assert_equal(direct, reduced, span)


def test_it_pays_where_there_are_few_pictures_and_many_steps():
    assert pays(12288, 209, 2000)
    assert not pays(12288, 209, 50)
    assert not pays(12288, 20_000, 10**6)
