"""One step on one example, one on all, then many steps, from different starting points."""

import math
from typing import TYPE_CHECKING

import numpy as np

from catclf.lessons.colours import mean_colours
from catclf.lessons.lesson import Column, Lesson, LessonSettings, Table
from catclf.logistic import LOSSES, Array, propagate, sigmoid
from catclf.solvers.gradient_descent import GradientDescent
from catclf.solvers.objective import InMemory
from catclf.solvers.solver import State, iterate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_RATE = 1.0
_STEPS = 5000
_TOLERANCE = 1e-6
_SHOWN = (0, 1, 2, 3, 5, 10, 20, 50, 100)
_STARTS = 4

_FIRST_W = -4.0
_RATE_IN_W = 2.0
_STEPS_IN_W = 20

_MISSING_MINUS = (
    "The first version of the slides' loop over examples lacks the minus sign in J += …; without "
    "it J is negative, which a cost never is, and falls as the model gets worse."
)


def lesson(settings: LessonSettings) -> Lesson:
    """Show single steps, the path from zeros, and where paths from random starts end."""
    dataset = settings.images
    X = mean_colours(dataset.images[:], 1)  # (1, m)
    Y = dataset.Y.astype(np.float64)
    rng = np.random.default_rng(settings.seed)
    starts = [(0.0, 0.0), *rng.uniform(-4, 4, (_STARTS, 2)).tolist()]
    paths = [_path(X, Y, w, b) for w, b in starts]
    return Lesson(
        explanation=(
            "Start anywhere on the cost surface, take a step in the direction of steepest descent, "
            f"and repeat. To show the whole surface, each of the {dataset.m} images has only one "
            "feature here: its mean red, standardised to mean 0 and standard deviation 1."
        ),
        formula=(
            "repeat:   w := w - α dw        b := b - α db\n"
            f"X: (1, m) = (1, {dataset.m})      w: (1, 1)      b, J: numbers      α = {_RATE:g}"
        ),
        tables=(
            _one_step(X, Y),
            _loop_over_examples(X, Y),
            _steps_in_w(X, Y),
            _many_steps(paths[0]),
            _ends(paths),
        ),
        see=_what_to_notice(paths),
        note=_MISSING_MINUS,
        draw=lambda figure: _draw(figure, X, Y, paths),
    )


def _what_to_notice(paths: list[list[State]]) -> str:
    if not all(path[-1].converged for path in paths):
        return (
            "The classes are linearly separable, or nearly so, with this one feature, so the cost "
            "has no minimum, or a very distant one, and paths that had not converged were stopped "
            f"after {_STEPS} steps."
        )
    return (
        "The cost is convex: every start leads to the same minimum, zeros being as good as any, "
        "and the steps get shorter by themselves as the slope decreases."
    )


def _path(X: Array, Y: Array, w: float, b: float) -> list[State]:
    """All states of gradient descent from w and b; X (1, m)."""
    objective = InMemory(X, Y, 0.0, LOSSES["cross-entropy"])
    states = iterate(
        GradientDescent(_RATE),
        objective,
        State(np.array([[w]]), b),
        iterations=_STEPS,
        tolerance=_TOLERANCE,
    )
    return list(states)


def _one_step(X: Array, Y: Array) -> Table:
    rows = []
    w = np.zeros((1, 1))
    for name, chosen in (("on the first example", slice(0, 1)), ("on all m examples", slice(None))):
        X_chosen, Y_chosen = X[:, chosen], Y[:, chosen]
        before = propagate(w, 0.0, X_chosen, Y_chosen)
        w_after, b_after = w - _RATE * before.dw, -_RATE * before.db
        after = propagate(w_after, b_after, X_chosen, Y_chosen)
        on_all = propagate(w_after, b_after, X, Y)
        dw, db = before.dw.item(), before.db
        rows.append((name, dw, db, w_after.item(), b_after, before.J, after.J, on_all.J))
    return Table(
        "One step from w = 0, b = 0",
        [
            Column("step"),
            Column("dw", "z.4f"),
            Column("db", "z.4f"),
            Column("w", "z.4f"),
            Column("b", "z.4f"),
            Column("its J before", ".6f"),
            Column("its J after", ".6f"),
            Column("J on all", ".6f"),
        ],
        rows,
    )


