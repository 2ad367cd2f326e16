"""Trying all weights, timed for one and extrapolated to more; and gradient descent instead."""

import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from catclf.lessons.colours import mean_colours
from catclf.lessons.lesson import Column, Lesson, LessonSettings, Table, duration_in_words
from catclf.logistic import LOSSES, Array, propagate
from catclf.solvers.gradient_descent import GradientDescent
from catclf.solvers.objective import InMemory, Pass
from catclf.solvers.solver import State, iterate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_VALUES = 1000
_RANGE = 5.0
_TIMES_ON_THE_SLIDE = {1: "0.04 s", 2: "40 s", 3: "11 hours", 9: "1.27e15 years"}

_AGE_OF_THE_UNIVERSE = 4.35e17  # seconds

_TOLERANCE = 1e-6
_MOST_STEPS = 10_000


class _Descent(NamedTuple):
    path: list[Array]
    """Weights before and after each step."""
    costs: list[float]
    seconds: float

    @property
    def steps(self) -> int:
        return len(self.path) - 1


def lesson(settings: LessonSettings) -> Lesson:
    """Time brute force for 1, 2, 3 and 9 weights, and gradient descent for the same weights."""
    dataset = settings.images
    images, Y = dataset.images[:], dataset.Y.astype(np.float64)
    w, J, seconds = _try_all(mean_colours(images, 1), Y)
    descents = {n: _descend(mean_colours(images, n), Y) for n in _TIMES_ON_THE_SLIDE}
    return Lesson(
        explanation=(
            f"The obvious way to find the best weights is to try them all: {_VALUES} values for "
            "each, and keep the best. For one weight, that takes an instant. But two weights have "
            f"{_VALUES}² combinations, and every further weight takes {_VALUES} times as long. The "
            f"features here are the mean red, green and blue of each of the {dataset.m} images, "
            "without a bias; for 9 weights, those of its upper, middle and lower third."
        ),
        formula=(
            f"time(n weights) = {_VALUES}^n · time of one cost = {_VALUES}^(n-1) · time(1 weight)\n"
            "w: (n, 1)      X: (n, m)      J(w): a number"
        ),
        tables=(_times(seconds), _one_weight(w, J, descents[1]), _descents(descents)),
        see=(
            "Gradient descent takes a few steps or a few thousand, for one weight or for nine, "
            "while brute force is already too slow for three."
        ),
        draw=lambda figure: _draw(figure, w, J, descents[1], seconds),
    )


def _try_all(X: Array, Y: Array) -> tuple[Array, Array, float]:
    """Values of one weight, the cost of each, and the seconds this took; X (1, m)."""
    w = np.linspace(-_RANGE, _RANGE, _VALUES)
    start = time.perf_counter()
    J = np.array([propagate(np.array([[value]]), 0.0, X, Y).J for value in w])
    return w, J, time.perf_counter() - start


def _extrapolated(seconds: float, n: int) -> float:
    """Seconds for n weights, from those for one."""
    return seconds * float(_VALUES) ** (n - 1)


def _times(seconds: float) -> Table:
    rows = []
    for n, slide in _TIMES_ON_THE_SLIDE.items():
        total = _extrapolated(seconds, n)
        how = "measured" if n == 1 else "extrapolated"
        rows.append((n, f"{_VALUES}^{n}", total, duration_in_words(total), how, slide))
    return Table(
        "Trying all weights, on this machine",
        [
            Column("weights"),
            Column("combinations"),
            Column("seconds", ".3g"),
            Column("that is"),
            Column(""),
            Column("the slide"),
        ],
        rows,
    )


def _descend(X: Array, Y: Array) -> _Descent:
    """Gradient descent in w alone; X (n, m)."""
    # The bias would be one more weight, and features with mean 0 can do without.
    objective = _WithoutBias(X, Y, 0.0, LOSSES["cross-entropy"])
    L = float(np.linalg.norm(X, 2)) ** 2 / (4 * X.shape[1])  # the gradient's Lipschitz constant
    start = time.perf_counter()
    states = list(
        iterate(
            GradientDescent(1 / L if L else 1.0),
            objective,
            State(np.zeros((len(X), 1)), 0.0),
            iterations=_MOST_STEPS,
            tolerance=_TOLERANCE,
        )
    )
    seconds = time.perf_counter() - start
    return _Descent([state.w for state in states], states[-1].costs, seconds)


class _WithoutBias(InMemory):
    """The cost as a function of w, with b fixed at 0."""

    def propagate(self, w: Array, b: float) -> Pass:
        return super().propagate(w, b)._replace(db=0.0)


def _one_weight(w: Array, J: Array, found: _Descent) -> Table:
    best = int(J.argmin())
    return Table(
        "One weight: both ways find the same minimum",
        [Column("way"), Column("w", ".4f"), Column("J", ".8f"), Column("costs computed")],
        [
            ("brute force", float(w[best]), float(J[best]), _VALUES),
            ("gradient descent", found.path[-1].item(), found.costs[-1], found.steps + 1),
        ],
    )


def _descents(descents: dict[int, _Descent]) -> Table:
    rows = [
        (n, found.steps, found.costs[-1], 1000 * found.seconds) for n, found in descents.items()
    ]
    return Table(
        f"Gradient descent from zeros, until the relative gradient norm is {_TOLERANCE:g} "
        f"(at most {_MOST_STEPS} steps)",
        [
            Column("weights"),
            Column("steps"),
            Column("J", ".6f"),
            Column("milliseconds", ".1f"),
        ],
        rows,
    )


def _draw(figure: "Figure", w: Array, J: Array, found: _Descent, seconds: float) -> None:
    from catclf.plots.figure import BLUE, RED, legend_below

    left, right = figure.subplots(1, 2)
    left.plot(w, J, color=BLUE, label=f"{_VALUES} values of w")
    left.plot(
        [w.item() for w in found.path],
        found.costs,
        "o",
        color=RED,
        label=f"gradient descent from 0, α = 1/L: {found.steps} steps",
    )
    left.set(xlabel="w", ylabel="J(w)", title="The cost of one weight")
    legend_below(left, columns=1)
    totals = {n: _extrapolated(seconds, n) for n in _TIMES_ON_THE_SLIDE}
    right.plot(list(totals), list(totals.values()), "o-", color=BLUE, fillstyle="none")
    right.plot(1, seconds, "o", color=BLUE, label="measured; others: extrapolated")
    for n, total in totals.items():
        # The last point is at the right edge.
        beside, alignment = ((8, -10), "left") if n < max(totals) else ((-8, -4), "right")
        right.annotate(
            duration_in_words(total),
            (n, total),
            xytext=beside,
            textcoords="offset points",
            horizontalalignment=alignment,
        )
    right.axhline(_AGE_OF_THE_UNIVERSE, color=RED, linestyle=":", linewidth=1)
    right.text(1, _AGE_OF_THE_UNIVERSE * 3, "age of the universe", color=RED)
    right.set(
        yscale="log",
        xlabel="number of weights",
        ylabel="seconds",
        xticks=list(totals),
        title=f"Time to try {_VALUES} values of each",
    )
    right.margins(y=0.1)
    legend_below(right, columns=1)
