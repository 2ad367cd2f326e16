"""The lecture's arithmetic, against an independent calculation that is part of the repository.

tools/lecture_fixture.py made the images and the golden values, with loops in plain Python.
"""

import json
from typing import Any

import numpy as np
import pytest

import catclf
from catclf import TrainingSettings
from catclf.datasets.dataset import Dataset
from catclf.features.pixels import Pixels
from catclf.logistic import LOSSES, accuracy, propagate
from catclf.solvers.blocks import Blocks
from catclf.solvers.gradient_descent import GradientDescent
from catclf.solvers.solver import State, iterate
from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "data"


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    values: dict[str, Any] = json.loads((FOLDER / "golden.json").read_text(encoding="utf-8"))
    return values


@pytest.fixture(scope="module")
def train_split() -> Dataset:
    return catclf.load_dataset(FOLDER, "train")


@pytest.fixture(scope="module")
def test_split() -> Dataset:
    return catclf.load_dataset(FOLDER, "test")


def test_it_has_the_layout_of_the_course(train_split: Dataset, test_split: Dataset) -> None:
    assert train_split.images[:].shape == (12, 64, 64, 3)
    assert train_split.class_counts() == {"cat": 6, "non-cat": 6}
    assert test_split.class_counts() == {"cat": 3, "non-cat": 3}


def test_the_equations_on_one_page(train_split: Dataset, golden: dict[str, Any]) -> None:
    X, Y = Pixels().columns(train_split.images[:]), train_split.Y.astype(float)
    w, b, costs = np.zeros((12288, 1)), 0.0, []
    for _ in range(golden["iterations"]):
        J, dw, db, A = propagate(w, b, X, Y)
        costs.append(J)
        w, b = w - golden["learning_rate"] * dw, b - golden["learning_rate"] * db
    assert costs == pytest.approx(golden["costs"], rel=1e-12)
    assert w[:6, 0] == pytest.approx(golden["w_first"], rel=1e-9)
    assert w[-6:, 0] == pytest.approx(golden["w_last"], rel=1e-9)
    assert accuracy(A, Y) == golden["train_accuracy"]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_training(train_split: Dataset, golden: dict[str, Any], dtype: str) -> None:
    settings = TrainingSettings(golden["learning_rate"], golden["iterations"], dtype=dtype)
    result = catclf.train(train_split, settings)
    rel = 1e-9 if dtype == "float64" else 1e-4
    assert result.costs[:-1] == pytest.approx(golden["costs"], rel=rel)
    assert result.model.w[:6, 0] == pytest.approx(golden["w_first"], rel=rel)
    assert result.model.w[-6:, 0] == pytest.approx(golden["w_last"], rel=rel)
    assert float(np.vdot(result.model.w, result.model.w)) == pytest.approx(
        golden["w_squared"], rel=rel
    )
    assert result.model.b == pytest.approx(golden["b"], rel=max(rel, 1e-8))
    assert result.accuracy == golden["train_accuracy"]


def test_blocks_from_the_same_start(train_split: Dataset, golden: dict[str, Any]) -> None:
    objective = Blocks(
        train_split.images, train_split.Y, 0.0, LOSSES["cross-entropy"], scale=Pixels.scale,
        dtype=np.float64,
    )  # fmt: skip
    start = State(np.zeros((12288, 1)), 0.0)
    solver = GradientDescent(golden["learning_rate"])
    *_, state = iterate(solver, objective, start, iterations=golden["iterations"])
    assert state.costs[:-1] == pytest.approx(golden["costs"], rel=1e-12)
    assert state.w[:6, 0] == pytest.approx(golden["w_first"], rel=1e-9)
    assert state.b == pytest.approx(golden["b"], rel=1e-9)


def test_the_score_on_the_test_split(
    train_split: Dataset, test_split: Dataset, golden: dict[str, Any]
) -> None:
    settings = TrainingSettings(golden["learning_rate"], golden["iterations"])
    model = catclf.train(train_split, settings).model
    assert catclf.evaluate(model, test_split).metrics.accuracy == golden["test_accuracy"]
