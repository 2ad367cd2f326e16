import pytest

from catclf.lessons.computation_graph import lesson
from catclf.lessons.lesson import LessonSettings
from tests.lessons.conftest import rows_of

LESSON = lesson(LessonSettings())


def test_the_forward_pass() -> None:
    assert [value for _, value in rows_of(LESSON, "Forward")] == [6, 11, 33]


def test_the_backward_pass() -> None:
    # The derivatives of J = 3a + 3bc, by hand, at a = 5, b = 3, c = 2.
    by_hand = {"dv": 3, "du": 3, "da": 3, "db": 3 * 2, "dc": 3 * 3}
    rows = rows_of(LESSON, "Backward")
    assert {row[0]: row[2] for row in rows} == by_hand
    for *_, value, by_step in rows:
        assert by_step == pytest.approx(value, rel=1e-9)
