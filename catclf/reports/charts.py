"""Charts as inline SVG, whose colours are the page's, in light and in dark.

A chart has a title and a description for those who do not see it, and its numbers as a table.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import floor, log10
from typing import NamedTuple

from catclf.reports.markup import Markup, join, tag

# Of the drawing, in its own units, which a browser scales; the plot leaves room for axes.
_WIDTH, _HEIGHT = 360, 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 350, 12, 226

# Half the length of the strokes at the ends of an interval.
_CAP = 3


class Axis(NamedTuple):
    """What one direction of a chart stands for."""

    label: str
    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    """Values that are marked, and how they are written."""


class Key(NamedTuple):
    """An entry of a chart's legend."""

    kind: str
    """The class, in the style sheet, of what is drawn."""
    text: str


def share_axis(label: str) -> Axis:
    """An axis from 0 to 1."""
    return Axis(label, 0, 1, [(i / 5, f"{i / 5:.1f}".removesuffix(".0")) for i in range(6)])


def count_step(largest: int, ticks: int = 4) -> int:
    """A round step (1, 2 or 5 times a power of ten), of which a few reach a number.

    Parameters
    ----------
    largest : int
        The number, 0 or more.
    ticks : int
        How many steps may be needed at most.

    Returns
    -------
    int
        1 or more.
    """
    power: int = 10 ** floor(log10(max(largest / ticks, 1)))
    return next(step * power for step in (1, 2, 5, 10) if step * power * ticks >= largest)


class Chart:
    """A chart that is drawn step by step; later marks lie over earlier ones.

    Parameters
    ----------
    x, y : Axis
        What its directions stand for.
    """

    def __init__(self, x: Axis, y: Axis) -> None:
        self._x, self._y = x, y
        self._marks = list(self._ticks())

    def line(self, points: Iterable[tuple[float, float]], kind: str) -> None:
        """Connect points (x, y)."""
        places = [self._place(*point) for point in points]
        # A curve of many images has more points than can be told apart.
        distinct = places[:1] + [b for a, b in pairwise(places) if a != b]
        path = " ".join(f"{x} {y}" for x, y in distinct)
        self._add("polyline", kind, points=path)

    def dot(self, x: float, y: float, kind: str, radius: float = 4) -> None:
        """Mark a point."""
        cx, cy = self._place(x, y)
        self._add("circle", kind, cx=cx, cy=cy, r=f"{radius:.1f}")

    def interval(self, x: float, low: float, high: float, kind: str) -> None:
        """Mark an interval of y, with strokes at its ends."""
        (at, lower), (_, upper) = self._place(x, low), self._place(x, high)
        left, right = f"{float(at) - _CAP:.1f}", f"{float(at) + _CAP:.1f}"
        ends = "".join(f"M{left} {end}H{right}" for end in (lower, upper))
        self._add("path", kind, d=f"M{at} {lower}V{upper}{ends}")

    def bar(self, left: float, right: float, height: float, kind: str) -> None:
        """Fill what is between 0 and a height, which may be below 0."""
        x, top = self._place(left, max(height, 0))
        end, bottom = self._place(right, min(height, 0))
        width, size = (f"{float(b) - float(a):.1f}" for a, b in ((x, end), (top, bottom)))
        self._add("rect", kind, x=x, y=top, width=width, height=size)

    def text(self, x: float, y: float, text: str, *, down: float = 0) -> None:
        """Write next to a point, on the side where there is room."""
        at, height = self._place(x, y)
        is_left = float(at) < (_LEFT + _RIGHT) / 2
        self._marks.append(
            tag(
                "text",
                text,
                class_="note" if is_left else "note end",
                x=f"{float(at) + (8 if is_left else -8):.1f}",
                y=f"{float(height) + down:.1f}",
            )
        )

    def figure(
        self, key: str, title: str, description: str, keys: Sequence[Key], numbers: Markup
    ) -> Markup:
        """The chart with all that belongs to it.

        Parameters
        ----------
        key : str
            From which its ids are made.
        title, description : str
            What it shows, for everybody; what can be seen in it, also for those who do not see it.
        keys : sequence of Key
            The legend.
        numbers : Markup
            A table of what is drawn.

        Returns
        -------
        Markup
            A `figure`.
        """
        drawing = tag(
            "svg",
            tag("title", title, id=f"{key}-title"),
            tag("desc", description, id=f"{key}-description"),
            *self._marks,
            viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
            role="img",
            aria_labelledby=f"{key}-title {key}-description",
        )
        legend = [tag("li", _swatch(kind), text) for kind, text in keys]
        return tag(
            "figure",
            tag("h3", title),
            drawing,
            tag("ul", *legend, class_="legend"),
            tag("figcaption", description),
            tag("details", tag("summary", "Numbers"), numbers),
            class_="chart",
        )

    def _place(self, x: float, y: float) -> tuple[str, str]:
        """Where a point lies in the drawing."""
        across = (x - self._x.low) / (self._x.high - self._x.low)
        up = (y - self._y.low) / (self._y.high - self._y.low)
        return (
            f"{_LEFT + across * (_RIGHT - _LEFT):.1f}",
            f"{_BOTTOM - up * (_BOTTOM - _TOP):.1f}",
        )

    def _add(self, element: str, kind: str, **places: str) -> None:
        self._marks.append(tag(element, class_=kind, **places))

    def _ticks(self) -> Iterable[Markup]:
        for value, text in self._x.ticks:
            x, _ = self._place(value, self._y.low)
            yield tag("path", class_="grid", d=f"M{x} {_TOP}V{_BOTTOM}")
            yield tag("text", text, class_="tick middle", x=x, y=_BOTTOM + 15)
        for value, text in self._y.ticks:
            _, y = self._place(self._x.low, value)
            yield tag("path", class_="grid", d=f"M{_LEFT} {y}H{_RIGHT}")
            yield tag("text", text, class_="tick end", x=_LEFT - 6, y=f"{float(y) + 4:.1f}")
        middle = (_LEFT + _RIGHT) / 2, (_TOP + _BOTTOM) / 2
        yield tag("text", self._x.label, class_="tick middle", x=middle[0], y=_BOTTOM + 34)
        yield tag(
            "text",
            self._y.label,
            class_="tick middle",
            transform=f"translate(11 {middle[1]}) rotate(-90)",
        )


def _swatch(kind: str) -> Markup:
    """A sample of how something is drawn."""
    is_filled = kind.startswith("bar")
    sample = (
        tag("rect", class_=kind, x=2, y=1, width=14, height=8)
        if is_filled
        else tag("circle", class_=kind, cx=9, cy=5, r=4)
        if kind.startswith("dot")
        else tag("path", class_=kind, d="M0 5H18")
    )
    return tag("svg", sample, viewBox="0 0 18 10", class_="swatch", aria_hidden="true")


def figures(*drawn: Markup) -> Markup:
    """Charts side by side, as many as there is room for."""
    return tag("div", join(drawn), class_="charts")
