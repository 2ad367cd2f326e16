from collections.abc import Callable
from fractions import Fraction

import pytest

from catclf.lessons.derivative import lesson
from catclf.lessons.lesson import LessonSettings
from tests.lessons.conftest import rows_of

LESSON = lesson(LessonSettings())

Function = Callable[[Fraction], Fraction]


def test_slopes_agree_with_exact_arithmetic() -> None:
    functions: dict[str, tuple[Function, Function]] = {
        "3a": (lambda a: 3 * a, lambda a: Fraction(3)),
        "a²": (lambda a: a * a, lambda a: 2 * a),
    }
    rows = rows_of(LESSON, "Slopes")
    assert {(row[0], row[1]) for row in rows} >= {("3a", 2.0), ("3a", 5.0), ("a²", 5.0)}
    step = Fraction(1, 1000)
    for name, a, before, after, by_step, exact, off in rows:
        f, slope = functions[name]
        a = Fraction(a)
        assert before == f(a)
        assert after == pytest.approx(float(f(a + step)), rel=1e-15)
        assert by_step == pytest.approx(float((f(a + step) - f(a)) / step), rel=1e-9, abs=1e-12)
        assert exact == slope(a)
        assert off == pytest.approx(0.001 if name == "a²" else 0, abs=1e-9)


def test_smaller_steps_help_until_rounding_dominates() -> None:
    off = {step: abs(error) for step, _, error in rows_of(LESSON, "The slope of a²")}
    steps = sorted(off, reverse=True)
    assert steps[0] == pytest.approx(0.1)
    assert off[steps[0]] == pytest.approx(0.1)
    assert off[steps[1]] == pytest.approx(steps[1], rel=1e-3)
    assert off[steps[-1]] == 10  # 5 + 1e-16 is 5
