"""Slopes approximated with the slides' step of 0.001, next to the exact ones."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from catclf.lessons.lesson import Column, Lesson, LessonSettings, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STEP = 0.001


class _Function(NamedTuple):
    name: str
    f: Callable[[float], float]
    slope: Callable[[float], float]
    points: tuple[float, ...]


_FUNCTIONS = (
    _Function("3a", lambda a: 3 * a, lambda a: 3.0, (2.0, 5.0)),
    _Function("a²", lambda a: a**2, lambda a: 2 * a, (-3.0, 0.0, 1.0, 2.0, 5.0)),
)


def lesson(settings: LessonSettings) -> Lesson:
    """Show slopes of 3a and a² at several points, and of a² at 5 with smaller and smaller steps."""
    return Lesson(
        explanation=(
            "A derivative is a slope: nudge a by a very small step, see how far f(a) moves, and "
            "divide by the step. A straight line has the same slope everywhere; the slope of a "
            "parabola differs from point to point."
        ),
        formula=(
            "slope = (f(a + 0.001) - f(a)) / 0.001           a, f(a), slope: numbers\n"
            "d(3a)/da = 3           d(a²)/da = 2a"
        ),
        tables=(_slopes(), _steps()),
        see=(
            "For a² and a step h, the approximation is off by exactly h, because "
            "((a + h)² - a²)/h = 2a + h: the derivative is the limit as h goes to 0."
        ),
        note="On a computer, h must not be too small either, or rounding errors dominate.",
        draw=_draw,
    )


def _slopes() -> Table:
    rows = []
    for function in _FUNCTIONS:
        for a in function.points:
            before, after = function.f(a), function.f(a + _STEP)
            by_step, exact = (after - before) / _STEP, function.slope(a)
            rows.append((function.name, a, before, after, by_step, exact, by_step - exact))
    return Table(
        f"Slopes with a step of {_STEP:g}",
        [
            Column("f(a)"),
            Column("a", "g"),
            Column("f at a", "g"),
            Column("f at a + 0.001", ".6f"),
            Column("slope by the step", ".6f"),
            Column("exact", "g"),
            Column("off by", ".1e"),
        ],
        rows,
    )


def _steps() -> Table:
    _, square = _FUNCTIONS
    rows = []
    for exponent in range(-1, -17, -3):
        step = 10.0**exponent
        by_step = (square.f(5 + step) - square.f(5)) / step
        rows.append((step, by_step, by_step - square.slope(5)))
    return Table(
        "The slope of a² at 5 (exactly 10), with smaller and smaller steps",
        [Column("step", "g"), Column("slope by the step", ".12g"), Column("off by", ".1e")],
        rows,
    )


def _draw(figure: "Figure") -> None:
    from catclf.plots.figure import BLUE, RED

    for axes, function in zip(figure.subplots(1, 2), _FUNCTIONS, strict=True):
        A = np.linspace(-4, 6, 201)
        axes.plot(A, [function.f(a) for a in A], color=BLUE)
        for a in (2.0, 5.0):
            ends = np.array([a - 1, a + 1])
            tangent = function.f(a) + function.slope(a) * (ends - a)
            axes.plot(ends, tangent, color=RED, linewidth=3)
            axes.plot(a, function.f(a), "o", color=RED)
            axes.annotate(
                f"slope {function.slope(a):g}",
                (a, function.f(a)),
                xytext=(-8, 8),
                textcoords="offset points",
                horizontalalignment="right",
            )
        axes.set(xlabel="a", ylabel="f(a)", title=f"f(a) = {function.name}")
