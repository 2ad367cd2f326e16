"""Trying all weights, timed for one weight and carried to more; and gradient descent instead."""

import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from catclf.lessons.colours import mean_colours
from catclf.lessons.lesson import Column, Lesson, LessonSettings, Table, duration_in_words
from catclf.logistic import LOSSES, Array, Propagation, propagate
from catclf.solvers.gradient_descent import gradient_descent
from catclf.solvers.objective import InMemory
from catclf.solvers.state import State

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_VALUES = 1000
_RANGE = 5.0
_SLIDE = {1: "0.04 s", 2: "40 s", 3: "11 hours", 9: "1.27e15 years"}

_TOLERANCE = 1e-6
_MOST_STEPS = 10_000


class _Descent(NamedTuple):
    w: Array
    J: float
    steps: int
    seconds: float


def lesson(settings: LessonSettings) -> Lesson:
    """Try all weights, as far as that goes.

    Parameters
    ----------
    settings : LessonSettings
        The data set.

    Returns
    -------
    Lesson
        With times for 1, 2, 3 and 9 weights, the first measured, and the steps that gradient
        descent takes for as many.
    """
    dataset = settings.images
    images, Y = dataset.images[:], dataset.Y.astype(np.float64)
    X = mean_colours(images, 1)  # (1, m)
    w = np.linspace(-_RANGE, _RANGE, _VALUES)
    start = time.perf_counter()
    J = np.array([propagate(np.array([[value]]), 0.0, X, Y).J for value in w])
    seconds = time.perf_counter() - start
    descents = {n: _descend(mean_colours(images, n), Y) for n in _SLIDE}
    found = descents[1]
    return Lesson(
        explanation=(
            f"The obvious way to find the best weights is to try them all: {_VALUES} values for "
            "each, and keep the best. For one weight that is a blink. But two weights have "
            f"{_VALUES}² combinations, and every further weight takes {_VALUES} times as long. The "
            f"features here are how red, green and blue each of the {dataset.m} images is, "
            "without a bias; with 9 weights, in its upper, middle and lower third."
        ),
        formula=(
            f"time(n weights) = {_VALUES}^n · time of one cost = {_VALUES}^(n-1) · time(1 weight)\n"
            "w: (n, 1)      X: (n, m)      J(w): a number"
        ),
        tables=(_times(seconds), _against(w, J, found), _descents(descents)),
        see=(
            "Gradient descent gets there in a few steps or a few thousand, for one weight or for "
            "nine, while brute force does not even get as far as three."
        ),
        draw=lambda figure: _draw(figure, w, J, found, seconds),
    )


def _times(seconds: float) -> Table:
    rows = []
    for n, slide in _SLIDE.items():
        total = seconds * float(_VALUES) ** (n - 1)
        how = "measured" if n == 1 else "carried over"
        rows.append((n, f"{_VALUES}^{n}", total, duration_in_words(total), how, slide))
    return Table(
        "Trying all weights, here and now",
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
    # A bias would be one weight more: examples with mean 0 in every feature do without.
    objective = _WithoutBias(X, Y, 0.0, LOSSES["cross-entropy"])
    L = float(np.linalg.norm(X, 2)) ** 2 / (4 * X.shape[1])  # the gradient's Lipschitz constant
    start = time.perf_counter()
    *_, state = gradient_descent(
        objective,
        State(np.zeros((len(X), 1)), 0.0),
        learning_rate=1 / L if L else 1.0,
        iterations=_MOST_STEPS,
        tolerance=_TOLERANCE,
    )
    seconds = time.perf_counter() - start
    return _Descent(state.w, state.costs[-1], state.steps, seconds)


class _WithoutBias(InMemory):
    """The cost of w, with b held at 0."""

    def propagate(self, w: Array, b: float) -> Propagation:
        return super().propagate(w, b)._replace(db=0.0)


def _against(w: Array, J: Array, found: _Descent) -> Table:
    best = int(J.argmin())
    return Table(
        "One weight: the same lowest point",
        [Column("way"), Column("w", ".4f"), Column("J", ".8f"), Column("costs computed")],
        [
            ("brute force", float(w[best]), float(J[best]), _VALUES),
            ("gradient descent", found.w.item(), found.J, found.steps + 1),
        ],
    )


def _descents(descents: dict[int, _Descent]) -> Table:
    rows = [(n, found.steps, found.J, 1000 * found.seconds) for n, found in descents.items()]
    return Table(
        f"Gradient descent from zeros, until the gradient is {_TOLERANCE:g} of what it was "
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
    from catclf.plots.figure import BLUE, RED

    left, right = figure.subplots(1, 2)
    left.plot(w, J, color=BLUE, label=f"{_VALUES} values of w")
    left.plot(found.w.item(), found.J, "o", color=RED, label=f"descent, {found.steps} steps")
    left.set(xlabel="w", ylabel="J", title="One weight: look everywhere, or go down")
    left.legend()
    right.plot(
        list(_SLIDE), [seconds * float(_VALUES) ** (n - 1) for n in _SLIDE], "o-", color=BLUE
    )
    for span, name in ((1.0, "a second"), (86400.0, "a day"), (4.35e17, "age of the universe")):
        right.axhline(span, color=RED, linestyle=":", linewidth=1)
        right.text(0.8, span * 2, name, color=RED)
    right.set(
        yscale="log", xlabel="weights", ylabel="seconds", title="Brute force: 1000 times per weight"
    )
