"""J = 3(a + bc), forward in three steps and backward by the chain rule."""

from typing import TYPE_CHECKING, NamedTuple

from catclf.lessons.graph import Node, Step, draw_graph
from catclf.lessons.lesson import Column, Lesson, LessonSettings, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_A, _B, _C = 5.0, 3.0, 2.0
_STEP = 0.001


class _Derivatives(NamedTuple):
    """Of J with respect to everything before it; da stands for dJ/da, as in the lecture."""

    da: float
    db: float
    dc: float
    du: float
    dv: float


def lesson(settings: LessonSettings) -> Lesson:
    """Show u, v and J, and the derivative of J with respect to everything before it."""
    u, v, J = _forward(_A, _B, _C)
    derivatives = _backward()
    return Lesson(
        explanation=(
            "A computation is a graph of small steps. The forward pass, from left to right, gives "
            "J; the backward pass, from right to left, gives the derivative of J with respect to "
            "every number on the way: the derivative one step to the right, already known, times "
            "the slope of that one step. That is the chain rule, and all it takes to train a "
            "network."
        ),
        formula=(
            "u = b c        v = a + u        J = 3 v            all numbers\n"
            "dJ/da = dJ/dv · dv/da        dJ/db = dJ/dv · dv/du · du/db"
        ),
        tables=(
            Table(
                f"Forward, from a = {_A:g}, b = {_B:g}, c = {_C:g}",
                [Column("step"), Column("value", "g")],
                [("u = b c", u), ("v = a + u", v), ("J = 3 v", J)],
            ),
            _backward_table(derivatives),
        ),
        see="Nudging b by 0.001 changes u and v by 0.002, and J by 0.006: db = 6.",
        note=(
            "One backward pass gives all five derivatives, while finite differences take one "
            "forward pass for each."
        ),
        draw=lambda figure: _draw(figure, (u, v, J), derivatives),
    )


def _backward() -> _Derivatives:
    """The chain rule from right to left; each line uses one before it."""
    dv = 3.0
    du = dv * 1
    da = dv * 1
    db = du * _C
    dc = du * _B
    return _Derivatives(da, db, dc, du, dv)


def _backward_table(derivatives: _Derivatives) -> Table:
    u, v, J = _forward(_A, _B, _C)
    da, db, dc, du, dv = derivatives
    rows = [
        ("dv", "3", dv, (_from_v(v + _STEP) - J) / _STEP),
        ("du", "dv · ∂v/∂u = dv · 1", du, (_from_u(_A, u + _STEP) - J) / _STEP),
        ("da", "dv · ∂v/∂a = dv · 1", da, (_forward(_A + _STEP, _B, _C)[-1] - J) / _STEP),
        ("db", "du · ∂u/∂b = du · c", db, (_forward(_A, _B + _STEP, _C)[-1] - J) / _STEP),
        ("dc", "du · ∂u/∂c = du · b", dc, (_forward(_A, _B, _C + _STEP)[-1] - J) / _STEP),
    ]
    return Table(
        f"Backward, each derivative checked with a step of {_STEP:g}",
        [
            Column("derivative"),
            Column("chain rule"),
            Column("value", "g"),
            Column("by the step", ".6f"),
        ],
        rows,
    )


def _forward(a: float, b: float, c: float) -> tuple[float, float, float]:
    """Return u, v and J."""
    u = b * c
    v = a + u
    return u, v, _from_v(v)


def _from_u(a: float, u: float) -> float:
    return _from_v(a + u)


def _from_v(v: float) -> float:
    return 3 * v


def _draw(figure: "Figure", forward: tuple[float, float, float], derivatives: _Derivatives) -> None:
    from catclf.plots.figure import RED

    u, v, J = forward
    da, db, dc, du, dv = derivatives
    axes = figure.subplots()
    axes.set(xlim=(-0.1, 8.3), ylim=(-0.2, 4.1))
    axes.set_title("Forward to J (blue), backward to the derivatives of J (orange)")
    nodes = {
        "a": Node(0.7, 3.5, 0.6, "a", f"{_A:g}", f"da = dv · 1 = {da:g}"),
        "b": Node(0.7, 2.1, 0.6, "b", f"{_B:g}", f"db = du · c = {db:g}"),
        "c": Node(0.7, 0.7, 0.6, "c", f"{_C:g}", f"dc = du · b = {dc:g}"),
        "u": Node(3.4, 1.4, 0.6, "u = bc", f"{u:g}", f"du = dv · 1 = {du:g}"),
        "v": Node(5.5, 2.5, 0.65, "v = a + u", f"{v:g}", f"dv = dJ · 3 = {dv:g}"),
        "J": Node(7.5, 2.5, 0.6, "J = 3v", f"{J:g}", "dJ = 1"),
    }
    steps = (
        Step("a", "v", "∂v/∂a = 1"),
        Step("b", "u", f"∂u/∂b = c = {_C:g}"),
        Step("c", "u", f"∂u/∂c = b = {_B:g}"),
        Step("u", "v", "∂v/∂u = 1"),
        Step("v", "J", "∂J/∂v = 3"),
    )
    draw_graph(axes, nodes, steps)
    axes.text(5.3, 0.5, "dv is short for dJ/dv,\ndu for dJ/du, …", color=RED, fontsize=12)
