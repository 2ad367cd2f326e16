from typing import Any

import numpy as np
import pytest
from sklearn.metrics import (
    average_precision_score,
)
from sklearn.metrics import (
    precision_recall_curve as sklearn_precision_recall,
)
from sklearn.metrics import (
    roc_curve as sklearn_roc,
)

from catclf.evaluation.curves import precision_recall_curve, roc_curve
from catclf.evaluation.metrics import roc_auc


@pytest.fixture(params=["distinct", "ties", "separated", "reversed", "constant"])
def case(request: pytest.FixtureRequest) -> Any:
    """Logits (1, m) and labels (1, m)."""
    rng = np.random.default_rng(1)
    Y = (rng.random((1, 60)) < 0.4).astype(np.uint8)
    noise = rng.normal(size=Y.shape)
    Z = {
        "distinct": noise + Y,
        "ties": np.round(noise + Y),
        "separated": noise + 100.0 * Y,
        "reversed": noise - 100.0 * Y,
        "constant": np.zeros(Y.shape),
    }[request.param]
    return Z, Y


def test_roc_is_that_of_scikit_learn(case: Any) -> None:
    Z, Y = case
    curve = roc_curve(Z, Y)
    false, true, thresholds = sklearn_roc(Y[0], Z[0], drop_intermediate=False)
    np.testing.assert_allclose(curve.false_positive_rate, false)
    np.testing.assert_allclose(curve.recall, true)
    np.testing.assert_allclose(curve.logits, thresholds)
    x, y = curve.false_positive_rate, curve.recall
    area = np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2)
    assert area == pytest.approx(roc_auc(Z, Y))


def test_precision_and_recall_are_those_of_scikit_learn(case: Any) -> None:
    Z, Y = case
    curve = precision_recall_curve(Z, Y)
    precision, recall, thresholds = sklearn_precision_recall(Y[0], Z[0])
    # scikit-learn's rise with the threshold, and end with a point without one.
    np.testing.assert_allclose(curve.precision, precision[-2::-1])
    np.testing.assert_allclose(curve.recall, recall[-2::-1])
    np.testing.assert_allclose(curve.logits, thresholds[::-1])
    assert curve.average_precision == pytest.approx(average_precision_score(Y[0], Z[0]))
