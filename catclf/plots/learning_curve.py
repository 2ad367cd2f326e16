"""Accuracy against the number of training images."""

from statistics import mean
from typing import TYPE_CHECKING

from catclf.evaluation.learning_curve import LearningCurve
from catclf.plots.figure import BLUE, RED, label

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(figure: "Figure", curve: LearningCurve, title: str) -> None:
    """Draw a learning curve.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        An empty figure.
    curve : LearningCurve
        Accuracies by number of training images.
    title : str
        Title of the figure: which model on which data.
    """
    axes = figure.subplots()
    sizes = [point.images for point in curve.points]
    lines = (
        ("training images", [point.training for point in curve.points], RED, "--"),
        ("held-out images", [point.held_out for point in curve.points], BLUE, "-"),
    )
    for name, accuracies, colour, style in lines:
        means = [mean(draws) for draws in accuracies]
        axes.plot(sizes, means, style, marker="o", color=colour, label=name)
        lowest, highest = [min(draws) for draws in accuracies], [max(draws) for draws in accuracies]
        axes.fill_between(sizes, lowest, highest, color=colour, alpha=0.15, linewidth=0)
    low, high = curve.interval
    axes.vlines(
        sizes[-1], low, high, color=BLUE, linewidth=1.2, label="95 % interval of the last point"
    )
    axes.axhline(curve.baseline, color="0.4", linestyle=":", label="majority baseline")
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.set(
        xlabel="training images",
        ylabel=f"accuracy ({curve.held_out} held-out images)",
        ylim=(min(0.4, low, *map(min, lines[1][1])) - 0.02, 1.02),
        title=label(title),
    )
    figure.legend(loc="outside lower center", ncols=2)
