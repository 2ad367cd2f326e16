from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catclf.logistic import LOSSES, accuracy, propagate, sigmoid

CROSS_ENTROPY, SQUARED_ERROR = LOSSES["cross-entropy"], LOSSES["squared-error"]
LOGITS = [0.0, 1e-12, 0.3, 1.0, 5.0, 17.0, 36.7, 40.0, 88.0, 300.0, 709.0, 745.0, 800.0, 1e5, 1e20]
EXACT = [sign * z for z in LOGITS for sign in (1, -1)]


def exact(function: Any, *args: Any) -> Any:
    with mpmath.workdps(60):
        return float(function(*map(mpmath.mpf, args)))


@pytest.mark.parametrize("z", EXACT)
def test_probability_equals_high_precision(z: Any) -> None:
    expected = exact(lambda z: 1 / (1 + mpmath.e ** (-z)) if z > -2000 else 0, z)
    assert sigmoid(np.array(z)) == pytest.approx(expected, rel=1e-14, abs=1e-300)


@pytest.mark.parametrize("z", EXACT)
@pytest.mark.parametrize("y", [0, 1])
def test_cross_entropy_equals_high_precision(z: Any, y: int) -> None:
    s = z if y == 0 else -z
    expected = exact(lambda s: mpmath.log1p(mpmath.e**s) if abs(s) < 2000 else max(s, 0), s)
    Z, Y = np.array([[z]]), np.array([[float(y)]])
    assert CROSS_ENTROPY.values(Z, sigmoid(Z), Y)[0, 0] == pytest.approx(
        expected, rel=1e-14, abs=1e-300
    )


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("z", EXACT)
def test_cost_and_gradients_are_finite_at_any_logit(loss: Any, z: Any) -> None:
    step = propagate(
        np.array([[z]]), 0.0, np.array([[1.0, 1.0]]), np.array([[0.0, 1.0]]), loss=loss
    )
    assert np.isfinite(step.J)
    assert np.isfinite(step.dw).all()
    assert np.isfinite(step.db)


@given(st.floats(-1e20, 1e20))
def test_sigmoid_is_symmetric_and_a_probability(z: Any) -> None:
    a, mirrored = sigmoid(np.array([z, -z]))
    assert 0 <= a <= 1
    assert a + mirrored == pytest.approx(1, abs=1e-15)


@given(st.lists(st.floats(-1000, 1000), min_size=2, max_size=20))
def test_sigmoid_never_falls(zs: Any) -> None:
    assert (np.diff(sigmoid(np.sort(np.array(zs)))) >= 0).all()


@pytest.mark.parametrize("l2", [0.0, 0.7])
@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_gradients_equal_finite_differences(loss: Any, l2: float) -> Any:
    rng = np.random.default_rng(0)
    n_x, m, h = 7, 11, 1e-6
    X, Y = rng.standard_normal((n_x, m)), rng.integers(0, 2, (1, m)).astype(float)
    w, b = rng.standard_normal((n_x, 1)), 0.4

    def J(w: Any, b: Any) -> Any:
        return propagate(w, b, X, Y, l2=l2, loss=loss).J

    step = propagate(w, b, X, Y, l2=l2, loss=loss)
    for i in range(n_x):
        e = np.zeros((n_x, 1))
        e[i] = h
        assert step.dw[i, 0] == pytest.approx((J(w + e, b) - J(w - e, b)) / (2 * h), abs=1e-8)
    assert step.db == pytest.approx((J(w, b + h) - J(w, b - h)) / (2 * h), abs=1e-8)


def test_propagation_equals_the_lectures_loop_over_examples() -> None:
    rng = np.random.default_rng(1)
    X, Y = rng.standard_normal((2, 5)), np.array([[1.0, 0, 1, 1, 0]])
    w, b = np.array([[0.5], [-1.0]]), 0.2
    J = dw1 = dw2 = db = 0.0
    for x, y in zip(X.T, Y[0], strict=True):
        a = 1 / (1 + np.exp(-(w[:, 0] @ x + b)))
        J += -(y * np.log(a) + (1 - y) * np.log(1 - a)) / 5
        dw1, dw2, db = dw1 + x[0] * (a - y) / 5, dw2 + x[1] * (a - y) / 5, db + (a - y) / 5
    step = propagate(w, b, X, Y)
    assert step.J == pytest.approx(J, rel=1e-13)
    assert step.dw == pytest.approx(np.array([[dw1], [dw2]]), rel=1e-13)
    assert step.db == pytest.approx(db, rel=1e-13)
    assert step.dw.shape == w.shape
    assert step.A.shape == Y.shape


def test_squared_error_is_half_the_square() -> None:
    A, Y = np.array([[0.2, 0.9]]), np.array([[1.0, 1.0]])
    assert SQUARED_ERROR.values(A, A, Y) == pytest.approx(np.array([[0.32, 0.005]]))


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_curvature_is_the_largest_second_derivative(loss: Any) -> None:
    z, h = np.linspace(-12, 12, 200_001), 1e-5
    second = np.concatenate(
        [
            (loss.dZ(sigmoid(z + h), y) - loss.dZ(sigmoid(z - h), y)) / (2 * h)
            for y in (np.zeros_like(z), np.ones_like(z))
        ]
    )
    assert np.abs(second).max() == pytest.approx(loss.curvature, rel=1e-5)


def test_float32_stays_float32() -> None:
    X = np.ones((3, 4), np.float32)
    step = propagate(np.zeros((3, 1), np.float32), 0.0, X, np.ones((1, 4), np.float32), l2=0.1)
    assert step.dw.dtype == step.A.dtype == np.float32


def test_accuracy_counts_the_threshold_as_positive() -> None:
    A, Y = np.array([[0.5, 0.2, 0.8, 0.4]]), np.array([[1.0, 0, 0, 1]])
    assert accuracy(A, Y) == 0.5
    assert accuracy(A, Y, 0.4) == 0.75
