"""The sigmoid function: its limits, its derivative, and how to compute it at any z."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from catclf.lessons.lesson import Column, Lesson, LessonSettings, Table
from catclf.logistic import LOSSES, sigmoid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STEP = 1e-5


def lesson(settings: LessonSettings) -> Lesson:
    """Show σ and its derivative, and where naive formulas overflow or take log(0)."""
    return Lesson(
        explanation=(
            "wᵀx + b can be any number; a probability lies between 0 and 1. The sigmoid function "
            "maps the one to the other. Two things go wrong if it is computed as written: e^800 "
            "overflows, and where a is rounded to 0 or 1, the loss takes the logarithm of 0. So "
            "catclf computes the loss from z, never from the rounded a."
        ),
        formula=(
            "a = σ(z) = 1 / (1 + e^(-z))           z and a: numbers, or rows (1, m)\n"
            "σ'(z) = a (1 - a)\n"
            "L(a, 0) = -log(1 - a) = log(1 + e^z)"
        ),
        tables=(_limits(), _stability(), _slopes()),
        see="At z = 0, σ is ½ and steepest; as z grows, 1 - σ(z) approaches 0.",
        note=(
            "The slide says that σ(z) = 1 for large z; strictly, it only approaches 1. From about "
            "z = 37, rounding makes it exactly 1 in a float, which is why the naive loss is "
            "infinite there."
        ),
        draw=_draw,
    )


def _limits() -> Table:
    Z = np.array([-800.0, -10, -5, -2, -1, 0, 1, 2, 5, 10, 800])
    rows = list(zip(Z.tolist(), sigmoid(Z).tolist(), sigmoid(-Z).tolist(), strict=True))
    return Table(
        "σ(z) approaches 0 and 1, and is ½ at z = 0",
        [Column("z", "g"), Column("σ(z)", ".6g"), Column("1 - σ(z)", ".6g")],
        rows,
    )


def _stability() -> Table:
    rows = []
    for z in (-800.0, -40.0, 0.0, 40.0, 800.0):
        Z, Y = np.array([[z]]), np.array([[0.0]])
        A = sigmoid(Z)
        naive = [_value_or_error(compute, z) for compute in (_sigmoid, _sigmoid_alternative)]
        naive_loss = _value_or_error(_loss, A.item())
        stable_loss = LOSSES["cross-entropy"].values(Z, A, Y).item()
        rows.append((z, *naive, A.item(), naive_loss, stable_loss))
    return Table(
        "Naive and stable: σ(z), and the loss for y = 0",
        [
            Column("z", "g"),
            Column("1/(1 + e^-z)", ".6g"),
            Column("e^z/(1 + e^z)", ".6g"),
            Column("catclf's σ(z)", ".6g"),
            Column("-log(1 - a)", ".6g"),
            Column("catclf's loss", ".6g"),
        ],
        rows,
    )


def _sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def _sigmoid_alternative(z: float) -> float:
    return math.exp(z) / (1 + math.exp(z))


def _loss(a: float) -> float:
    """The loss for y = 0."""
    return 0.0 - math.log(1 - a)


def _value_or_error(compute: Callable[[float], float], value: float) -> float | str:
    """Return the computed number, or why it cannot be computed."""
    try:
        return compute(value)
    except OverflowError:
        return "overflow"
    except ValueError:
        return "log(0)"


def _slopes() -> Table:
    Z = np.array([-5.0, -2, 0, 1, 2, 5])
    A = sigmoid(Z)
    exact = A * (1 - A)
    step = (sigmoid(Z + _STEP) - sigmoid(Z - _STEP)) / (2 * _STEP)
    columns = (Z, A, exact, step, np.abs(step - exact))
    return Table(
        f"The slope σ'(z) = a(1 - a), and central differences with step {_STEP:g}",
        [
            Column("z", "g"),
            Column("a", ".6f"),
            Column("a(1 - a)", ".10f"),
            Column("by the step", ".10f"),
            Column("difference", ".1e"),
        ],
        list(zip(*(column.tolist() for column in columns), strict=True)),
    )


def _draw(figure: "Figure") -> None:
    from catclf.plots.figure import BLUE, RED

    Z = np.linspace(-8, 8, 401)
    A = sigmoid(Z)
    axes = figure.subplots()
    axes.plot(Z, A, color=BLUE, label="a = σ(z)")
    axes.plot(Z, A * (1 - A), color=RED, linestyle="--", label="σ'(z) = a(1 - a)")
    axes.plot(0, 0.5, "o", color=BLUE)
    axes.annotate("σ(0) = ½", (0, 0.5), (0.4, 0.46))
    axes.annotate("σ'(0) = ¼", (0, 0.25), (0.7, 0.27))
    axes.set(
        xlabel="z",
        ylabel="a, and its slope",
        title="The sigmoid function approaches 0 and 1 but never reaches them",
    )
    figure.legend(loc="outside lower center", ncols=2)
