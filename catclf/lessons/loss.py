"""Squared error against cross-entropy, along lines through the space of weights."""

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

# The trained weights are at t = 1, and their opposite at -1.
_LINE = np.linspace(-4, 4, 161)

_ITERATIONS = 500


def lesson(settings: LessonSettings) -> Lesson:
    """Compare the two losses.

    Parameters
    ----------
    settings : LessonSettings
        The data set, and the seed of the second line.

    Returns
    -------
    Lesson
        With the bends of both costs along two lines, the slopes at points of the first, and the
        losses of single answers.
    """
    dataset = settings.images
    images, Y = dataset.images[:], dataset.Y.astype(np.float64)
    trained = train(dataset, TrainingSettings(learning_rate="auto", iterations=_ITERATIONS)).model
    # Z is linear in w and b, so a line through weights is a line through logits.
    Z = trained.logits(images)  # (1, m)
    rng = np.random.default_rng(settings.seed)
    w = rng.standard_normal(trained.w.shape)  # (n_x, 1)
    Z_random = w.T @ Pixels().columns(images)  # (1, m)
    Z_random *= np.linalg.norm(Z) / np.linalg.norm(Z_random)
    zero = np.zeros_like(Z)
    lines = {
        "from 0 to the trained weights": (zero, Z),
        "across, at the trained weights": (Z, Z_random),
    }
    curves = {
        (line, loss.name): _costs(loss, start, direction, Y)
        for line, (start, direction) in lines.items()
        for loss in (_CROSS_ENTROPY, _SQUARED_ERROR)
    }
    return Lesson(
        explanation=(
            "Why not ½(a - y)²? Because as a function of the weights it is not convex: gradient "
            "descent can get stuck, and where the model is confidently wrong, where it has most "
            f"to learn, it is nearly flat. Here with {dataset.m} images: t = 1 are weights after "
            f"{_ITERATIONS} iterations of gradient descent, t = 0 is none, and t = -1 calls all "
            "that is right wrong."
        ),
        formula=(
            "cross-entropy   L = -(y log a + (1 - y) log(1 - a))       dL/dz = a - y\n"
            "squared error   L = ½ (a - y)²,  or (a - y)²      dL/dz = (a - y) a(1 - a), or twice\n"
            "J(t) = 1/m Σ L,   w = w₀ + t·d   (n_x, 1)                 t, J: numbers"
        ),
        tables=(_bends(curves), _slopes(Z, Y), _answers(), _near_the_boundary()),
        see=(
            "The cross-entropy never bends downward and is steepest where the model is most "
            "wrong, at t = -4; the squared error does, and has all but flattened there."
        ),
        note=(
            "The ½ before the squared error changes no bend: it halves the cost and every slope."
        ),
        draw=lambda figure: _draw(figure, curves),
    )


def _costs(loss: Loss, start: Array, direction: Array, Y: Array) -> Array:
    """Cost at each t of the line (161,), from logits (1, m)."""
    Z = start + _LINE[:, np.newaxis] * direction  # (161, m)
    costs: Array = loss.values(Z, sigmoid(Z), Y).mean(axis=1)
    return costs


def _bends(curves: dict[tuple[str, str], Array]) -> Table:
    rows: list[tuple[str | int | float, ...]] = []
    for (line, loss), J in curves.items():
        for name, factor in _variants(loss):
            bends = np.diff(factor * J, 2)
            # Rounding alone makes tiny bends of a straight line.
            down = int((bends < -1e-12 * np.abs(J).max()).sum())
            lowest = float(_LINE[J.argmin()])
            rows.append((line, name, len(bends), down, "no" if down else "yes", lowest))
    return Table(
        f"Is the cost convex along a line? Bends at {len(_LINE) - 2} points from t = -4 to 4",
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
    """Slopes dJ/dt on the line from 0, by the chain rule: dL/dz times z at t = 1."""
    rows = []
    for t in (-4.0, -2.0, -1.0, 0.0, 1.0):
        A = sigmoid(t * Z)
        right = 100 * float(((A >= 0.5) == (Y == 1)).mean())
        slopes = [float((loss.dZ(A, Y) * Z).mean()) for loss in (_CROSS_ENTROPY, _SQUARED_ERROR)]
        rows.append((t, right, *slopes, 2 * slopes[1]))
    return Table(
        "Slope dJ/dt on the line from 0 to the trained weights",
        [
            Column("t", "g"),
            Column("% right", ".1f"),
            Column("cross-entropy", ".4f"),
            Column("½(a - y)²", ".4f"),
            Column("(a - y)²", ".4f"),
        ],
        rows,
    )


def _answers() -> Table:
    """Losses and slopes of single answers where y = 1."""
    Y = np.ones(1)
    rows = []
    for a in (0.99, 0.5, 0.1, 0.01, 0.0001):
        A = np.array([a])
        Z = np.log(A / (1 - A))
        losses = [loss.values(Z, A, Y).item() for loss in (_CROSS_ENTROPY, _SQUARED_ERROR)]
        slopes = [loss.dZ(A, Y).item() for loss in (_CROSS_ENTROPY, _SQUARED_ERROR)]
        rows.append((a, losses[0], slopes[0], losses[1], slopes[1]))
    return Table(
        "One cat (y = 1), from rightly confident to confidently wrong",
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
        "Near the decision boundary both losses hardly tell right from wrong",
        [
            Column("a", "g"),
            Column("cross-entropy, y = 1", ".4f"),
            Column("y = 0", ".4f"),
            Column("½(a - y)², y = 1", ".4f"),
            Column("y = 0 ", ".4f"),
        ],
        rows,
    )


def _draw(figure: "Figure", curves: dict[tuple[str, str], Array]) -> None:
    from catclf.plots.figure import BLUE, RED

    places = figure.subplots(1, 2)
    lines = dict.fromkeys(line for line, _ in curves)
    for axes, line in zip(places, lines, strict=True):
        for loss, colour, style in ((_CROSS_ENTROPY, BLUE, "-"), (_SQUARED_ERROR, RED, "--")):
            J = curves[line, loss.name]
            # Each on its own scale: not the height matters but the shape.
            axes.plot(
                _LINE,
                J / J.max(),
                color=colour,
                linestyle=style,
                label=loss.name.replace("-error", " error"),
            )
        axes.set(xlabel="t", title=line)
    places[0].set_ylabel("cost, as a share of its highest")
    places[0].legend()
