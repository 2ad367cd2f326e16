from typing import Any

import numpy as np
import pytest

import catclf
from catclf.features.pixels import Pixels
from catclf.logistic import LOSSES
from catclf.solvers.objective import InMemory, lipschitz_constant
from tests.conftest import shared


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_lipschitz_constant_equals_the_eigenvalue(loss: Any) -> None:
    rng = np.random.default_rng(0)
    X, Y = rng.random((30, 12)), np.ones((1, 12))
    with_ones = np.vstack([X, np.ones((1, 12))])
    largest = np.linalg.eigvalsh(with_ones @ with_ones.T).max()
    assert lipschitz_constant(InMemory(X, Y, 0.3, loss)) == pytest.approx(
        loss.curvature * largest / 12 + 0.3, rel=1e-6
    )


@pytest.mark.real_data
def test_lipschitz_constant_of_the_courses_images() -> None:
    images = catclf.load_dataset(shared("catvnoncat"))
    X = Pixels().columns(images.images[:])
    L = lipschitz_constant(InMemory(X, images.Y, 0.0, LOSSES["cross-entropy"]))
    assert pytest.approx(553, abs=1) == L


def test_black_images_have_a_lipschitz_constant() -> None:
    objective = InMemory(np.zeros((5, 3)), np.ones((1, 3)), 0.0, LOSSES["cross-entropy"])
    assert lipschitz_constant(objective) == pytest.approx(0.25)


def test_centred_columns_have_the_lipschitz_constant_of_their_eigenvalue() -> None:
    X = np.random.default_rng(0).standard_normal((30, 12))
    X -= X.mean(axis=1, keepdims=True)
    objective = InMemory(X, np.ones((1, 12)), 0.0, LOSSES["cross-entropy"])
    expected = np.linalg.norm(X, 2) ** 2 / (4 * 12)
    assert lipschitz_constant(objective) == pytest.approx(expected, rel=1e-5)
