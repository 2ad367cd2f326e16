import math
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

import catclf
from catclf.lessons.lesson import LessonSettings
from catclf.lessons.loss import lesson
from catclf.logistic import Array
from tests.conftest import ROOT, shared
from tests.lessons.conftest import rows_of


def trained(settings: LessonSettings) -> tuple[Array, Array]:
    """Logits after 500 steps of plain gradient descent at 1/L, and labels."""
    images = settings.images
    X = images.images[:].reshape(images.m, -1).T / 255.0  # (n_x, m)
    Y = images.labels[np.newaxis].astype(float)
    m = Y.size
    ones = np.vstack([X, np.ones((1, m))])
    rate = 4 * m / np.linalg.norm(ones, 2) ** 2
    w, b = np.zeros((len(X), 1)), 0.0
    for _ in range(500):
        dZ = 1 / (1 + np.exp(-(w.T @ X + b))) - Y
        w, b = w - rate * X @ dZ.T / m, b - rate * dZ.mean()
    return w.T @ X + b, Y


def test_only_the_squared_error_is_not_convex(settings: LessonSettings) -> None:
    Z, Y = trained(settings)
    rows = rows_of(lesson(settings), "Is the cost convex")
    for line, loss, points, down, convex, _ in rows:
        assert points == 159
        assert convex == ("no" if down else "yes")
        assert (down > 0) == (loss != "cross-entropy"), line
    # Counted again along the first line.
    t = np.linspace(-8, 8, 161)[:, np.newaxis]
    A = 1 / (1 + np.exp(-t * Z))
    J = ((A - Y) ** 2).mean(axis=1)
    down = sum(J[i - 1] + J[i + 1] < 2 * J[i] for i in range(1, 160))
    counted = {row[1]: row[3] for row in rows if row[0].startswith("from 0")}
    assert counted["(a - y)²"] == pytest.approx(down, abs=1)
    lowest = {row[1]: row[5] for row in rows if row[0].startswith("from 0")}
    assert lowest["(a - y)²"] == pytest.approx(t[J.argmin(), 0], abs=0.051)


def test_slopes_agree_with_finite_differences(settings: LessonSettings) -> None:
    Z, Y = trained(settings)

    def J(t: float) -> tuple[float, float]:
        A = 1 / (1 + np.exp(-t * Z))
        cross_entropy = np.logaddexp(0, (1 - 2 * Y) * t * Z).mean()
        return cross_entropy, ((A - Y) ** 2).mean() / 2

    h = 1e-5
    rows = rows_of(lesson(settings), "Slope dJ/dt")
    for t, right, cross_entropy, half_square, square in rows:
        slopes = (np.array(J(t + h)) - J(t - h)) / (2 * h)
        assert [cross_entropy, half_square] == pytest.approx(slopes.tolist(), rel=1e-4, abs=1e-7)
        assert square == 2 * half_square
        assert right == pytest.approx(100 * ((t * Z >= 0) == (Y == 1)).mean())
    # Where the model is confidently wrong, the cross-entropy is steepest; the squared error is not.
    steepest = {
        name: max(rows, key=lambda row: abs(row[i]))[0] for i, name in ((2, "ce"), (3, "se"))
    }
    assert steepest["ce"] == -8
    assert steepest["se"] > -8


def test_losses_of_single_predictions(settings: LessonSettings) -> None:
    result = lesson(settings)
    for a, loss, slope, square, square_slope in rows_of(result, "One cat"):
        assert loss == pytest.approx(-math.log(a))
        assert slope == pytest.approx(a - 1)
        assert square == pytest.approx((a - 1) ** 2 / 2)
        assert square_slope == pytest.approx((a - 1) * a * (1 - a))
    for a, *losses in rows_of(result, "Near the decision"):
        squares = [(a - 1) ** 2 / 2, a**2 / 2]
        assert losses == pytest.approx([-math.log(a), -math.log(1 - a), *squares])


def test_the_trained_model_is_that_of_train(settings: LessonSettings) -> None:
    Z, _ = trained(settings)
    model = catclf.train(
        settings.images, catclf.TrainingSettings(learning_rate="auto", iterations=500)
    ).model
    np.testing.assert_allclose(model.logits(settings.images.images), Z, rtol=1e-4)


def test_who_pays_is_counted_on_the_images(settings: LessonSettings) -> None:
    Z, Y = trained(settings)
    right = 1 / (1 + np.exp(-Z * (2 * Y - 1)))  # the probability of the right class
    groups = [right < 0.5, (right >= 0.5) & (right < 0.75), right >= 0.75]
    values = (-np.log(right), 1 - right, (1 - right) ** 2, (1 - right) ** 2 * right)
    rows = rows_of(lesson(settings), "Who pays")
    assert [row[1] for row in rows] == [int(group.sum()) for group in groups]
    for place, each in enumerate(values):
        shares = [100 * each[group].sum() / each.sum() for group in groups]
        assert [row[2 + place] for row in rows] == pytest.approx(shares, rel=1e-4, abs=1e-6)


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["photos", "catvnoncat"])
def test_descent_on_squared_error_gets_stuck_on_real_images(name: str) -> None:
    assert_stuck(LessonSettings(shared(name)))


@pytest.mark.parametrize("data", [None, ROOT / "data"])
def test_descent_on_squared_error_gets_stuck_on_drawn_images(
    data: Path | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert_stuck(LessonSettings(data))


def assert_stuck(settings: LessonSettings) -> None:
    """The same steps lead one loss from t = -8 to above 0, and leave the other where it is."""
    figure = Figure()
    lesson(settings).draw(figure)
    legend = figure.axes[1].get_legend()
    assert legend
    labels = [text.get_text() for text in legend.get_texts()]
    cross_entropy, squared_error = (float(label.split(" ")[-1]) for label in labels)
    assert cross_entropy > 0
    assert squared_error < -6
