"""What the learning rate does to the descent, on real images."""

from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from catclf.lessons.lesson import Column, Lesson, LessonSettings, Table
from catclf.logistic import LOSSES
from catclf.solvers.gradient_descent import GradientDescent
from catclf.solvers.objective import InMemory, lipschitz_constant
from catclf.solvers.solver import State, iterate
from catclf.solvers.span import Span

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_RATES = (0.00001, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.5)
_ITERATIONS = 1000
_SHOWN = (1, 10, 100, _ITERATIONS)

# Who has not come half as far down as 1/L is called slow.
_HALF = 0.5


class _Run(NamedTuple):
    rate: float
    costs: list[float]


def lesson(settings: LessonSettings) -> Lesson:
    """Try learning rates.

    Parameters
    ----------
    settings : LessonSettings
        The data set.

    Returns
    -------
    Lesson
        With costs along the way for each rate, how often they rose, and what to call that.
    """
    dataset = settings.images
    images, Y = dataset.images[:], dataset.Y.astype(np.float64)
    # The same steps in the span of the images, many times sooner (see `vectorization`).
    span = Span(images.reshape(dataset.m, -1).T, 1 / 255)  # of X (n_x, m)
    objective = InMemory(span.R, Y, 0.0, LOSSES["cross-entropy"])
    L = lipschitz_constant(objective)
    rates = sorted([*_RATES, 1 / L, 2 / L])
    runs = [_Run(rate, _costs(objective, rate)) for rate in rates]
    return Lesson(
        explanation=(
            f"The learning rate α decides how far each step goes. On these {dataset.m} images "
            f"the gradient changes at most {L:.0f} times as fast as the weights do (its Lipschitz "
            f"constant L, from the largest eigenvalue of XXᵀ), and below 2/L = {2 / L:.5f} every "
            f"step is sure to go down. Each rate has {_ITERATIONS} iterations, from zeros."
        ),
        formula=(
            "w := w - α dw        w, dw: (n_x, 1) = (12288, 1)\n"
            "L = λ_max(X̃X̃ᵀ) / (4 m)        X̃: (n_x + 1, m), X with a row of ones\n"
            "α < 2/L  ⇒  J falls at every step"
        ),
        tables=(_table(runs, L),),
        see=(
            "Too small a rate crawls, below 2/L none ever rises, and far above it the cost climbs "
            "before it descends, if it does."
        ),
        note=(
            "The course's 0.005 is above 2/L on its own images and gets down all the same: the "
            "bound is for the most bent place of the surface, and near its floor it is flatter. "
            "1/L needs no luck: catclf train --learning-rate auto."
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
        f"The cost after so many iterations; before the first it is {runs[0].costs[0]:.6f}",
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
    """What to call a run; safe is the cost that 1/L comes to."""
    first, last = costs[0], costs[-1]
    if not isfinite(last) or last >= first:
        return "diverges"
    if rises:
        return "climbs, then descends"
    if first - last < _HALF * (first - safe):
        return "crawls"
    return "descends"


def _draw(figure: "Figure", runs: list[_Run], L: float) -> None:
    from catclf.plots.figure import COLOURS

    axes = figure.subplots()
    shown = [run for run in runs if run.rate in (0.0001, 0.001, 1 / L, 0.005, 0.01)]
    for run, colour, style in zip(shown, COLOURS, ("-", "--", "-.", ":", "-"), strict=False):
        name = f"α = 1/L = {run.rate:.4f}" if run.rate == 1 / L else f"α = {run.rate:g}"
        axes.plot(run.costs, color=colour, linestyle=style, label=name)
    axes.set_ylim(0, 2 * runs[0].costs[0])
    axes.set(xlabel="iteration", ylabel="J", title=f"Learning rates; 2/L = {2 / L:.4f}")
    figure.legend(loc="outside lower center", ncols=5)
