import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from catclf.lessons.brute_force import lesson
from catclf.lessons.lesson import LessonSettings, duration_in_words
from catclf.logistic import Array
from tests.lessons.conftest import rows_of


def colours(settings: LessonSettings, count: int) -> Array:
    """Standardised mean colours (m, count), computed image by image."""
    rows = []
    for image in settings.images.images[:]:
        parts = np.array_split(image, 3) if count == 9 else [image]
        means = [part[:, :, c].astype(float).mean() for part in parts for c in range(3)]
        rows.append(means[:count])
    means_of_all = np.array(rows)
    standardised: Array = (means_of_all - means_of_all.mean(axis=0)) / means_of_all.std(axis=0)
    return standardised


def test_each_weight_takes_a_thousand_times_as_long(settings: LessonSettings) -> None:
    rows = rows_of(lesson(settings), "Trying all weights")
    assert [row[0] for row in rows] == [1, 2, 3, 9]
    seconds = [row[2] for row in rows]
    assert seconds[0] > 0
    ratios = [second / seconds[0] for second in seconds]
    assert ratios == pytest.approx([1, 1e3, 1e6, 1e24])
    assert [row[5] for row in rows] == ["0.04 s", "40 s", "11 hours", "1.27e15 years"]
    assert [row[3] for row in rows] == [duration_in_words(second) for second in seconds]


def test_durations_as_on_the_slides() -> None:
    assert duration_in_words(0.04) == "0.04 s"
    assert duration_in_words(40) == "40 s"
    assert duration_in_words(0.04e6) == "11.1 hours"
    assert duration_in_words(0.04e24) == "1.27e+15 years"
    assert duration_in_words(300) == "5 minutes"
    assert duration_in_words(86400 * 3) == "3 days"


def test_gradient_descent_finds_the_minimum_of_the_grid(settings: LessonSettings) -> None:
    X, y = colours(settings, 1), settings.images.labels
    (_, w_forced, J_forced, tried), (_, w, J, costs) = rows_of(lesson(settings), "One weight")
    grid = np.linspace(-5, 5, 1000)
    Z = grid[:, np.newaxis] * X[:, 0]
    all_J = np.logaddexp(0, np.where(y == 1, -Z, Z)).mean(axis=1)
    assert tried == 1000
    assert pytest.approx(all_J.min(), rel=1e-12) == J_forced
    assert w_forced == pytest.approx(grid[all_J.argmin()])
    assert J <= J_forced
    assert w == pytest.approx(w_forced, abs=0.006)
    assert costs < tried


def test_gradient_descent_with_more_weights_agrees_with_scikit_learn(
    settings: LessonSettings,
) -> None:
    y = settings.images.labels
    for n, steps, J, _ in rows_of(lesson(settings), "Gradient descent from zeros"):
        X = colours(settings, n)
        optimum = LogisticRegression(C=1e10, fit_intercept=False, tol=1e-10, max_iter=10_000)
        Z = X @ optimum.fit(X, y).coef_[0]
        lowest = np.logaddexp(0, np.where(y == 1, -Z, Z)).mean()
        # The thirds of these images have nearly the same colours, so nine weights converge slowly.
        assert 0 < steps < 10_000 or n == 9
        assert pytest.approx(lowest, rel=1e-6 if n < 9 else 0.05) == J
