"""The cost at every iteration, of one or more trainings."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from catclf.plots.figure import COLOURS, label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STYLES = ("-", "--", "-.", ":")

# Costs that rise again and again are drawn as the band between the least and the largest of so
# many in a row: as a line they would fill it all the same, and hide what lies behind.
_WINDOW = 20

# A legend with more lines than this goes next to the plot, with this many inches per line; with
# fewer, below it.
_MOST_LINES_BELOW = 4
_INCHES_PER_LINE = 0.25


def draw(figure: "Figure", histories: Mapping[str, Sequence[float]]) -> None:
    """Draw the cost against the iteration.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        An empty figure.
    histories : mapping of str to sequence of float
        The costs of each training, by name.
    """
    axes = figure.subplots()
    for i, (name, costs) in enumerate(histories.items()):
        colour, style = COLOURS[i % len(COLOURS)], _STYLES[i % len(_STYLES)]
        draw_costs(axes, costs, colour, style, label(name))
    axes.set(xlabel="iteration", ylabel="cost J")
    axes.set_ylim(bottom=0)
    if len(histories) > _MOST_LINES_BELOW:
        figure.set_size_inches(11, max(4.5, _INCHES_PER_LINE * len(histories)))
        figure.legend(loc="outside right upper")
    elif len(histories) > 1:
        axes.set_title("Cost during training")
        figure.legend(loc="outside lower center", ncols=len(histories))
    else:
        axes.set_title(label(next(iter(histories))))


def draw_costs(axes: "Axes", costs: Sequence[float], colour: str, style: str, name: str) -> None:
    """Draw the costs of one training as a line, and where they go up and down, as a band."""
    J = np.asarray(costs, np.float64)
    # A single cost would be an invisible line.
    marker = "o" if len(J) == 1 else None
    rises = int((np.diff(J) > 0).sum())
    if rises > 1 and len(J) > _WINDOW:
        windows = np.lib.stride_tricks.sliding_window_view(J, _WINDOW)
        middle = np.arange(len(windows)) + (_WINDOW - 1) / 2
        lowest, highest = windows.min(axis=1), windows.max(axis=1)
        axes.fill_between(middle, lowest, highest, color=colour, alpha=0.3, linewidth=0)
        axes.plot(middle, windows.mean(axis=1), color=colour, linestyle=style, label=name)
    else:
        axes.plot(J, color=colour, linestyle=style, marker=marker, label=name)
