"""Forward and backward through logistic regression, for one example with two features."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from catclf.lessons.lesson import Column, Lesson, LessonSettings, Table
from catclf.logistic import Array, propagate, sigmoid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_X = np.array([[1.0], [2.0]])  # (2, 1)
_W = np.array([[0.5], [-0.75]])  # (2, 1)
_BIAS = 0.25
_Y = 1.0
_STEP = 1e-6


def lesson(settings: LessonSettings) -> Lesson:
    """Derive da, dz, dw₁, dw₂ and db.

    Parameters
    ----------
    settings : LessonSettings
        Not needed here.

    Returns
    -------
    Lesson
        With each number of the pass forward, and each derivative beside its finite difference and
        what `logistic.propagate` gives.
    """
    (x1,), (x2,) = _X.tolist()
    z = float((_W.T @ _X).item()) + _BIAS
    a = float(sigmoid(np.array(z)))
    # The slides' derivation, step by step.
    da = -_Y / a + (1 - _Y) / (1 - a)
    dz = da * a * (1 - a)
    dw1, dw2, db = x1 * dz, x2 * dz, dz
    pass_ = propagate(_W, _BIAS, _X, np.array([[_Y]]))
    # One step in w1 and one in w2.
    first, second = np.array([[1.0], [0.0]]), np.array([[0.0], [1.0]])
    by_step = (
        _slope(lambda h: _loss_of_a(a + h)),
        _slope(lambda h: _loss_of_z(z + h)),
        _slope(lambda h: _loss(_W + h * first, _BIAS)),
        _slope(lambda h: _loss(_W + h * second, _BIAS)),
        _slope(lambda h: _loss(_W, _BIAS + h)),
    )
    catclf_finds: tuple[str | float, ...] = (
        "",
        pass_.A.item() - _Y,
        pass_.dw.item(0),
        pass_.dw.item(1),
        pass_.db,
    )
    names = ("da", "dz", "dw1", "dw2", "db")
    rules = ("-y/a + (1 - y)/(1 - a)", "da · a(1 - a)", "x1 · dz", "x2 · dz", "dz")
    values = (da, dz, dw1, dw2, db)
    backward = list(zip(names, rules, values, by_step, catclf_finds, strict=True))
    return Lesson(
        explanation=(
            "The computation graph of one example with two features x1 and x2: from w1, w2 and b "
            "to z, to a, to the loss L. Backward, each derivative is the one behind it times one "
            "slope. Here for "
            f"x1 = {x1:g}, x2 = {x2:g}, y = {_Y:g}, w1 = {_W.item(0):g}, w2 = {_W.item(1):g}, "
            f"b = {_BIAS:g}."
        ),
        formula=(
            "z = w1 x1 + w2 x2 + b      a = σ(z)      L = -(y log a + (1 - y) log(1 - a))\n"
            "da = dL/da = -y/a + (1 - y)/(1 - a)\n"
            "dz = dL/dz = da · a(1 - a) = a - y\n"
            "dw1 = x1 dz        dw2 = x2 dz        db = dz          all numbers"
        ),
        tables=(
            Table(
                "Forward",
                [Column("step"), Column("value", ".6f")],
                [
                    ("z = w1 x1 + w2 x2 + b", z),
                    ("a = σ(z)", a),
                    ("L = -log a, as y = 1", _loss_of_a(a)),
                ],
            ),
            Table(
                "Backward",
                [
                    Column("derivative"),
                    Column("chain rule"),
                    Column("value", ".8f"),
                    Column("by a small step", ".8f"),
                    Column("catclf", ".8f"),
                ],
                backward,
            ),
            Table(
                "dz at once",
                [Column("way"), Column("dz", ".12f")],
                [("da · a(1 - a)", dz), ("a - y", a - _Y)],
            ),
        ),
        see=(
            "The factors a and 1 - a of the loss's slope and of the sigmoid's cancel, and what is "
            "left is how far the answer is off: dz = a - y."
        ),
        note=("catclf only ever computes that; it never divides by a."),
        draw=lambda figure: _draw(figure, z, a),
    )


def _loss_of_a(a: float) -> float:
    return float(-(_Y * np.log(a) + (1 - _Y) * np.log(1 - a)))


def _loss_of_z(z: float) -> float:
    return _loss_of_a(float(sigmoid(np.array(z))))


def _loss(w: Array, b: float) -> float:
    return _loss_of_z(float((w.T @ _X).item()) + b)


def _slope(of: Callable[[float], float]) -> float:
    """By a step to both sides."""
    return (of(_STEP) - of(-_STEP)) / (2 * _STEP)


def _draw(figure: "Figure", z: float, a: float) -> None:
    from catclf.plots.figure import BLUE, RED

    Z = np.linspace(-6, 6, 201)
    losses = np.array([_loss_of_z(value) for value in Z.tolist()])
    left, right = figure.subplots(1, 2)
    left.plot(Z, losses, color=BLUE)
    ends = np.array([-2.0, 2.0])
    left.plot(z + ends, _loss_of_z(z) + (a - _Y) * ends, color=RED, linewidth=3)
    left.plot(z, _loss_of_z(z), "o", color=RED)
    left.set(xlabel="z", ylabel="L", title=f"L where y = 1, its slope dz = {a - _Y:.3f}")
    right.plot(Z, sigmoid(Z) - 1, color=BLUE, label="y = 1")
    right.plot(Z, sigmoid(Z), color=RED, linestyle="--", label="y = 0")
    right.set(xlabel="z", title="dz = a - y")
    right.legend()
