from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from catclf.errors import TrainingError
from catclf.training.evidence import Evidence, evidence_for, wilson_interval
from catclf.training.settings import Target


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_equals_scipys(counts: Any) -> None:
    interval = binomtest(*counts).proportion_ci(method="wilson")
    assert wilson_interval(*counts) == pytest.approx((interval.low, interval.high), abs=1e-12)


A = np.linspace(0.99, 0.01, 60).reshape(1, 60)
Y = np.array([[1] * 28 + [0, 0] + [1] * 2 + [0] * 28])


def test_the_evidence_for_a_precision_is_what_is_predicted_positive() -> None:
    evidence = evidence_for(Target("precision", 0.9), A[0, 29], A, Y)
    assert evidence == Evidence(30, 28 / 30, wilson_interval(28, 30))


def test_the_evidence_for_a_recall_is_what_is_positive() -> None:
    evidence = evidence_for(Target("recall", 0.9), A[0, 29], A, Y)
    assert evidence == Evidence(30, 28 / 30, wilson_interval(28, 30))


@pytest.mark.parametrize(
    ("target", "fewest"),
    [
        (Target("precision", 0.95), 20),
        (Target("precision", 0.9), 10),
        (Target("precision", 0.1), 10),
        (Target("precision", 0.99), 50),
        (Target("precision", 1.0), 50),
    ],
)
def test_a_target_needs_enough_images(target: Target, fewest: int) -> None:
    assert evidence_for(target, A[0, fewest - 1], A, Y).images == fewest
    with pytest.raises(TrainingError, match=f"rest on {fewest - 1} held-out .* {fewest} are"):
        evidence_for(target, A[0, fewest - 2], A, Y)
