from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from catclf.lessons.gradient_descent import lesson
from catclf.lessons.lesson import LessonSettings
from catclf.logistic import Array
from tests.conftest import write_images
from tests.lessons.conftest import rows_of


def redness(settings: LessonSettings) -> tuple[Array, Array]:
    """The standardised mean red of each image (m,), and labels (m,)."""
    red = np.array([image[:, :, 0].astype(float).mean() for image in settings.images.images[:]])
    return (red - red.mean()) / red.std(), settings.images.labels.astype(float)


def cost(w: float, b: float, x: Array, y: Array) -> float:
    z = w * x + b
    return float(np.mean(np.logaddexp(0, z) - y * z))


def test_one_step_on_one_example_and_on_all(settings: LessonSettings) -> None:
    x, y = redness(settings)
    rows = rows_of(lesson(settings), "One step")
    for (_, dw, db, w, b, before, after, on_all), chosen in zip(
        rows, (slice(1), slice(None)), strict=True
    ):
        off = 0.5 - y[chosen]
        assert dw == pytest.approx((x[chosen] * off).mean())
        assert db == pytest.approx(off.mean(), abs=1e-12)
        assert (w, b) == (pytest.approx(-dw), pytest.approx(-db))
        assert before == pytest.approx(np.log(2))
        assert after == pytest.approx(cost(w, b, x[chosen], y[chosen]))
        assert on_all == pytest.approx(cost(w, b, x, y))


def test_the_loop_without_the_minus_sign_has_the_wrong_sign(settings: LessonSettings) -> None:
    x, y = redness(settings)
    missing, loop, vectorized = rows_of(lesson(settings), "J, dw and db")
    assert loop[1:] == pytest.approx(vectorized[1:], rel=1e-12)
    assert loop[1] == pytest.approx(cost(1, 0, x, y))
    assert missing[1] == pytest.approx(-loop[1])
    a = 1 / (1 + np.exp(-x))
    assert loop[2] == pytest.approx((x * (a - y)).mean())
    assert loop[3] == pytest.approx((a - y).mean())


def test_steps_in_w_alone(settings: LessonSettings) -> None:
    x, y = redness(settings)
    rows = {row[0]: row[1:] for row in rows_of(lesson(settings), "Steps in w alone")}
    w = -4.0
    for step in range(21):
        if step in rows:
            assert rows[step] == (pytest.approx(w), pytest.approx(cost(w, 0, x, y)))
        w -= 2 * (x * (1 / (1 + np.exp(-w * x)) - y)).mean()
    assert set(rows) == {0, 1, 2, 3, 5, 10, 20}


def test_many_steps(settings: LessonSettings) -> None:
    x, y = redness(settings)
    rows = rows_of(lesson(settings), "Many steps")
    expected = {0: (0.0, 0.0)}
    w = b = 0.0
    for step in range(1, rows[-1][0] + 1):
        off = 1 / (1 + np.exp(-(w * x + b))) - y
        w, b = w - (x * off).mean(), b - off.mean()
        expected[step] = (w, b)
    for step, w, b, J in rows:
        assert (w, b) == pytest.approx(expected[step], abs=1e-12)
        assert pytest.approx(cost(w, b, x, y)) == J


def test_all_starts_converge_to_the_optimum_of_scikit_learn(settings: LessonSettings) -> None:
    x, y = redness(settings)
    optimum = LogisticRegression(C=1e10, tol=1e-12).fit(x[:, np.newaxis], y)
    rows = rows_of(lesson(settings), "From zeros")
    assert len(rows) == 5
    assert rows[0][:2] == (0.0, 0.0)
    for w_first, b_first, J_first, _, w, b, J, converged in rows:
        assert converged == "yes"
        assert pytest.approx(cost(w_first, b_first, x, y)) == J_first
        assert w == pytest.approx(optimum.coef_.item(), abs=1e-3)
        assert b == pytest.approx(optimum.intercept_.item(), abs=1e-3)
        assert pytest.approx(cost(w, b, x, y)) == J


def test_for_separable_classes_the_cost_has_no_minimum(tmp_path: Path) -> None:
    write_images(tmp_path / "cat", 4, red=190)
    write_images(tmp_path / "dog", 4, red=80)
    result = lesson(LessonSettings(tmp_path))
    assert "linearly separable" in result.see
    assert {row[-1] for row in rows_of(result, "From zeros")} == {"no"}
