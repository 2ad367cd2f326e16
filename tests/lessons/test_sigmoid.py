from typing import Any

import mpmath
import pytest

from catclf.lessons.lesson import LessonSettings
from catclf.lessons.sigmoid import lesson
from tests.lessons.conftest import rows_of

LESSON = lesson(LessonSettings())


def exact(z: float) -> Any:
    """σ(z) with 400 digits."""
    with mpmath.workdps(400):
        return 1 / (1 + mpmath.exp(-mpmath.mpf(z)))


def test_limits_agree_with_high_precision() -> None:
    for z, a, rest in rows_of(LESSON, "σ(z) approaches"):
        with mpmath.workdps(400):
            assert a == pytest.approx(float(exact(z)), rel=1e-14)
            assert rest == pytest.approx(float(1 - exact(z)), rel=1e-14)


def test_naive_formulas_fail_where_the_stable_ones_do_not() -> None:
    rows = {row[0]: row[1:] for row in rows_of(LESSON, "Naive and stable")}
    assert rows[-800.0][0] == "overflow"
    assert rows[800.0][1] == "overflow"
    assert rows[40.0][3] == rows[800.0][3] == "log(0)"
    for z, (*_, a, _, loss) in rows.items():
        with mpmath.workdps(400):
            assert a == pytest.approx(float(exact(z)), rel=1e-14)
            assert loss == pytest.approx(float(-mpmath.log(1 - exact(z))), rel=1e-14)


def test_slopes_agree_with_high_precision() -> None:
    for z, a, slope, by_step, difference in rows_of(LESSON, "The slope"):
        assert a == pytest.approx(float(exact(z)))
        assert slope == pytest.approx(float(mpmath.diff(lambda t: 1 / (1 + mpmath.exp(-t)), z)))
        assert by_step == pytest.approx(slope, abs=1e-9)
        assert difference == abs(by_step - slope)
