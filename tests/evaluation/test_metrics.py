from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as oracle

from catclf.evaluation.metrics import metrics, reliability, roc_auc
from catclf.logistic import Array, sigmoid

# Few distinct logits, so that ties are common.
EXAMPLES = st.lists(
    st.tuples(st.integers(-12, 12).map(lambda z: z / 2), st.booleans()), min_size=1, max_size=40
)


def row(values: Any) -> Any:
    return np.array([values], float)


@given(EXAMPLES, st.sampled_from([0.2, 0.5, 0.9]))
def test_figures_equal_scikit_learns(examples: tuple[Array, Array], threshold: Any) -> None:
    Z, Y = row([z for z, _ in examples]), row([y for _, y in examples])
    figures = metrics(Z, Y, threshold)
    y, a = Y[0].astype(int), sigmoid(Z)[0]
    called = (a >= threshold).astype(int)
    table = oracle.confusion_matrix(y, called, labels=[1, 0]).ravel().tolist()
    assert table == [
        figures.true_positives,
        figures.false_negatives,
        figures.false_positives,
        figures.true_negatives,
    ]
    assert figures.accuracy == pytest.approx(oracle.accuracy_score(y, called))
    assert figures.log_loss == pytest.approx(oracle.log_loss(y, a, labels=[0, 1]), abs=1e-12)
    assert figures.brier == pytest.approx(oracle.brier_score_loss(y, a, pos_label=1))
    assert figures.baseline == pytest.approx(max(y.mean(), 1 - y.mean()))
    for ours, theirs in (
        (figures.precision, oracle.precision_score),
        (figures.recall, oracle.recall_score),
        (figures.f1, oracle.f1_score),
    ):
        if ours is not None:
            assert ours == pytest.approx(theirs(y, called, zero_division=0))
    assert (figures.precision is None) == (called.sum() == 0)
    assert (figures.recall is None) == (y.sum() == 0)
    if 0 < y.sum() < len(y):
        assert figures.roc_auc == pytest.approx(oracle.roc_auc_score(y, Z[0]))
    else:
        assert figures.roc_auc is None


def test_auc_at_extreme_logits() -> None:
    assert roc_auc(row([-1e20, 1e20, 800, 900]), row([0, 1, 0, 1])) == 1


def test_float32_logits_are_judged_in_double_precision() -> None:
    figures = metrics(row([40.0, -40.0]).astype(np.float32), row([1, 0]))
    assert figures.log_loss == pytest.approx(np.exp(-40), rel=1e-6)


def test_reliability_by_hand() -> None:
    A = np.array([[0.02, 0.08, 0.1, 0.55, 0.95, 1.0]])
    Y = np.array([[0, 1, 0, 1, 1, 1]])
    bins = reliability(A, Y)
    assert [(b.low, b.high, b.images) for b in bins] == [
        (0.0, 0.1, 2), (0.1, 0.2, 1), (0.5, 0.6, 1), (0.9, 1.0, 2),
    ]  # fmt: skip
    assert [b.probability for b in bins] == pytest.approx([0.05, 0.1, 0.55, 0.975])
    assert [b.share for b in bins] == [0.5, 0, 1, 1]
    Z = np.log(A[:, :5] / (1 - A[:, :5]))
    expected = (2 * 0.45 + 0.1 + 0.45 + 0.05) / 5
    assert metrics(Z, Y[:, :5]).calibration_error == pytest.approx(expected)


def test_probabilities_that_are_right_have_a_small_calibration_error() -> None:
    rng = np.random.default_rng(0)
    Z = rng.normal(0, 2, (1, 100_000))
    Y = (rng.random(Z.shape) < 1 / (1 + np.exp(-Z))).astype(int)
    assert metrics(Z, Y).calibration_error < 0.01
    assert metrics(3 * Z, Y).calibration_error > 0.1
