import numpy as np
import pytest

from catclf.lessons.learning_rate import lesson
from catclf.lessons.lesson import LessonSettings
from tests.conftest import shared
from tests.lessons.conftest import rows_of


def test_costs_agree_with_plain_gradient_descent(settings: LessonSettings) -> None:
    images = settings.images
    X = images.images[:].reshape(images.m, -1).T / 255.0  # (n_x, m)
    y = images.labels.astype(float)
    m = y.size
    L = np.linalg.norm(np.vstack([X, np.ones((1, m))]), 2) ** 2 / (4 * m)
    rows = rows_of(lesson(settings), "The cost J")
    rates = [row[0] for row in rows]
    assert rates == sorted(rates)
    assert any(rate == pytest.approx(1 / L) for rate in rates)
    assert any(rate == pytest.approx(2 / L) for rate in rates)
    for rate, relative, after_1, after_10, after_100, after_1000, highest, rises, verdict in rows:
        assert relative == pytest.approx(rate * L)
        w, b = np.zeros(len(X)), 0.0
        costs: list[float] = []
        for _ in range(101):
            z = w @ X + b
            costs.append(float(np.mean(np.logaddexp(0, z) - y * z)))
            off = np.exp(-np.logaddexp(0, -z)) - y
            w, b = w - rate * X @ off / m, b - rate * off.mean()
        # Above 2/L, rounding errors grow from step to step.
        assert after_1 == pytest.approx(costs[1], rel=1e-9)
        assert after_10 == pytest.approx(costs[10], rel=1e-6)
        if rate <= 2 / L:
            assert after_100 == pytest.approx(costs[100], rel=1e-6)
            assert rises == 0
            assert verdict in ("crawls", "descends")
        elif after_1000 >= costs[0]:
            # Its peak comes early, so it does not grow any more.
            assert highest > 2 * after_1000
            assert verdict == "oscillates"
        else:
            assert verdict == ("climbs, then descends" if rises else "descends")
        assert highest >= max(costs[0], after_1, after_10, after_100, after_1000)
    assert rows[0][-1] == "crawls"


@pytest.mark.real_data
def test_golden_costs_on_the_courses_images() -> None:
    rows = {
        row[0]: row for row in rows_of(lesson(LessonSettings(shared("catvnoncat"))), "The cost J")
    }
    *_, after_100, after_1000, highest, rises, verdict = rows[0.005]
    assert after_100 == pytest.approx(0.584508, abs=1e-6)
    assert after_1000 == pytest.approx(0.214820, abs=1e-6)
    assert highest == pytest.approx(0.897, abs=1e-3)
    assert rises > 0
    assert verdict == "climbs, then descends"
    assert rows[0.01][-3] == pytest.approx(3.2, abs=0.05)
    assert rows[0.00001][-1] == "crawls"
