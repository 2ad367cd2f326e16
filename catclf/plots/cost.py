"""The cost at every iteration, of one or more trainings."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from catclf.plots.figure import COLOURS, label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STYLES = ("-", "--", "-.", ":")

# A legend with more lines than this goes next to the plot, with this many inches per line.
_MOST_LINES_INSIDE = 5
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
        # A single cost would be an invisible line.
        marker = "o" if len(costs) == 1 else None
        axes.plot(costs, color=colour, linestyle=style, marker=marker, label=label(name))
    axes.set(xlabel="iteration", ylabel="cost J")
    axes.set_ylim(bottom=0)
    if len(histories) > _MOST_LINES_INSIDE:
        figure.set_size_inches(11, max(4.5, _INCHES_PER_LINE * len(histories)))
        figure.legend(loc="outside right upper")
    elif len(histories) > 1:
        axes.legend()
    else:
        axes.set_title(label(next(iter(histories))))
