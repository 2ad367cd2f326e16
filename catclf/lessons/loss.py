"""Squared error and cross-entropy compared, along lines through the space of weights."""

from typing import TYPE_CHECKING

import numpy as np

from catclf.features.pixels import Pixels
from catclf.lessons.lesson import Column, Lesson, LessonSettings, Table
from catclf.logistic import LOSSES, Array, Loss, sigmoid
from catclf.training.settings import TrainingSettings
from catclf.training.train import train

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_CROSS_ENTROPY, _SQUARED_ERROR = LOSSES["cross-entropy"], LOSSES["squared-error"]

# Where the model is most wrong on a line, and where descent along it starts.
_WRONG = -8.0

# t along a line through the space of weights: the trained weights are at 1, their negatives at -1.
_T = np.linspace(_WRONG, -_WRONG, 161)

_ITERATIONS = 500

# Of descent along the first line, in the figure.
_STEPS = 20

# Predictions that are right, with a probability below this for the class that is right, are near
# the boundary.
_SURE = 0.75

_Curves = dict[tuple[str, str], Array]
"""Costs at each t of a line, (161,), by names of line and loss."""


def lesson(settings: LessonSettings) -> Lesson:
    """Show that the cross-entropy is convex along two lines, and the squared error is not."""
    dataset = settings.images
    images, Y = dataset.images[:], dataset.Y.astype(np.float64)
    trained = train(dataset, TrainingSettings(learning_rate="auto", iterations=_ITERATIONS)).model
    Z = trained.logits(images)  # (1, m)
    w_random = np.random.default_rng(settings.seed).standard_normal(trained.w.shape)  # (n_x, 1)
    curves = _cost_curves(Z, w_random.T @ Pixels().columns(images), Y)
    return Lesson(
        explanation=(
            "Why not ½(a - y)²? Because it is not convex as a function of the weights: gradient "
            "descent can get stuck, and where the model is confidently wrong, and has most to "
            f"learn, the cost is nearly flat. Here on {dataset.m} images: t = 1 is the model after "
            f"{_ITERATIONS} iterations of gradient descent, t = 0 has all weights 0, and t = -1 "
            "inverts every prediction."
        ),
        formula=(
            "cross-entropy   L = -(y log a + (1 - y) log(1 - a))       dL/dz = a - y\n"
            "squared error   L = ½(a - y)²                             dL/dz = (a - y) a(1 - a)\n"
            "without the ½   L = (a - y)²                              dL/dz = 2(a - y) a(1 - a)\n"
            "J(t) = 1/m Σ L,   w = w₀ + t·d   (n_x, 1)                 t, J: numbers"
        ),
        tables=(
            _convexity(curves),
            _slopes(Z, Y),
            _single_predictions(),
            _near_the_boundary(),
            _who_pays(Z, Y),
        ),
        see=(
            "The cross-entropy is convex, and steepest where the model is most wrong, at t = "
            f"{_WRONG:g}; the squared error is not convex, and nearly flat there: in the figure, "
            "descent from there hardly moves."
        ),
        note=(
            "The ½ in the squared error does not affect convexity: it only halves the cost and its "
            "slopes."
        ),
        draw=lambda figure: _draw(figure, curves, Z, Y),
    )


def _cost_curves(Z: Array, Z_random: Array, Y: Array) -> _Curves:
    """Costs along a line through 0 and the trained weights, and one across it.

    Z is linear in w and b, so a line through weights is a line through logits (1, m).
    """
    Z_across = Z_random * (np.linalg.norm(Z) / np.linalg.norm(Z_random))
    lines = {
        "from 0 through the trained weights": (np.zeros_like(Z), Z),
        "random line through the trained weights": (Z, Z_across),
    }
    return {
        (line, loss.name): _costs(loss, start, direction, Y)
        for line, (start, direction) in lines.items()
        for loss in (_CROSS_ENTROPY, _SQUARED_ERROR)
    }


def _costs(loss: Loss, start: Array, direction: Array, Y: Array) -> Array:
    """Cost at each t (161,), from logits (1, m)."""
    Z = start + _T[:, np.newaxis] * direction  # (161, m)
    costs: Array = loss.values(Z, sigmoid(Z), Y).mean(axis=1)
    return costs


def _convexity(curves: _Curves) -> Table:
    rows: list[tuple[str | int | float, ...]] = []
    for (line, loss), J in curves.items():
        for name, factor in _variants(loss):
            second_differences = np.diff(factor * J, 2)
            # Even on a straight line, rounding makes some second differences negative.
            down = int((second_differences < -1e-12 * np.abs(J).max()).sum())
            lowest = float(_T[J.argmin()])
            convex = "no" if down else "yes"
            rows.append((line, name, len(second_differences), down, convex, lowest))
    return Table(
        f"Is the cost convex along a line? Curvature at {len(_T) - 2} points from t = "
        f"{_WRONG:g} to {-_WRONG:g}",
        [
            Column("line"),
            Column("loss"),
            Column("points"),
            Column("bends down at"),
            Column("convex"),
            Column("lowest at t", ".2f"),
        ],
        rows,
    )


def _variants(loss: str) -> list[tuple[str, float]]:
    if loss == _SQUARED_ERROR.name:
        return [("½(a - y)²", 1.0), ("(a - y)²", 2.0)]
    return [("cross-entropy", 1.0)]


