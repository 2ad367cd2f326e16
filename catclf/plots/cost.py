"""The cost at every iteration, of one or more trainings."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from catclf.plots.figure import COLOURS, STYLES, label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# What turns so often is drawn as a band from the least to the largest of the last so many values:
# as a line it would fill it all the same, and hide what lies behind.
_TURNS, _WINDOW = 50, 10

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
        colour, style = COLOURS[i % len(COLOURS)], STYLES[i % len(STYLES)]
        draw_history(axes, costs, colour, style, label(name))
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


def draw_history(
    axes: "Axes", history: Sequence[float] | NDArray[Any], colour: str, style: str, name: str
) -> None:
    """Draw costs or the like of one training as a line, and what goes up and down as a band."""
    values = np.asarray(history, np.float64)
    steps = np.arange(len(values))
    with np.errstate(invalid="ignore"):  # two infinities in a row
        changes = np.sign(np.diff(values))
    if np.count_nonzero(changes[1:] * changes[:-1] < 0) < _TURNS:
        # A single value would be an invisible line.
        marker = "o" if len(values) == 1 else None
        axes.plot(steps, values, color=colour, linestyle=style, marker=marker, label=name)
        return
    padded = np.pad(values, (_WINDOW - 1, 0), "edge")
    last = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)  # (len(values), _WINDOW)
    lowest, highest = last.min(axis=1), last.max(axis=1)
    axes.fill_between(steps, lowest, highest, color=colour, alpha=0.25, linewidth=0)
    axes.plot(steps, highest, color=colour, linestyle=style, label=name)
    axes.plot(steps, lowest, color=colour, linestyle=style)
