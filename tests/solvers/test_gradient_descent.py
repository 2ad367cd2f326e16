from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from catclf.logistic import LOSSES, Array
from catclf.solvers.gradient_descent import GradientDescent
from catclf.solvers.objective import InMemory, lipschitz_constant
from catclf.solvers.solver import State, iterate

CROSS_ENTROPY = LOSSES["cross-entropy"]


@pytest.fixture
def examples() -> Any:
    rng = np.random.default_rng(3)
    X = rng.standard_normal((6, 80))
    Y = (rng.random((1, 80)) < 1 / (1 + np.exp(-X[0] + 0.5 * X[1]))).astype(float)
    return X, Y


def test_finds_the_optimum_of_scikit_learn(examples: tuple[Array, Array]) -> None:
    X, Y = examples
    l2 = 0.05
    objective = InMemory(X, Y, l2, CROSS_ENTROPY)
    *_, solution = iterate(
        GradientDescent(1 / lipschitz_constant(objective)),
        objective,
        State(np.zeros((6, 1)), 0.0),
        iterations=100_000,
        tolerance=1e-10,
    )
    # scikit-learn has rows for examples, and C = 1 / (m λ) for our mean cost.
    oracle = LogisticRegression(C=1 / (80 * l2), tol=1e-12, max_iter=10_000).fit(X.T, Y[0])
    assert solution.w[:, 0] == pytest.approx(oracle.coef_[0], abs=1e-5)
    assert solution.b == pytest.approx(oracle.intercept_[0], abs=1e-5)
    assert solution.converged
    assert solution.steps < 100_000, "the tolerance did not stop it"


def test_makes_the_lectures_steps(examples: tuple[Array, Array]) -> None:
    X, Y = examples
    w, b, costs = np.zeros((6, 1)), 0.0, []
    for _ in range(25):
        A = 1 / (1 + np.exp(-(np.dot(w.T, X) + b)))
        costs.append(-np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A)))
        w, b = w - 0.1 * np.dot(X, (A - Y).T) / 80, b - 0.1 * np.mean(A - Y)
    start = np.zeros((6, 1))
    *_, solution = iterate(
        GradientDescent(0.1),
        InMemory(X, Y, 0.0, CROSS_ENTROPY),
        State(start, 0.0),
        iterations=25,
    )
    assert solution.w == pytest.approx(w, rel=1e-12)
    assert solution.b == pytest.approx(b, rel=1e-12)
    assert solution.costs[:-1] == pytest.approx(costs, rel=1e-12)
    assert len(solution.costs) == 26
    assert not start.any(), "the starting point was changed"


def test_yields_every_step(examples: tuple[Array, Array]) -> None:
    X, Y = examples
    states = list(
        iterate(
            GradientDescent(0.1),
            InMemory(X, Y, 0.0, CROSS_ENTROPY),
            State(np.zeros((6, 1)), 0.0),
            iterations=3,
        )
    )
    assert [state.steps for state in states] == [0, 1, 2, 3]
    assert states[0].last_pass.J == pytest.approx(np.log(2))
    assert [state.last_pass.J for state in states] == states[-1].costs


def test_resumes_from_any_step(examples: tuple[Array, Array]) -> None:
    X, Y = examples
    objective = InMemory(X, Y, 0.01, CROSS_ENTROPY)
    settings: dict[str, Any] = {"iterations": 20, "tolerance": 1e-3}
    whole = iterate(GradientDescent(0.1), objective, State(np.zeros((6, 1)), 0.0), **settings)
    states = [state._replace(costs=state.costs[: state.steps + 1]) for state in whole]
    *_, again = iterate(GradientDescent(0.1), objective, states[7], **settings)
    assert again.w.tobytes() == states[-1].w.tobytes()
    assert (again.b, again.costs) == (states[-1].b, states[-1].costs)
    assert again.first_gradient == states[-1].first_gradient


def test_stops_where_the_cost_is_not_finite(examples: tuple[Array, Array]) -> None:
    X, Y = examples
    *_, solution = iterate(
        GradientDescent(1e300),
        InMemory(X * 1e200, Y, 0.1, CROSS_ENTROPY),
        State(np.zeros((6, 1)), 0.0),
        iterations=1000,
    )
    assert len(solution.costs) < 10
    assert not np.isfinite(solution.costs[-1])