def _loop_over_examples(X: Array, Y: Array) -> Table:
    """The slides' loop over examples, at w = 1 and b = 0, without and with the minus sign."""
    w, b = 1.0, 0.0
    J = J_without_minus = dw = db = 0.0
    m = Y.size
    for x, y in zip(X[0].tolist(), Y[0].tolist(), strict=True):
        a = float(sigmoid(np.array(w * x + b)))
        J_without_minus += y * math.log(a) + (1 - y) * math.log(1 - a)
        J += -(y * math.log(a) + (1 - y) * math.log(1 - a))
        dz = a - y
        dw += x * dz
        db += dz
    vectorized = propagate(np.array([[w]]), b, X, Y)
    columns = [Column("way"), Column("J", ".8f"), Column("dw", ".8f"), Column("db", ".8f")]
    return Table(
        "J, dw and db at w = 1, b = 0: with a loop over examples, and without",
        columns,
        [
            ("loop, J += y log a + …", J_without_minus / m, dw / m, db / m),
            ("loop, J += -(y log a + …)", J / m, dw / m, db / m),
            ("vectorized", vectorized.J, vectorized.dw.item(), vectorized.db),
        ],
    )


def _path_in_w(X: Array, Y: Array) -> list[tuple[float, float]]:
    """Weight and cost at each step, with b fixed at 0."""
    w, path = np.array([[_FIRST_W]]), []
    for _ in range(_STEPS_IN_W + 1):
        here = propagate(w, 0.0, X, Y)
        path.append((w.item(), here.J))
        w = w - _RATE_IN_W * here.dw
    return path


def _steps_in_w(X: Array, Y: Array) -> Table:
    rows = [(step, w, J) for step, (w, J) in enumerate(_path_in_w(X, Y)) if step in _SHOWN]
    return Table(
        f"Steps in w alone (b fixed at 0), from w = {_FIRST_W:g}, with α = {_RATE_IN_W:g}",
        [Column("step"), Column("w", "z.6f"), Column("J", ".8f")],
        rows,
    )


def _many_steps(path: list[State]) -> Table:
    shown = [step for step in _SHOWN if step < len(path) - 1] + [len(path) - 1]
    rows = []
    for step in shown:
        w, b = path[step].w.item(), path[step].b
        rows.append((step, w, b, path[step].costs[step]))
    return Table(
        "Many steps from w = 0, b = 0",
        [Column("step"), Column("w", ".6f"), Column("b", "z.6f"), Column("J", ".8f")],
        rows,
    )


def _ends(paths: list[list[State]]) -> Table:
    rows = []
    for path in paths:
        start, end = path[0], path[-1]
        converged = "yes" if end.converged else "no"
        ends = (end.w.item(), end.b, end.costs[end.steps])
        rows.append((start.w.item(), start.b, end.costs[0], end.steps, *ends, converged))
    return Table(
        f"From zeros and from {_STARTS} random starts, until the relative gradient norm is "
        f"{_TOLERANCE:g}",
        [
            Column("w at first", ".3f"),
            Column("b at first", ".3f"),
            Column("J at first", ".4f"),
            Column("steps"),
            Column("w", ".6f"),
            Column("b", "z.6f"),
            Column("J", ".8f"),
            Column("arrived"),
        ],
        rows,
    )


def _draw(figure: "Figure", X: Array, Y: Array, paths: list[list[State]]) -> None:
    from catclf.plots.figure import BLUE, RED, legend_below

    figure.set_size_inches(9.6, 5.4)
    left, right = figure.subplots(1, 2)
    W = np.linspace(-5, 5, 101)
    costs = [propagate(np.array([[w]]), 0.0, X, Y).J for w in W.tolist()]
    left.plot(W, costs, color=BLUE, label="J(w, 0)")
    path = _path_in_w(X, Y)
    steps = f"{_STEPS_IN_W} steps, α = {_RATE_IN_W:g}"
    left.plot(*zip(*path, strict=True), "o", color=RED, label=steps)
    left.set(xlabel="w", ylabel="J", title="b fixed at 0: steps get shorter")
    legend_below(left, columns=2)

    B = np.linspace(-5, 5, 81)
    J = [[propagate(np.array([[w]]), b, X, Y).J for w in W.tolist()] for b in B.tolist()]
    lowest, highest = float(np.min(J)), float(np.max(J))
    # Closer together towards the minimum, where the surface is flat.
    levels = lowest + (highest - lowest) * np.linspace(0.1, 1, 9) ** 2
    lines = right.contour(W, B, J, levels=levels, colors="0.5", linewidths=0.8)
    right.clabel(lines, fontsize=10, fmt="%.2f")
    for i, path_of_states in enumerate(paths):
        colour = RED if i else BLUE
        path_w = [state.w.item() for state in path_of_states]
        path_b = [state.b for state in path_of_states]
        right.plot(path_w, path_b, ".-", color=colour, markersize=4, linewidth=1)
        name = {0: "from zeros", 1: "from random starts"}.get(i)
        right.plot(path_w[0], path_b[0], "o", color=colour, label=name)
    end = paths[0][-1]
    right.plot(end.w.item(), end.b, "*", color="black", markersize=12, label="end")
    right.set(xlabel="w", ylabel="b", title=f"Contours of J(w, b), α = {_RATE:g}")
    right.set(xlim=(-5, 5), ylim=(-5, 5))
    legend_below(right, columns=3)
