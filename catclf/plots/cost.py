"""The cost at every iteration, of one or more trainings."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from catclf.plots.figure import COLOURS, label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STYLES = ("-", "--", "-.", ":")

# Costs that turn so often are drawn as the band between the least and the largest of so many in a
# row: as a line they would fill it all the same, and hide what lies behind.
_TURNS, _WINDOW = 4, 10

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


def draw_costs(
    axes: "Axes", costs: Sequence[float] | NDArray[Any], colour: str, style: str, name: str
) -> None:
    """Draw the costs of one training as a line, and where they go up and down, as a band."""
    J = np.asarray(costs, np.float64)
    steps = np.arange(len(J))
    changes = np.sign(np.diff(J))
    if np.count_nonzero(changes[1:] * changes[:-1] < 0) < _TURNS:
        # A single cost would be an invisible line.
        marker = "o" if len(J) == 1 else None
        axes.plot(steps, J, color=colour, linestyle=style, marker=marker, label=name)
        return
    around = np.lib.stride_tricks.sliding_window_view(np.pad(J, _WINDOW // 2, "edge"), _WINDOW + 1)
    lowest, highest = around.min(axis=1), around.max(axis=1)
    axes.fill_between(steps, lowest, highest, color=colour, alpha=0.25, linewidth=0)
    axes.plot(steps, highest, color=colour, linestyle=style, label=name)
    axes.plot(steps, lowest, color=colour, linestyle=style)
