from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import catclf
from catclf import TrainingSettings
from catclf.datasets.dataset import Dataset
from catclf.errors import TrainingError
from catclf.features.pixels import Pixels
from catclf.images.preprocessing import Preprocessing
from catclf.logistic import LOSSES
from catclf.model import Model
from catclf.solvers.blocks import Blocks
from catclf.solvers.engine import Examples
from catclf.solvers.lbfgs import LBFGS
from catclf.solvers.objective import Centred, InMemory
from catclf.solvers.preconditioner import exact, low_rank
from catclf.solvers.problem import pose_in_blocks, pose_in_span
from catclf.solvers.solver import State, iterate
from catclf.solvers.span import Span
from tests.conftest import shared

CROSS_ENTROPY = LOSSES["cross-entropy"]


def cost_of(model: Model, images: Dataset, l2: Any) -> Any:
    """The cost, from scikit-learn's point of view: rows, and its own losses."""
    rows = images.images[:].reshape(images.m, -1) / 255
    z = rows @ model.w[:, 0] + model.b
    losses = np.logaddexp(0, np.where(images.labels == 1, -z, z))
    return losses.mean() + l2 / 2 * float(np.vdot(model.w, model.w))


def optimum(rows: Any, Y: Any, *, l2: Any, in_span: Any, tolerance: Any) -> Any:
    """The problem as it is posed to L-BFGS, and where that ends."""
    examples = Examples(rows, Y, 1 / 255, CROSS_ENTROPY, "float64")
    problem = (
        pose_in_span(examples, l2, lbfgs=True)
        if in_span
        else pose_in_blocks(examples, l2, np.zeros((rows.shape[1], 1)), lbfgs=True, passes=1)
    )
    assert problem.preconditioner
    *_, state = iterate(
        LBFGS(problem.preconditioner), problem.objective, problem.start, iterations=100,
        tolerance=tolerance,
    )  # fmt: skip
    return problem, state


@pytest.fixture(scope="module")
def course() -> Any:
    return catclf.load_dataset(shared("catvnoncat"))


@pytest.fixture(scope="module", params=[1.0, 0.1])
def penalty_and_optimum(request: pytest.FixtureRequest, course: Dataset) -> Any:
    oracle = LogisticRegression(C=1 / (course.m * request.param), tol=1e-10, max_iter=100_000)
    oracle.fit(course.images[:].reshape(course.m, -1) / 255, course.labels)
    return request.param, oracle


@pytest.mark.real_data
@pytest.mark.parametrize("init", ["zeros", "random"])  # in the span, and in blocks
def test_finds_the_optimum_of_scikit_learn_on_real_images(
    course: Dataset, penalty_and_optimum: Any, init: str
) -> None:
    l2, oracle = penalty_and_optimum
    settings = TrainingSettings(solver="lbfgs", l2=l2, tolerance=1e-9, init=init)
    result = catclf.train(course, settings)
    assert result.converged
    assert result.gradient <= 1e-9
    assert result.model.w[:, 0] == pytest.approx(oracle.coef_[0], abs=1e-5)
    assert result.model.b == pytest.approx(oracle.intercept_[0], abs=1e-4)
    assert result.costs[-1] == pytest.approx(cost_of(result.model, course, l2), rel=1e-9)


@pytest.mark.real_data
@pytest.mark.parametrize("dtype", ["float32", pytest.param("float64", marks=pytest.mark.slow)])
def test_many_images_with_the_default_tolerance(dtype: str) -> None:
    images = catclf.load_dataset(shared("cifar-cats"), positive="cat")
    settings = TrainingSettings(solver="lbfgs", l2=0.01, dtype=dtype)
    result = catclf.train(images, settings)
    assert result.converged
    assert result.record.iterations < 60
    assert (np.diff(result.costs) < 1e-6).all()
    tight = catclf.train(images, TrainingSettings(solver="lbfgs", l2=0.01, tolerance=1e-7))
    assert cost_of(result.model, images, 0.01) < tight.costs[-1] + 1e-5


def test_resumes_from_any_step() -> None:
    rng = np.random.default_rng(2)
    X, Y = rng.random((30, 20)), rng.integers(0, 2, (1, 20)).astype(float)
    span = Span(X, centred=True)
    objective = InMemory(span.R, Y, 0.01, CROSS_ENTROPY)
    solver = LBFGS(exact(objective, span))
    settings: dict[str, Any] = {"iterations": 50, "tolerance": 1e-8}
    start = State(np.zeros((len(span.R), 1)), 0.0)
    whole = list(iterate(solver, objective, start, **settings))
    costs = whole[-1].costs
    for state in whole[:-1]:
        earlier = state._replace(costs=costs[: state.steps + 1])
        *_, again = iterate(solver, objective, earlier, **settings)
        assert again.w.tobytes() == whole[-1].w.tobytes()
        assert (again.b, again.costs) == (whole[-1].b, costs)