def _slopes(Z: Array, Y: Array) -> Table:
    """Slopes dJ/dt along the line from 0, by the chain rule: dL/dz times z at t = 1."""
    rows = []
    for t in (_WRONG, -4.0, -1.0, 0.0, 1.0):
        A = sigmoid(t * Z)
        right = 100 * float(((A >= 0.5) == (Y == 1)).mean())
        slopes = [float((loss.dZ(A, Y) * Z).mean()) for loss in (_CROSS_ENTROPY, _SQUARED_ERROR)]
        rows.append((t, right, *slopes, 2 * slopes[1]))
    return Table(
        "Slope dJ/dt along the line from 0 through the trained weights",
        [
            Column("t", "g"),
            Column("% right", ".1f"),
            Column("cross-entropy", ".4f"),
            Column("½(a - y)²", ".4f"),
            Column("(a - y)²", ".4f"),
        ],
        rows,
    )


def _single_predictions() -> Table:
    """Losses and slopes of single predictions for y = 1."""
    Y = np.ones(1)
    rows = []
    for a in (0.99, 0.5, 0.1, 0.01, 0.0001):
        A = np.array([a])
        Z = np.log(A / (1 - A))
        losses = [loss.values(Z, A, Y).item() for loss in (_CROSS_ENTROPY, _SQUARED_ERROR)]
        slopes = [loss.dZ(A, Y).item() for loss in (_CROSS_ENTROPY, _SQUARED_ERROR)]
        rows.append((a, losses[0], slopes[0], losses[1], slopes[1]))
    return Table(
        "One cat (y = 1), from confidently right to confidently wrong",
        [
            Column("a", "g"),
            Column("-log a", ".4f"),
            Column("its dL/dz", ".4f"),
            Column("½(a - 1)²", ".4f"),
            Column("its dL/dz ", ".4f"),
        ],
        rows,
    )


def _near_the_boundary() -> Table:
    rows = []
    for a in (0.4, 0.49, 0.5, 0.51, 0.6):
        A = np.array([a, a])
        Z, Y = np.log(A / (1 - A)), np.array([1.0, 0.0])
        cross_entropy = _CROSS_ENTROPY.values(Z, A, Y).tolist()
        rows.append((a, *cross_entropy, *_SQUARED_ERROR.values(Z, A, Y).tolist()))
    return Table(
        "Near the decision boundary, both losses are almost the same for y = 1 and y = 0",
        [
            Column("a", "g"),
            Column("cross-entropy, y = 1", ".4f"),
            Column("y = 0", ".4f"),
            Column("½(a - y)², y = 1", ".4f"),
            Column("y = 0 ", ".4f"),
        ],
        rows,
    )


def _who_pays(Z: Array, Y: Array) -> Table:
    """Which images the cost of the trained model comes from, and what they pull at z with."""
    A = sigmoid(Z)
    of_the_class = np.where(Y == 1, A, 1 - A)  # (1, m), the probability of what is right
    groups = {
        "wrong": of_the_class < 0.5,
        f"right, but below {_SURE:g}": (of_the_class >= 0.5) & (of_the_class < _SURE),
        f"right, and sure: {_SURE:g} and more": of_the_class >= _SURE,
    }
    rows: list[tuple[str | float, ...]] = []
    for name, group in groups.items():
        shares: list[float] = []
        for loss in (_CROSS_ENTROPY, _SQUARED_ERROR):
            for values in (loss.values(Z, A, Y), np.abs(loss.dZ(A, Y))):
                shares.append(100 * float(values[group].sum() / values.sum()))
        rows.append((name, int(group.sum()), *shares))
    return Table(
        "Who pays: also images that are right, but near the boundary, with both losses",
        [
            Column("predictions of the trained model"),
            Column("images"),
            Column("% of the cross-entropy", ".1f"),
            Column("% of its |dL/dz|", ".1f"),
            Column("% of ½(a - y)²", ".1f"),
            Column("% of its |dL/dz| ", ".1f"),
        ],
        rows,
    )


def _descent_in_t(loss: Loss, Z: Array, Y: Array) -> tuple[list[float], list[float]]:
    """Places t and costs of steps along the line from 0 through the trained weights."""
    # 1 over the largest curvature of the cross-entropy, which is 0 where all images are the same.
    rate = 4 / (float((Z * Z).mean()) or 1.0)
    t, places, costs = _WRONG, [], []
    for _ in range(_STEPS + 1):
        A = sigmoid(t * Z)
        places.append(t)
        costs.append(float(loss.values(t * Z, A, Y).mean()))
        t -= rate * float((loss.dZ(A, Y) * Z).mean())
    return places, costs


def _draw(figure: "Figure", curves: _Curves, Z: Array, Y: Array) -> None:
    from catclf.plots.figure import BLUE, RED, legend_below

    one, both = figure.subplots(1, 2)
    z = np.linspace(-6, 6, 241)
    y, a = np.ones(z.shape), sigmoid(z)
    line = next(line for line, _ in curves)
    for loss, name, colour, style in (
        (_CROSS_ENTROPY, "cross-entropy", BLUE, "-"),
        (_SQUARED_ERROR, "½(a - y)²", RED, "--"),
    ):
        one.plot(z, loss.values(z, a, y), color=colour, linestyle=style, label=name)
        both.plot(_T, curves[line, loss.name], color=colour, linestyle=style)
        places, costs = _descent_in_t(loss, Z, Y)
        steps = f"{_STEPS} steps: t = {places[0]:g} to {places[-1]:.1f}"
        both.plot(places, costs, "o", color=colour, fillstyle="none", label=steps)
    one.set(xlabel="z (wrong: z < 0)", ylabel="L", title="The loss of one cat, y = 1")
    both.set(xlabel="t (0: zeros, 1: trained)", ylabel="J", title="Descent along a line, same α")
    legend_below(one, columns=1)
    legend_below(both, columns=1)
