"""Accuracy against the number of training images."""

from collections.abc import Mapping
from statistics import mean
from typing import TYPE_CHECKING, Any

from catclf.evaluation.learning_curve import LearningCurve
from catclf.plots.figure import BLUE, COLOURS, RED, STYLES, label

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(figure: "Figure", curves: Mapping[str, LearningCurve], title: str) -> None:
    """Draw learning curves: of one model with its training images, of several without.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        An empty figure.
    curves : mapping of str to LearningCurve
        Accuracies by number of training images, for each model; all on the same held-out images.
    title : str
        Title of the figure: which models on which data.
    """
    axes = figure.subplots()
    if len(curves) == 1:
        (curve,) = curves.values()
        _draw_line(axes, curve, [p.training for p in curve.points], "training images", RED, "--")
        _draw_line(axes, curve, [p.held_out for p in curve.points], "held-out images", BLUE, "-")
        _draw_interval(axes, curve, BLUE)
    else:
        for i, (name, curve) in enumerate(curves.items()):
            colour, style = COLOURS[i % len(COLOURS)], STYLES[i % len(STYLES)]
            _draw_line(axes, curve, [p.held_out for p in curve.points], label(name), colour, style)
            # Beside each other, where two models are equally good.
            _draw_interval(axes, curve, colour, beside=i)
    longest = max(curves.values(), key=lambda curve: len(curve.points))
    axes.axhline(longest.baseline, color="0.4", linestyle=":", label="majority baseline")
    sizes = [point.images for point in longest.points]
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    lowest = min(min(c.interval[0], *(min(p.held_out) for p in c.points)) for c in curves.values())
    axes.set(
        xlabel="training images",
        ylabel="accuracy",
        ylim=(min(0.4, lowest) - 0.02, 1.02),
        title=label(title),
    )
    figure.legend(
        loc="outside lower center",
        ncols=2,
        title=f"{longest.held_out} held-out images; bands: lowest to highest of several draws; "
        "bars: 95 % interval",
    )


def _draw_line(
    axes: Any,
    curve: LearningCurve,
    accuracies: list[list[float]],
    name: str,
    colour: str,
    style: str,
) -> None:
    """The mean of each point's accuracies, and the range from the lowest to the highest."""
    sizes = [point.images for point in curve.points]
    means = [mean(draws) for draws in accuracies]
    axes.plot(sizes, means, style, marker="o", color=colour, label=name)
    lowest, highest = [min(draws) for draws in accuracies], [max(draws) for draws in accuracies]
    axes.fill_between(sizes, lowest, highest, color=colour, alpha=0.15, linewidth=0)


def _draw_interval(axes: Any, curve: LearningCurve, colour: str, *, beside: int = 0) -> None:
    low, high = curve.interval
    x = curve.points[-1].images * 1.015**beside
    axes.vlines(x, low, high, color=colour, linewidth=1.6)
