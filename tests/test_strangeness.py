"""Distances to a principal subspace, and ranks among them."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from catclf.strangeness import PrincipalSubspace, Strangeness, principal_subspace

N_X, M = 40, 200


def columns(seed: int, m: int = M, *, shift: float = 0.0) -> NDArray[Any]:
    """Columns (n_x, m): positive, with some directions in which they vary more."""
    rng = np.random.default_rng(seed)
    mixed = rng.standard_normal((m, 10)) @ np.random.default_rng(99).standard_normal((10, N_X))
    X = np.abs(mixed + rng.standard_normal((m, N_X)))
    X[:, 0] += shift
    columns: NDArray[Any] = X.T  # (n_x, m)
    return columns


def learned(X: NDArray[Any]) -> Strangeness:
    """As in training, with five folds."""
    held_out = np.empty(X.shape[1])
    for fold in range(5):
        part = np.arange(X.shape[1]) % 5 == fold
        held_out[part] = principal_subspace(X[:, ~part]).distances(X[:, part])
    return Strangeness(principal_subspace(X), np.sort(held_out).astype(np.float32))


def test_the_distance_is_the_residual_of_a_singular_value_decomposition() -> None:
    X, others = columns(0), columns(1, 7)
    unit = X / np.linalg.norm(X, axis=0)
    mean = unit.mean(axis=1, keepdims=True)
    U = np.linalg.svd(unit - mean)[0][:, :8]  # (n_x, 8)
    centred = others / np.linalg.norm(others, axis=0) - mean
    expected = [np.linalg.norm(x - U @ np.linalg.lstsq(U, x)[0]) for x in centred.T]
    np.testing.assert_allclose(principal_subspace(X).distances(others), expected, atol=1e-6)


def test_neither_the_length_nor_the_type_of_a_column_matters() -> None:
    X = columns(0)
    subspace = principal_subspace(X)
    expected = subspace.distances(X)
    np.testing.assert_allclose(subspace.distances(3 * X), expected, atol=1e-9)
    np.testing.assert_allclose(subspace.distances(X.astype(np.float32)), expected, atol=1e-6)
    np.testing.assert_allclose(principal_subspace(7 * X).distances(X), expected, atol=1e-6)


def test_a_rank_is_the_share_of_held_out_images_that_are_nearer() -> None:
    mean, components = np.zeros(3, np.float32), np.eye(3, dtype=np.float32)[:1]
    ranking = Strangeness(PrincipalSubspace(mean, components), np.array([0, 0.2, 0.4], np.float32))
    # (cos t, sin t, 0) is sin t away from the first axis.
    t = np.arcsin([0.0, 0.15, 0.3, 0.9])
    X = np.stack([np.cos(t), np.sin(t), 0 * t])  # (3, 4)
    assert ranking.ranks(X).tolist() == [0, 1 / 4, 2 / 4, 3 / 4]
    assert ranking.highest == 3 / 4


def test_images_like_the_training_images_seldom_have_a_high_rank() -> None:
    ranks = learned(columns(0)).ranks(columns(1, 4000))
    for rank in (0.5, 0.8, 0.95):
        share = float((ranks >= rank).mean())
        assert 0.4 * (1 - rank) < share < 1.6 * (1 - rank)


def test_other_images_have_high_ranks() -> None:
    ranks = learned(columns(0)).ranks(columns(1, 300, shift=25))
    assert float((ranks >= 0.95).mean()) > 0.9


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("X", [np.ones((5, 4)), np.zeros((5, 4)), np.ones((5, 1))])
def test_images_that_do_not_differ_have_no_components(X: NDArray[Any]) -> None:
    subspace = principal_subspace(X)
    assert subspace.components.shape == (0, 5)
    np.testing.assert_allclose(subspace.distances(X), 0, atol=1e-6)


def test_there_are_at_most_half_as_many_components_as_images() -> None:
    assert len(principal_subspace(columns(0, 6)).components) == 3
    assert len(principal_subspace(columns(0)).components) == 8
    assert len(principal_subspace(columns(0), 2).components) == 2
