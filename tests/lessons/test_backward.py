import mpmath
import pytest

from catclf.lessons.backward import lesson
from catclf.lessons.lesson import LessonSettings
from tests.lessons.conftest import numbers

LESSON = lesson(LessonSettings())


def loss(w1, w2, b):
    """Of x = (1, 2) and y = 1."""
    return -mpmath.log(1 / (1 + mpmath.exp(-(w1 * 1 + w2 * 2 + b))))


def test_forward():
    (_, z), (_, a), (_, L) = numbers(LESSON, "Forward")
    assert z == 0.5 * 1 - 0.75 * 2 + 0.25
    assert a == pytest.approx(float(1 / (1 + mpmath.exp(0.75))))
    assert pytest.approx(float(loss(0.5, -0.75, 0.25))) == L


def test_backward_against_derivatives_in_high_precision():
    at = (0.5, -0.75, 0.25)
    a = 1 / (1 + mpmath.exp(0.75))
    expected = {
        "da": -1 / a,
        "dz": a - 1,
        "dw1": mpmath.diff(loss, at, (1, 0, 0)),
        "dw2": mpmath.diff(loss, at, (0, 1, 0)),
        "db": mpmath.diff(loss, at, (0, 0, 1)),
    }
    for name, _, value, by_step, catclf_finds in numbers(LESSON, "Backward"):
        assert value == pytest.approx(float(expected[name]), rel=1e-12)
        assert by_step == pytest.approx(value, rel=1e-8)
        if name != "da":
            assert catclf_finds == pytest.approx(value, rel=1e-12)


def test_dz_at_once():
    (_, by_rule), (_, at_once) = numbers(LESSON, "dz at once")
    assert by_rule == pytest.approx(at_once, rel=1e-14)
