"""The same step with two loops, with one loop, and without loops; and in the span of the images."""

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from catclf.features.pixels import Pixels
from catclf.images.preprocessing import Images
from catclf.lessons.lesson import Column, Lesson, LessonSettings, Table, duration_in_words
from catclf.logistic import Array, propagate, sigmoid
from catclf.parallel import one_blas_thread
from catclf.solvers.span import Span

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_IMAGES = 100
_ITERATIONS = 2000
_WEIGHT_SCALE = 0.001


class _Gradients(NamedTuple):
    J: float
    dw: Array
    db: float


class _Step(NamedTuple):
    """Cost and gradients of one step, and how long it took."""

    name: str
    J: float
    dw: Array
    db: float
    seconds: float


class _SpanTimes(NamedTuple):
    """Seconds to reduce all images to their span, and for a step there."""

    reduction: float
    step: float

    @property
    def total(self) -> float:
        return self.reduction + _ITERATIONS * self.step


def lesson(settings: LessonSettings) -> Lesson:
    """Time one step in three ways, and extrapolate to 2000 iterations on all images."""
    dataset = settings.images
    images, Y_all = dataset.images[:], dataset.Y.astype(np.float64)
    every = -(-dataset.m // _MOST_IMAGES)  # the loops are slow: every so many images
    X, Y = Pixels().columns(images[::every]), Y_all[:, ::every]  # (n_x, m), (1, m)
    w = _WEIGHT_SCALE * np.random.default_rng(settings.seed).standard_normal((len(X), 1))
    with one_blas_thread():
        steps = _timed_steps(w, X, Y)
        span = _span_times(images, Y_all)
    m = Y.size
    totals = {step.name: _ITERATIONS * step.seconds * dataset.m / m for step in steps}
    return Lesson(
        explanation=(
            "J, dw and db can be computed with a loop over the examples and one over the features, "
            "with the loop over the examples only, or without loops: with matrix products, whose "
            f"loops run in compiled code. Here at random weights, on {m} images; the two loops run "
            "over Python lists, the fastest way to write them in Python."
        ),
        formula=(
            "Z = wᵀX + b        A = σ(Z)        dZ = A - Y              (1, m)\n"
            "dw = X dZᵀ / m     (n_x, 1)        db = Σ dZ / m           a number\n"
            "span: X = QR,  w = Qu:   the same steps on R (m, m) in place of X (n_x, m)"
        ),
        tables=(_same(steps), _times(steps, totals, dataset.m), _span(span, dataset.m)),
        see="The numbers are the same, up to rounding; the times are not.",
        note=(
            "The speed of the span comes from mathematics, not from programming: starting at "
            "zeros, w never leaves the span of the images' columns, so m numbers describe it as "
            "well as 12 288 do."
        ),
        draw=lambda figure: _draw(figure, {**totals, "in the span": span.total}),
    )


def _timed_steps(w: Array, X: Array, Y: Array) -> list[_Step]:
    return [
        _timed("two loops", 1, lambda: _two_loops(w, 0.0, X, Y)),
        _timed("one loop", 3, lambda: _one_loop(w, 0.0, X, Y)),
        _timed("no loop", 5, lambda: _Gradients(*propagate(w, 0.0, X, Y)[:3])),
    ]


def _two_loops(w: Array, b: float, X: Array, Y: Array) -> _Gradients:
    """Loops over the examples and over the features, as in the lecture."""
    weights = w[:, 0].tolist()
    J, db = 0.0, 0.0
    dw = [0.0] * len(weights)
    for x, y in zip(X.T.tolist(), Y[0].tolist(), strict=True):
        z = b
        for k, value in enumerate(x):
            z += weights[k] * value
        a = 1 / (1 + math.exp(-z))
        J += -(y * math.log(a) + (1 - y) * math.log(1 - a))
        dz = a - y
        for k, value in enumerate(x):
            dw[k] += value * dz
        db += dz
    m = Y.size
    return _Gradients(J / m, np.array(dw)[:, np.newaxis] / m, db / m)


def _one_loop(w: Array, b: float, X: Array, Y: Array) -> _Gradients:
    """A loop over the examples only."""
    J, db = 0.0, 0.0
    dw = np.zeros_like(w)
    m = Y.size
    for i in range(m):
        x, y = X[:, i : i + 1], float(Y[0, i])  # (n_x, 1)
        a = float(sigmoid(w.T @ x + b).item())
        J += -(y * math.log(a) + (1 - y) * math.log(1 - a))
        dz = a - y
        dw += x * dz
        db += dz
    return _Gradients(J / m, dw / m, db / m)


def _timed(name: str, rounds: int, compute: Callable[[], _Gradients]) -> _Step:
    """Time a step: the fastest of several rounds, as other programs can only slow it down."""
    seconds = math.inf
    for _ in range(rounds):
        start = time.perf_counter()
        gradients = compute()
        seconds = min(seconds, time.perf_counter() - start)
    return _Step(name, *gradients, seconds)


def _span_times(images: Images, Y: Array) -> _SpanTimes:
    m = Y.size
    start = time.perf_counter()
    span = Span(images.reshape(m, -1).T, 1 / 255)  # of X (n_x, m)
    reduction = time.perf_counter() - start
    u = np.zeros((len(span.R), 1))
    step = _timed("in the span", 5, lambda: _Gradients(*propagate(u, 0.0, span.R, Y)[:3]))
    return _SpanTimes(reduction, step.seconds)


def _same(steps: list[_Step]) -> Table:
    last = steps[-1]
    rows = [
        (step.name, step.J, float(np.linalg.norm(step.dw)), step.db, _difference(step, last))
        for step in steps
    ]
    return Table(
        "The same cost and gradients",
        [
            Column("way"),
            Column("J", ".12f"),
            Column("‖dw‖", ".10f"),
            Column("db", ".12f"),
            Column("farthest from no loop", ".1e"),
        ],
        rows,
    )


def _difference(step: _Step, other: _Step) -> float:
    pairs = ((step.J, other.J), (step.dw, other.dw), (step.db, other.db))
    return max(float(np.abs(np.subtract(a, b)).max()) for a, b in pairs)


def _times(steps: list[_Step], totals: dict[str, float], m: int) -> Table:
    fastest = steps[-1].seconds
    rows: list[tuple[str | float, ...]] = [
        (
            step.name,
            1000 * step.seconds,
            step.seconds / fastest,
            totals[step.name],
            duration_in_words(totals[step.name]),
        )
        for step in steps
    ]
    return Table(
        f"Time for one step, and extrapolated to {_ITERATIONS} iterations on all {m} images",
        [
            Column("way"),
            Column("milliseconds", ".3f"),
            Column("times no loop", ".1f"),
            Column("all iterations, s", ".3g"),
            Column("that is"),
        ],
        rows,
    )


def _span(span: _SpanTimes, m: int) -> Table:
    return Table(
        f"All {m} images in their span",
        [
            Column("reduction, ms", ".1f"),
            Column("a step, ms", ".3f"),
            Column(f"all {_ITERATIONS} iterations, s", ".3g"),
        ],
        [(1000 * span.reduction, 1000 * span.step, span.total)],
    )


def _draw(figure: "Figure", totals: dict[str, float]) -> None:
    from catclf.plots.figure import BLUE

    axes = figure.subplots()
    names = list(totals)[::-1]
    bars = axes.barh(names, [totals[name] for name in names], color=BLUE)
    axes.bar_label(bars, [duration_in_words(totals[name]) for name in names], padding=4)
    axes.set(
        xscale="log",
        xlabel="seconds (log scale)",
        title=f"Time for {_ITERATIONS} iterations on all images",
    )
    axes.margins(x=0.2)
    axes.grid(visible=False, axis="y")
