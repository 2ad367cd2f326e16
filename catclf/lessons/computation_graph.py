"""J = 3(a + bc), forward in three steps and backward by the chain rule."""

from typing import TYPE_CHECKING

from catclf.lessons.lesson import Column, Lesson, LessonSettings, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_A, _B, _C = 5.0, 3.0, 2.0
_STEP = 0.001


def lesson(settings: LessonSettings) -> Lesson:
    """Go forward and backward.

    Parameters
    ----------
    settings : LessonSettings
        Not needed here.

    Returns
    -------
    Lesson
        With u, v and J, and the derivative of J with respect to everything before it.
    """
    u, v, J = _forward(_A, _B, _C)
    # From right to left; each step uses the one before. da stands for dJ/da, as in the lecture.
    dv = 3.0
    du = dv * 1
    da = dv * 1
    db = du * _C
    dc = du * _B
    backward = [
        ("dv", "3", dv, (_from_v(v + _STEP) - J) / _STEP),
        ("du", "dv · ∂v/∂u = dv · 1", du, (_from_u(_A, u + _STEP) - J) / _STEP),
        ("da", "dv · ∂v/∂a = dv · 1", da, (_forward(_A + _STEP, _B, _C)[-1] - J) / _STEP),
        ("db", "du · ∂u/∂b = du · c", db, (_forward(_A, _B + _STEP, _C)[-1] - J) / _STEP),
        ("dc", "du · ∂u/∂c = du · b", dc, (_forward(_A, _B, _C + _STEP)[-1] - J) / _STEP),
    ]
    return Lesson(
        explanation=(
            "A computation is a graph of small steps. Going forward, from left to right, gives J; "
            "going backward, from right to left, gives the derivative of J with respect to each "
            "number on the way: the one behind it, already known, times the slope of one small "
            "step. That is the chain rule, and all that training a network needs."
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
            Table(
                f"Backward, and each checked by a step of {_STEP:g}",
                [
                    Column("derivative"),
                    Column("chain rule"),
                    Column("value", "g"),
                    Column("by the step", ".6f"),
                ],
                backward,
            ),
        ),
        see=("Nudging b by 0.001 moves u and v by 0.002, and J by 0.006: db = 6."),
        note=(
            "One pass back gives all five derivatives, while steps would take one pass forward "
            "for each."
        ),
        draw=lambda figure: _draw(figure, (u, v, J), (da, db, dc, du, dv)),
    )


def _forward(a: float, b: float, c: float) -> tuple[float, float, float]:
    """The numbers u, v and J."""
    u = b * c
    v = a + u
    return u, v, _from_v(v)


def _from_u(a: float, u: float) -> float:
    return _from_v(a + u)


def _from_v(v: float) -> float:
    return 3 * v


def _draw(
    figure: "Figure",
    forward: tuple[float, float, float],
    backward: tuple[float, float, float, float, float],
) -> None:
    from catclf.plots.figure import BLUE, RED

    u, v, J = forward
    da, db, dc, du, dv = backward
    nodes = {
        "a": (0.0, 2.0, f"a = {_A:g}", f"da = {da:g}"),
        "b": (0.0, 1.0, f"b = {_B:g}", f"db = {db:g}"),
        "c": (0.0, 0.0, f"c = {_C:g}", f"dc = {dc:g}"),
        "u": (1.2, 0.5, f"u = bc = {u:g}", f"du = {du:g}"),
        "v": (2.4, 1.25, f"v = a + u = {v:g}", f"dv = {dv:g}"),
        "J": (3.6, 1.25, f"J = 3v = {J:g}", ""),
    }
    axes = figure.subplots()
    for start, end in ("bu", "cu", "av", "uv", "vJ"):
        x, y = nodes[start][:2]
        to_x, to_y = nodes[end][:2]
        axes.annotate(
            "",
            (to_x - 0.42, to_y),
            (x + 0.42, y),
            arrowprops={"arrowstyle": "->", "color": BLUE, "linewidth": 1.6},
        )
    for x, y, value, derivative in nodes.values():
        axes.text(x, y + 0.07, value, color=BLUE, ha="center", va="bottom", fontsize=13)
        axes.text(x, y - 0.07, derivative, color=RED, ha="center", va="top", fontsize=13)
    axes.set(xlim=(-0.5, 4.1), ylim=(-0.4, 2.5))
    axes.set_axis_off()
    axes.set_title("Forward (blue) to J, and backward (red): dJ/d… of each", fontsize=12)
