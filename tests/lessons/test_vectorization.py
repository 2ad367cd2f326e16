import numpy as np
import pytest
from sklearn.metrics import log_loss

from catclf.lessons.lesson import LessonSettings
from catclf.lessons.vectorization import lesson
from tests.lessons.conftest import rows_of


def test_all_ways_give_the_same_numbers(settings: LessonSettings) -> None:
    images = settings.images
    X = images.images[:].reshape(images.m, -1).T / 255.0  # (n_x, m)
    y = images.labels
    w = 0.001 * np.random.default_rng(settings.seed).standard_normal((12288, 1))
    a = 1 / (1 + np.exp(-(w.T @ X)))[0]
    dw = np.linalg.norm(X @ (a - y)) / y.size
    for _, J, norm, db, difference in rows_of(lesson(settings), "The same cost"):
        assert pytest.approx(log_loss(y, a), rel=1e-10) == J
        assert norm == pytest.approx(dw, rel=1e-10)
        assert db == pytest.approx((a - y).mean(), rel=1e-9)
        assert difference < 1e-12


def test_times_are_extrapolated(settings: LessonSettings) -> None:
    result = lesson(settings)
    rows = rows_of(result, "Time for one step")
    assert [row[0] for row in rows] == ["two loops", "one loop", "no loop"]
    for _, milliseconds, ratio, total, _ in rows:
        assert ratio == pytest.approx(milliseconds / rows[-1][1])
        assert total == pytest.approx(2000 * milliseconds / 1000)  # all 40 images were timed
    ((reduction, step, total),) = rows_of(result, "All 40 images")
    assert total == pytest.approx((reduction + 2000 * step) / 1000)
