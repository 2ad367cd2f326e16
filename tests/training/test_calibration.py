from typing import Any

import numpy as np
import pytest

from catclf.errors import SettingsError, TrainingError
from catclf.training.calibration import platt_scaling, threshold_for
from catclf.training.settings import Target, TrainingSettings


def sample(slope: Any, shift: Any, m: Any = 20_000, seed: Any = 0) -> Any:
    """Logits that are wrong by a slope and a shift, and labels."""
    rng = np.random.default_rng(seed)
    true = rng.normal(0, 2, (1, m))
    Y = (rng.random((1, m)) < 1 / (1 + np.exp(-true))).astype(np.uint8)
    return (true - shift) / slope, Y


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.0), (0.3, 1.0), (5.0, -2.0)])
def test_slope_and_shift_are_found(slope: float, shift: float) -> None:
    found = platt_scaling(*sample(slope, shift))
    assert found == pytest.approx((slope, shift), rel=0.05, abs=0.05)


def test_the_optimum_is_scikit_learns() -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    Z, Y = sample(2.0, 0.5)
    peer = linear_model.LogisticRegression(C=1e10, tol=1e-10).fit(Z.T, Y[0])
    # The labels' uncertainty, of one in ten thousand here, moves it a little.
    assert platt_scaling(Z, Y) == pytest.approx((peer.coef_[0, 0], peer.intercept_[0]), rel=0.01)


def test_logits_that_are_all_right_leave_the_slope_finite() -> None:
    slope, shift = platt_scaling(np.array([[-2.0, -1, 1, 2]]), np.array([[0, 0, 1, 1]]))
    assert 0 < slope < 10
    assert shift == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    "Z", [np.zeros((1, 6)), np.array([[3.0, 2, 1, -1, -2, -3]]), 1e6 * np.ones((1, 6))]
)
def test_logits_that_say_nothing_or_the_opposite_give_the_share(Z: Any) -> None:
    Y = np.array([[0, 0, 0, 1, 1, 1]])
    slope, shift = platt_scaling(Z, Y)
    assert 0 < slope <= 0.011
    assert shift == pytest.approx(0, abs=1e-9)


A = np.array([[0.9, 0.8, 0.7, 0.6, 0.5, 0.4]])
Y = np.array([[1, 1, 0, 1, 0, 1]])


@pytest.mark.parametrize(
    ("target", "threshold"),
    [
        (Target("precision", 1.0), 0.75),
        (Target("precision", 0.75), 0.55),
        (Target("precision", 0.5), 0.4),
        (Target("recall", 0.5), 0.75),
        (Target("recall", 0.75), 0.55),
        (Target("recall", 1.0), 0.4),
    ],
)
def test_thresholds_reach_their_target(target: Any, threshold: float) -> None:
    assert threshold_for(target, A, Y) == pytest.approx(threshold)
    order = np.random.default_rng(0).permutation(6)
    assert threshold_for(target, A[:, order], Y[:, order]) == pytest.approx(threshold)
    predicted = A >= threshold
    reached = {"precision": Y[predicted].mean(), "recall": predicted[Y == 1].mean()}
    assert reached[target.metric] >= target.value


def test_equal_probabilities_share_a_prediction() -> None:
    assert (
        threshold_for(Target("precision", 0.6), np.full((1, 3), 0.5), np.array([[1, 1, 0]])) == 0.5
    )


def test_a_precision_that_cannot_be_reached_is_said_to_be_so() -> None:
    with pytest.raises(TrainingError, match=r"precision of 0\.9 .* the best is 0\.500"):
        threshold_for(Target("precision", 0.9), np.array([[0.9, 0.1]]), np.array([[0, 1]]))


@pytest.mark.parametrize(
    "target",
    [Target("precision", 2), Target("recall", 0), Target("f1", 0.5), Target("recall", np.nan)],
)
def test_targets_that_make_no_sense(target: Any) -> None:
    with pytest.raises(SettingsError, match=r"like precision=0\.95 or recall=0\.99"):
        TrainingSettings(threshold=target)
