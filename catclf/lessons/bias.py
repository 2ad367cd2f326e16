"""How the weight and the bias change the curve σ(wx + b)."""

from typing import TYPE_CHECKING

import numpy as np

from catclf.lessons.lesson import Column, Lesson, LessonSettings, Table
from catclf.logistic import sigmoid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WEIGHTS = (0.5, 1.0, 3.0, -1.0)
_BIASES = (-4.0, 0.0, 4.0)
_INPUTS = (-2.0, -1.0, 0.0, 1.0, 2.0)
_STEP = 1e-5


def lesson(settings: LessonSettings) -> Lesson:
    """Show slope and position of the curve for several w and b, and outputs for several b."""
    return Lesson(
        explanation=(
            "With one feature x, logistic regression is the curve σ(wx + b). The weight w sets how "
            "steeply it rises, or falls if w is negative; the bias b shifts it along the x axis. "
            "Without a bias, every curve would pass through ½ at x = 0: an all-black image would "
            "be a cat with probability ½, whatever the model had learned."
        ),
        formula=(
            "a = σ(w x + b)          w, b, x, a: numbers\n"
            "a = ½  at  x = -b/w           slope there: w/4"
        ),
        tables=(_curves(), _outputs()),
        see=(
            "A positive b shifts a rising curve to the left, a negative b to the right, and a b "
            "of large magnitude decides the output whatever x is."
        ),
        draw=_draw,
    )


def _curves() -> Table:
    rows = []
    for w in _WEIGHTS:
        for b in _BIASES:
            middle = 0.0 - b / w  # 0.0 - 0.0, unlike -0.0, prints as 0
            above, below = sigmoid(w * (middle + np.array([_STEP, -_STEP])) + b)
            rows.append((w, b, middle, w / 4, float(above - below) / (2 * _STEP)))
    return Table(
        "Where the curve passes ½, and its slope there",
        [
            Column("w", "g"),
            Column("b", "g"),
            Column("x = -b/w", ".4g"),
            Column("w/4", ".4f"),
            Column("slope by a step", ".4f"),
        ],
        rows,
    )


def _outputs() -> Table:
    rows = [
        (b, *sigmoid(np.array(_INPUTS) + b).tolist()) for b in (-10.0, -1.0, 0.0, 0.1, 1.0, 10.0)
    ]
    columns = [Column("b", "g"), *(Column(f"x = {x:g}", ".6f") for x in _INPUTS)]
    return Table("The output σ(x + b), with w = 1, for large, small and negative b", columns, rows)


def _draw(figure: "Figure") -> None:
    from catclf.plots.figure import COLOURS, STYLES, legend_below

    X = np.linspace(-8, 8, 401)
    left, right = figure.subplots(1, 2, sharey=True)
    for w, colour, style in zip(_WEIGHTS, COLOURS, STYLES, strict=False):
        left.plot(X, sigmoid(w * X), color=colour, linestyle=style, label=f"w = {w:g}")
    for b, colour, style in zip((*_BIASES, 10.0), COLOURS, STYLES, strict=False):
        right.plot(X, sigmoid(X + b), color=colour, linestyle=style, label=f"b = {b:g}")
        if -b in X:
            right.plot(-b, 0.5, "o", color=colour)
    left.plot(0, 0.5, "o", color="black")
    left.set(xlabel="x", ylabel="a = σ(wx + b)", title="w sets the slope (b = 0)")
    right.set(xlabel="x", title="b shifts it (w = 1): a = ½ at x = -b")
    left.set_xticks(range(-8, 9, 4))
    right.set_xticks(range(-8, 9, 4))
    legend_below(left, columns=2)
    legend_below(right, columns=2)
