import math

import pytest

from catclf.lessons.bias import lesson
from catclf.lessons.lesson import LessonSettings
from tests.lessons.conftest import rows_of

LESSON = lesson(LessonSettings())


def test_the_curve_passes_one_half_with_slope_w_over_4() -> None:
    for w, b, middle, slope, by_step in rows_of(LESSON, "Where the curve"):
        assert 1 / (1 + math.exp(-(w * middle + b))) == pytest.approx(0.5)
        e = math.exp(-(w * middle + b))
        assert slope == pytest.approx(w * e / (1 + e) ** 2)
        assert by_step == pytest.approx(slope, rel=1e-8)


def test_outputs_for_several_biases() -> None:
    rows = rows_of(LESSON, "The output")
    assert {row[0] for row in rows} >= {-10.0, 0.1, 10.0}
    for b, *outputs in rows:
        expected = [1 / (1 + math.exp(-(x + b))) for x in (-2, -1, 0, 1, 2)]
        assert outputs == pytest.approx(expected)
