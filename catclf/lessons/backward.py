"""The forward and backward pass of logistic regression, for one example with two features."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from catclf.lessons.graph import Node, Step, draw_graph
from catclf.lessons.lesson import Column, Lesson, LessonSettings, Table
from catclf.logistic import Array, propagate, sigmoid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# All that follows from these differs, but for dz and db.
_X = np.array([[2.0], [-3.0]])  # (2, 1)
_W = np.array([[0.5], [0.25]])  # (2, 1)
_BIAS = 0.1
_Y = 1.0
_STEP = 1e-6


def lesson(settings: LessonSettings) -> Lesson:
    """Show the forward pass, and each derivative with its finite difference and catclf's value."""
    z = float((_W.T @ _X).item()) + _BIAS
    a = float(sigmoid(np.array(z)))
    return Lesson(
        explanation=(
            "The computation graph of one example with two features x1 and x2: from w1, w2 and b "
            "to z, to a, to the loss L. In the backward pass, each derivative is the previous one "
            "times the slope of one step. Here with "
            f"x1 = {_X.item(0):g}, x2 = {_X.item(1):g}, y = {_Y:g}, w1 = {_W.item(0):g}, "
            f"w2 = {_W.item(1):g}, b = {_BIAS:g}."
        ),
        formula=(
            "z = w1 x1 + w2 x2 + b      a = σ(z)      L = -(y log a + (1 - y) log(1 - a))\n"
            "da = dL/da = -y/a + (1 - y)/(1 - a)\n"
            "dz = dL/dz = da · a(1 - a) = a - y\n"
            "dw1 = x1 dz        dw2 = x2 dz        db = dz          all numbers"
        ),
        tables=(_forward(z, a), _backward(z, a), _dz(a)),
        see=(
            "The factors a and 1 - a in the derivatives of the loss and of the sigmoid cancel, "
            "which leaves the error of the prediction: dz = a - y."
        ),
        note="This is all that catclf computes; it never divides by a.",
        draw=lambda figure: _draw(figure, z, a),
    )


def _forward(z: float, a: float) -> Table:
    return Table(
        "Forward",
        [Column("step"), Column("value", ".6f")],
        [
            ("z = w1 x1 + w2 x2 + b", z),
            ("a = σ(z)", a),
            ("L = -log a, as y = 1", _loss_of_a(a)),
        ],
    )


def _backward(z: float, a: float) -> Table:
    """The derivation on the slides, step by step, checked in two ways."""
    (x1,), (x2,) = _X.tolist()
    da = _da(a)
    dz = da * a * (1 - a)
    here = propagate(_W, _BIAS, _X, np.array([[_Y]]))
    # A step in w1 alone, and one in w2 alone.
    along_w1, along_w2 = np.array([[1.0], [0.0]]), np.array([[0.0], [1.0]])
    da_by_step = _slope(lambda h: _loss_of_a(a + h))
    dz_by_step = _slope(lambda h: _loss_of_z(z + h))
    dw1_by_step = _slope(lambda h: _loss(_W + h * along_w1, _BIAS))
    dw2_by_step = _slope(lambda h: _loss(_W + h * along_w2, _BIAS))
    db_by_step = _slope(lambda h: _loss(_W, _BIAS + h))
    return Table(
        "Backward",
        [
            Column("derivative"),
            Column("chain rule"),
            Column("value", ".8f"),
            Column("by a small step", ".8f"),
            Column("catclf", ".8f"),
        ],
        [
            ("da", "-y/a + (1 - y)/(1 - a)", da, da_by_step, ""),
            ("dz", "da · a(1 - a)", dz, dz_by_step, here.A.item() - _Y),
            ("dw1", "x1 · dz", x1 * dz, dw1_by_step, here.dw.item(0)),
            ("dw2", "x2 · dz", x2 * dz, dw2_by_step, here.dw.item(1)),
            ("db", "dz", dz, db_by_step, here.db),
        ],
    )


def _dz(a: float) -> Table:
    return Table(
        "dz in one step",
        [Column("way"), Column("dz", ".12f")],
        [("da · a(1 - a)", _da(a) * a * (1 - a)), ("a - y", a - _Y)],
    )


def _da(a: float) -> float:
    return -_Y / a + (1 - _Y) / (1 - a)


def _loss_of_a(a: float) -> float:
    return float(-(_Y * np.log(a) + (1 - _Y) * np.log(1 - a)))


def _loss_of_z(z: float) -> float:
    return _loss_of_a(float(sigmoid(np.array(z))))


def _loss(w: Array, b: float) -> float:
    return _loss_of_z(float((w.T @ _X).item()) + b)


def _slope(f: Callable[[float], float]) -> float:
    """Slope of f at 0, by a central difference."""
    return (f(_STEP) - f(-_STEP)) / (2 * _STEP)


def _draw(figure: "Figure", z: float, a: float) -> None:
    from catclf.plots.figure import RED

    (x1,), (x2,) = _X.tolist()
    (w1,), (w2,) = _W.tolist()
    da, dz = _da(a), a - _Y
    figure.set_size_inches(9.6, 5.4)
    axes = figure.subplots()
    axes.set(xlim=(-0.1, 10.4), ylim=(-0.3, 5.2))
    axes.set_title("Forward to the loss (blue), backward to its derivatives (orange)")
    # Features and label are given: no derivative leads back to them.
    nodes = {
        "w1": Node(0.9, 4.7, 0.8, "w1", f"{w1:g}", f"dw1 = x1 · dz = {x1 * dz:.3f}"),
        "x1": Node(0.9, 3.6, 0.8, "x1", f"{x1:g}"),
        "w2": Node(0.9, 2.6, 0.8, "w2", f"{w2:g}", f"dw2 = x2 · dz = {x2 * dz:.3f}"),
        "x2": Node(0.9, 1.5, 0.8, "x2", f"{x2:g}"),
        "b": Node(0.9, 0.5, 0.8, "b", f"{_BIAS:g}", f"db = dz = {dz:.3f}"),
        "z": Node(4.3, 2.6, 0.8, "z = wᵀx + b", f"{z:g}", f"dz = a(1 - a) da\n= {dz:.3f}"),
        "a": Node(7.15, 2.6, 0.55, "a = σ(z)", f"{a:.3f}", f"da = {da:.3f}"),
        "y": Node(7.15, 4.2, 0.55, "y", f"{_Y:g}"),
        "L": Node(9.7, 2.6, 0.6, "L(a, y)", f"{_loss_of_a(a):.3f}", "dL/dL = 1"),
    }
    steps = (
        Step("w1", "z", "∂z/∂w1 = x1"),
        Step("x1", "z"),
        Step("w2", "z", "∂z/∂w2 = x2"),
        Step("x2", "z"),
        Step("b", "z", "∂z/∂b = 1"),
        Step("z", "a", "∂a/∂z = a(1 - a)"),
        Step("y", "L"),
        Step("a", "L", "∂L/∂a = -1/a"),
    )
    draw_graph(axes, nodes, steps)
    axes.text(
        4.95,
        0.75,
        f"together: dz = a - y = {dz:.3f}",
        color=RED,
        fontsize=15,
        bbox={"facecolor": "white", "edgecolor": RED, "boxstyle": "round"},
    )
