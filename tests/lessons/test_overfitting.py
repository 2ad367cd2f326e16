import numpy as np
import pytest

from catclf.lessons.lesson import LessonSettings
from catclf.lessons.overfitting import lesson
from tests.conftest import shared
from tests.lessons.conftest import rows_of


def test_costs_and_accuracies_agree_with_plain_descent(settings: LessonSettings) -> None:
    train, test = settings.divided
    assert (train.m, test.m) == (32, 8)
    assert not set(train.names) & set(test.names)
    X, X_test = (each.images[:].reshape(each.m, -1).T / 255.0 for each in (train, test))
    y, y_test = train.labels.astype(float), test.labels.astype(float)
    result = lesson(settings)
    L = np.linalg.norm(np.vstack([X, np.ones((1, train.m))]), 2) ** 2 / (4 * train.m)
    w, b = np.zeros(len(X)), 0.0
    after = {}
    for step in range(1, 101):
        off = 1 / (1 + np.exp(-(w @ X + b))) - y
        w = w - X @ off / train.m / L
        b = b - off.mean() / L
        z = w @ X_test + b
        after[step] = np.mean(np.logaddexp(0, z) - y_test * z), np.mean((z >= 0) == (y_test == 1))
    rows = {row[0]: row for row in rows_of(result, "Descent at 1/L")}
    for steps in (10, 30, 100):
        assert rows[steps][2] == pytest.approx(after[steps][0], rel=1e-6)
        assert rows[steps][4] == pytest.approx(after[steps][1])


def test_what_is_chosen_by_a_half_of_the_test_scores_higher_there(settings: LessonSettings) -> None:
    (_, here), (_, other), (_, difference) = rows_of(lesson(settings), "The steps that are best")
    assert here >= other
    assert difference == pytest.approx(here - other)


@pytest.mark.real_data
def test_the_courses_test_set_prefers_100_steps_but_not_101() -> None:
    result = lesson(LessonSettings(shared("catvnoncat")))
    rows = {row[0]: row for row in rows_of(result, "Descent at the lecture's rate")}
    assert rows[100][4] == pytest.approx(0.84)
    assert rows[101][4] == pytest.approx(0.34)
    assert rows[2000][4] == pytest.approx(0.70)
    assert rows[2000][1] < rows[100][1]
    assert rows[2000][2] > rows[100][2] + 0.2
    rows = {row[0]: row for row in rows_of(result, "Descent at 1/L")}
    assert rows[10][1] > rows[1000][1] > rows[5000][1]
    assert rows[100][2] > rows[1000][2] < rows[5000][2]
    *_, (_, difference) = rows_of(result, "The steps that are best")
    assert 0.01 < difference < 0.08
