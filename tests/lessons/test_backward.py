from typing import Any

import mpmath
import pytest

from catclf.lessons.backward import lesson
from catclf.lessons.lesson import LessonSettings
from tests.lessons.conftest import rows_of

LESSON = lesson(LessonSettings())


def loss(w1: Any, w2: Any, b: Any) -> Any:
    """The loss for x = (2, -3) and y = 1, in high precision."""
    return -mpmath.log(1 / (1 + mpmath.exp(-(w1 * 2 - w2 * 3 + b))))


def test_the_forward_pass() -> None:
    (_, z), (_, a), (_, L) = rows_of(LESSON, "Forward")
    assert z == pytest.approx(0.5 * 2 - 0.25 * 3 + 0.1)
    assert a == pytest.approx(float(1 / (1 + mpmath.exp(-0.35))))
    assert pytest.approx(float(loss(0.5, 0.25, 0.1))) == L


def test_the_backward_pass_agrees_with_derivatives_in_high_precision() -> None:
    at = (0.5, 0.25, 0.1)
    a = 1 / (1 + mpmath.exp(-0.35))
    expected = {
        "da": -1 / a,
        "dz": a - 1,
        "dw1": mpmath.diff(loss, at, (1, 0, 0)),
        "dw2": mpmath.diff(loss, at, (0, 1, 0)),
        "db": mpmath.diff(loss, at, (0, 0, 1)),
    }
    for name, _, value, by_step, from_catclf in rows_of(LESSON, "Backward"):
        assert value == pytest.approx(float(expected[name]), rel=1e-12)
        assert by_step == pytest.approx(value, rel=1e-8)
        if name != "da":
            assert from_catclf == pytest.approx(value, rel=1e-12)


def test_a_minus_y_is_the_product_of_the_chain_rule() -> None:
    (_, by_rule), (_, in_one_step) = rows_of(LESSON, "dz in one step")
    assert by_rule == pytest.approx(in_one_step, rel=1e-14)
