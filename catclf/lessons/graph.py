"""Drawing a computation graph: values flow forward, derivatives flow back."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# In the units of the axes, like the places of nodes.
_HALF_HEIGHT = 0.3
_BETWEEN_ARROWS = 0.11


class Node(NamedTuple):
    """A number of the graph, in a box."""

    x: float
    y: float
    half_width: float
    formula: str
    value: str
    derivative: str = ""
    """Of the last node with respect to this one, for instance "du = 3"."""


class Step(NamedTuple):
    """An arrow from a node to one that is computed from it, and an arrow back."""

    start: str
    end: str
    slope: str = ""
    """Derivative of `end` with respect to `start`; without it, no arrow leads back."""


def draw_graph(axes: "Axes", nodes: Mapping[str, Node], steps: Sequence[Step]) -> None:
    """Draw boxes, blue arrows forward, and orange arrows back, with the slope of each step.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Empty axes, whose limits are set and which are to have no frame.
    nodes : mapping of str to Node
        The nodes, by name.
    steps : sequence of Step
        The arrows between them.
    """
    axes.set_axis_off()
    for node in nodes.values():
        _draw_node(axes, node)
    for step in steps:
        _draw_step(axes, nodes[step.start], nodes[step.end], step.slope)


def _draw_node(axes: "Axes", node: Node) -> None:
    from matplotlib.patches import FancyBboxPatch

    from catclf.plots.figure import BLUE, RED

    axes.add_patch(
        FancyBboxPatch(
            (node.x - node.half_width, node.y - _HALF_HEIGHT),
            2 * node.half_width,
            2 * _HALF_HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor="white",
            edgecolor="0.3",
        )
    )
    below = node.y - _HALF_HEIGHT - 0.06
    for text, y, colour, alignment in (
        (node.formula, node.y + 0.13, "black", "center"),
        (node.value, node.y - 0.13, BLUE, "center"),
        (node.derivative, below, RED, "top"),
    ):
        axes.text(node.x, y, text, color=colour, ha="center", va=alignment, fontsize=12)


def _draw_step(axes: "Axes", start: Node, end: Node, slope: str) -> None:
    from catclf.plots.figure import BLUE, RED

    left, right = start.x + start.half_width, end.x - end.half_width
    # Where several arrows arrive, each at a height of its own, on the side that it comes from.
    arrival = end.y + max(-0.22, min(0.22, (start.y - end.y) / 8))
    apart = _BETWEEN_ARROWS / 2 if slope else 0.0
    _arrow(axes, (left, start.y + apart), (right, arrival + apart), BLUE)
    if not slope:
        return
    _arrow(axes, (right, arrival - apart), (left, start.y - apart), RED)
    # Above arrows that are level, and so short that it would cover them.
    above = 0.25 if start.y == end.y else 0.0
    axes.text(
        (left + right) / 2,
        (start.y + arrival) / 2 + above,
        slope,
        color=RED,
        ha="center",
        va="center",
        fontsize=11,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
    )


def _arrow(axes: "Axes", tail: tuple[float, float], head: tuple[float, float], colour: str) -> None:
    axes.annotate(
        "",
        head,
        tail,
        arrowprops={
            "arrowstyle": "-|>",
            "color": colour,
            "linewidth": 1.6,
            "shrinkA": 1,
            "shrinkB": 1,
        },
    )