def test_centred_columns_have_the_same_cost_and_gradient() -> None:
    rng = np.random.default_rng(4)
    X, Y = rng.random((7, 40)), rng.integers(0, 2, (1, 40)).astype(float)
    w, b = rng.standard_normal((7, 1)), 0.4
    mean = X.mean(axis=1, keepdims=True)
    oracle = InMemory(X - mean, Y, 0.2, CROSS_ENTROPY)
    centred = Centred(InMemory(X, Y, 0.2, CROSS_ENTROPY))
    one, other = oracle.propagate(w, b), centred.propagate(w, b)
    assert other.J == pytest.approx(one.J, rel=1e-12)
    assert other.dw == pytest.approx(one.dw, rel=1e-9)
    assert other.db == pytest.approx(one.db, rel=1e-9)
    assert centred.centred_bias(w, centred.bias(w, b)) == pytest.approx(b)
    product, sum_ = centred.scatter_product(w, b)
    expected, expected_sum = oracle.scatter_product(w, b)
    assert product == pytest.approx(expected, rel=1e-9)
    assert sum_ == pytest.approx(expected_sum, rel=1e-9)


def test_the_exact_preconditioner_inverts_the_second_derivatives() -> None:
    rng = np.random.default_rng(6)
    X = rng.random((25, 10))
    span = Span(X, centred=True)
    objective = InMemory(span.R, np.ones((1, 10)), 0.05, CROSS_ENTROPY)
    v = rng.standard_normal((len(span.R) + 1, 1))
    # At w = 0, b = 0 all a(1 - a) are 1/4, and centred columns have no part in b's derivative.
    H = np.zeros((len(v), len(v)))
    H[:-1, :-1] = span.R @ span.R.T / 40 + 0.05 * np.eye(len(span.R))
    H[-1, -1] = 1 / 4
    assert exact(objective, span)(H @ v) == pytest.approx(v, rel=1e-9)


def test_the_low_rank_preconditioner_inverts_them_along_its_directions() -> None:
    rng = np.random.default_rng(7)
    images = (rng.random((300, 30)) * rng.random((1, 30)) * 255).astype(np.uint8)
    Y = rng.integers(0, 2, (1, 300))
    centred = Centred(Blocks(images, Y, 0.01, CROSS_ENTROPY, scale=1 / 255, dtype="float64"))
    span = Span(images.T, 1 / 255, centred=True)
    preconditioner = low_rank(centred, span)  # 30 directions: all of them
    X = images.T / 255
    covariance = np.cov(X, bias=True)
    v = rng.standard_normal((30, 1))
    H_v = covariance @ v / 4 + 0.01 * v
    result = preconditioner(np.vstack([H_v, [[0.5]]]))
    assert result[:-1] == pytest.approx(v, rel=1e-3, abs=1e-3)
    assert result[-1, 0] == pytest.approx(2)


@pytest.mark.parametrize("in_span", [True, False])
def test_both_forms_lead_to_the_same_optimum(in_span: bool) -> None:
    rng = np.random.default_rng(8)
    rows = rng.integers(0, 256, (120, 50), np.uint8)
    Y = rng.integers(0, 2, (1, 120))
    problem, state = optimum(rows, Y, l2=0.02, in_span=in_span, tolerance=1e-10)
    assert state.converged
    w, b = problem.carry_back(state.w, state.b)
    oracle = LogisticRegression(C=1 / (120 * 0.02), tol=1e-12, max_iter=10_000)
    oracle.fit(rows / 255, Y[0])
    assert w[:, 0] == pytest.approx(oracle.coef_[0], abs=1e-5)
    assert b == pytest.approx(oracle.intercept_[0], abs=1e-5)


@pytest.mark.real_data
def test_without_a_penalty_there_may_be_no_optimum(course: Dataset) -> None:
    with pytest.raises(TrainingError, match=r"no optimum exists.*--l2 0\.001"):
        catclf.train(course, TrainingSettings(solver="lbfgs"))


def test_without_a_penalty_there_may_be_one() -> None:
    rng = np.random.default_rng(9)
    rows = rng.integers(0, 256, (400, 5), np.uint8)
    Y = rng.integers(0, 2, (1, 400))
    problem, state = optimum(rows, Y, l2=0.0, in_span=False, tolerance=1e-9)
    assert state.converged
    last = problem.objective.propagate(state.w, state.b)
    assert np.abs(last.dw).max() < 1e-8


def test_images_that_are_all_alike() -> None:
    images = np.full((6, 64, 64, 3), 90, np.uint8)
    dataset = catclf.Dataset(
        images, np.array([1, 0, 0, 0, 1, 0], np.uint8), [""] * 6, "cat", "here",
        Preprocessing(),
    )  # fmt: skip
    result = catclf.train(dataset, TrainingSettings(solver="lbfgs", l2=0.1, tolerance=1e-8))
    assert result.converged
    assert result.model.probabilities(images)[0] == pytest.approx(1 / 3)


@pytest.mark.real_data
def test_stops_at_the_limit_of_iterations(course: Dataset) -> None:
    result = catclf.train(course, TrainingSettings(solver="lbfgs", l2=0.01, iterations=3))
    assert (result.record.iterations, result.converged) == (3, False)
    assert result.gradient > 1e-4


@pytest.mark.real_data
def test_sees_the_same_pixels_as_predictions(course: Dataset) -> None:
    result = catclf.train(course, TrainingSettings(solver="lbfgs", l2=0.05))
    columns = Pixels().columns(course.images[:])
    assert result.model.logits(course.images) == pytest.approx(
        result.model.w.T @ columns + result.model.b
    )
