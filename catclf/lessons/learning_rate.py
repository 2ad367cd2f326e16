"""How the learning rate affects gradient descent, on images."""

from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from catclf.lessons.lesson import Column, Lesson, LessonSettings, Table
from catclf.logistic import LOSSES
from catclf.solvers.gradient_descent import GradientDescent
from catclf.solvers.objective import InMemory, lipschitz_constant
from catclf.solvers.solver import State, iterate
from catclf.solvers.span import Span
from catclf.training.settings import LECTURE_LEARNING_RATE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_RATES = (0.00001, 0.0001, 0.0005, 0.001, LECTURE_LEARNING_RATE, 0.01, 0.05, 0.5)
_ITERATIONS = 1000
_SHOWN = (1, 10, 100, _ITERATIONS)
_TICKS = [digit * 10.0**power for power in range(-4, 4) for digit in (1, 2, 5)]

# A run that lowers the cost less than half as far as one with 1/L crawls.
_HALF = 0.5


class _Run(NamedTuple):
    rate: float
    costs: list[float]


def lesson(settings: LessonSettings) -> Lesson:
    """Show the course of the cost for several learning rates, and how often it rose."""
    dataset = settings.images
    images, Y = dataset.images[:], dataset.Y.astype(np.float64)
    # The same steps in the span of the images, many times faster (see `vectorization`).
    span = Span(images.reshape(dataset.m, -1).T, 1 / 255)  # of X (n_x, m)
    objective = InMemory(span.R, Y, 0.0, LOSSES["cross-entropy"])
    L = lipschitz_constant(objective)
    rates = sorted([*_RATES, 1 / L, 2 / L])
    runs = [_Run(rate, _costs(objective, rate)) for rate in rates]
    return Lesson(
        explanation=(
            f"The learning rate α sets the length of each step. On these {dataset.m} images, "
            f"the gradient changes at most {L:.0f} times as fast as the weights (its Lipschitz "
            "constant L, from the largest eigenvalue of X̃X̃ᵀ), and with any learning rate below "
            f"2/L = {2 / L:.5f} every step is certain to lower the cost. Each rate gets "
            f"{_ITERATIONS} iterations, from zeros."
        ),
        formula=(
            "w := w - α dw        w, dw: (n_x, 1) = (12288, 1)\n"
            "L = λ_max(X̃X̃ᵀ) / (4 m)        X̃: (n_x + 1, m), X with a row of ones\n"
            "α < 2/L  ⇒  J falls at every step"
        ),
        tables=(_table(runs, L),),
        see=(
            "A learning rate that is too small makes little progress, below 2/L the cost never "
            "rises, and far above 2/L it climbs before it descends, if it descends at all."
        ),
        note=(
            "The course's 0.005 is above 2/L on the course's own images, and descends all the "
            "same: the bound holds for the largest curvature of the cost, and near the minimum the "
            "curvature is smaller. With 1/L the cost never rises: catclf train --learning-rate "
            "auto."
        ),
        draw=lambda figure: _draw(figure, runs, L),
    )


def _costs(objective: InMemory, rate: float) -> list[float]:
    start = State(np.zeros((objective.n_x, 1)), 0.0)
    *_, state = iterate(GradientDescent(rate), objective, start, iterations=_ITERATIONS)
    return state.costs


def _table(runs: list[_Run], L: float) -> Table:
    (safe,) = (run.costs[-1] for run in runs if run.rate == 1 / L)
    rows: list[tuple[str | float, ...]] = []
    for rate, costs in runs:
        shown = [costs[i] if i < len(costs) else float("inf") for i in _SHOWN]
        rises = int((np.diff(costs) > 0).sum())
        rows.append((rate, rate * L, *shown, max(costs), rises, _verdict(costs, rises, safe)))
    return Table(
        f"The cost J during training, from {runs[0].costs[0]:.6f} at zeros",
        [
            Column("α", ".3g"),
            Column("α·L", ".3g"),
            *(Column(f"J after {i}", ".4f") for i in _SHOWN),
            Column("highest J", ".4f"),
            Column("rises"),
            Column("verdict"),
        ],
        rows,
    )


def _verdict(costs: list[float], rises: int, safe: float) -> str:
    """Describe a run in a word; `safe` is the final cost with 1/L."""
    first, last = costs[0], costs[-1]
    if not isfinite(last):
        return "diverges"
    if last >= first:
        middle = len(costs) // 2
        still_grows = max(costs[middle:]) > max(costs[:middle])
        return "diverges" if still_grows else "oscillates"
    if rises:
        return "climbs, then descends"
    if first - last < _HALF * (first - safe):
        return "crawls"
    return "descends"


def _draw(figure: "Figure", runs: list[_Run], L: float) -> None:
    from catclf.plots.cost import draw_history
    from catclf.plots.figure import BLUE, GREEN, ORANGE, PINK, RED

    axes = figure.subplots()
    # The wide band first, so that it covers none of the others.
    styles = {
        0.01: (PINK, "-"),
        LECTURE_LEARNING_RATE: (ORANGE, "-"),
        1 / L: (GREEN, "-."),
        0.001: (RED, "--"),
        0.0001: (BLUE, ":"),
    }
    by_rate = {run.rate: run for run in runs}
    for rate, (colour, style) in styles.items():
        name = f"α = {rate:g}"
        if rate == 1 / L:
            name = f"α = 1/L = {rate:.4f}"
        elif rate == LECTURE_LEARNING_RATE:
            name += " (the lecture's)"
        draw_history(axes, by_rate[rate].costs, colour, style, name)
    axes.set(
        yscale="log",
        xlabel="iteration",
        ylabel="J (log scale)",
        title=f"Below 2/L = {2 / L:.4f} the cost never rises; bands: it goes up and down",
    )
    lowest, highest = axes.get_ylim()
    axes.set_yticks([tick for tick in _TICKS if lowest <= tick <= highest], minor=False)
    axes.yaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
    figure.legend(loc="outside lower center", ncols=3)
