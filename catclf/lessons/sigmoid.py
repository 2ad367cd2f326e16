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
    """Look at σ.

    Parameters
    ----------
    settings : LessonSettings
        Not needed here.

    Returns
    -------
    Lesson
        With σ at several z, the naive computations beside the stable ones, and the slope.
    """
    return Lesson(
        explanation=(
            "wᵀx + b can be any number; a probability lies between 0 and 1. The sigmoid function "
            "takes the one to the other. Two things go wrong when it is computed as it is written: "
            "e^800 is more than a float holds, and a probability that is rounded to 0 or 1 has an "
            "infinite logarithm. So catclf computes a loss from z, never from the rounded a."
        ),
        formula=(
            "a = σ(z) = 1 / (1 + e^(-z))           z and a: numbers, or rows (1, m)\n"
            "σ'(z) = a (1 - a)\n"
            "L(a, 0) = -log(1 - a) = log(1 + e^z)"
        ),
        tables=(_limits(), _stability(), _slopes()),
        see=("At 0, σ is ½ and steepest; for large z, 1 - σ(z) gets as small as you like."),
        note=(
            "The slide says that σ(z) = 1 for large z; strictly it only approaches 1. A float "
            "cannot tell the two apart from about z = 37 on, which is why the naive loss is "
            "infinite there."
        ),
        draw=_draw,
    )


def _limits() -> Table:
    Z = np.array([-800.0, -10, -5, -2, -1, 0, 1, 2, 5, 10, 800])
    rows = list(zip(Z.tolist(), sigmoid(Z).tolist(), sigmoid(-Z).tolist(), strict=True))
    return Table(
        "σ(z) goes to 0 and to 1, and is ½ at 0",
        [Column("z", "g"), Column("σ(z)", ".6g"), Column("1 - σ(z)", ".6g")],
        rows,
    )


def _stability() -> Table:
    rows = []
    for z in (-800.0, -40.0, 0.0, 40.0, 800.0):
        Z, Y = np.array([[z]]), np.array([[0.0]])
        A = sigmoid(Z)
        naive = [_or_failure(compute, z) for compute in (_sigmoid, _sigmoid_of_positive_power)]
        naive_loss = _or_failure(_loss, A.item())
        stable_loss = LOSSES["cross-entropy"].values(Z, A, Y).item()
        rows.append((z, *naive, A.item(), naive_loss, stable_loss))
    return Table(
        "Naive and stable: σ(z), and the loss where y = 0",
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


def _sigmoid_of_positive_power(z: float) -> float:
    return math.exp(z) / (1 + math.exp(z))


def _loss(a: float) -> float:
    """Where y = 0."""
    return 0.0 - math.log(1 - a)


def _or_failure(compute: Callable[[float], float], value: float) -> float | str:
    """A number, or the reason why there is none."""
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
        f"The slope σ'(z) = a(1 - a), and by a step of {_STEP:g} to both sides",
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
    axes.set(xlabel="z", title="The sigmoid function approaches 0 and 1, and never gets there")
    axes.legend(loc="upper left")
