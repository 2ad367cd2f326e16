"""Outlines as arrays of points: smooth curves, ellipses, ribbons and furry edges."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Outline = NDArray[np.float64]
"""Points of a closed line, (n, 2): x to the right, y down, in figure units."""

Point = tuple[float, float] | NDArray[np.float64]
Points = Sequence[Point] | NDArray[np.float64]


def _array(points: Point | Points) -> NDArray[np.float64]:
    return np.asarray(points, dtype=np.float64)


def smooth(points: Points, closed: bool = True, steps: int = 8) -> Outline:
    """Return a Catmull-Rom curve through `points`.

    Parameters
    ----------
    points
        The points to pass through, in order.
    closed
        Whether the curve returns to its first point.
    steps
        Points for each stretch between two given ones.
    """
    given = _array(points)
    if closed:
        padded = np.vstack([given[-1:], given, given[:2]])
    else:
        padded = np.vstack([given[:1], given, given[-1:]])
    a, b, c, d = (padded[k : len(padded) - 3 + k, None] for k in range(4))
    t = np.linspace(0.0, 1.0, steps, endpoint=False)[:, None]
    curve = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    ).reshape(-1, 2)  # (stretches, steps, 2) -> (points, 2)
    return curve if closed else np.vstack([curve, given[-1:]])


def ellipse(x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> Outline:
    """Return an ellipse about (x, y), turned by `turn` radians."""
    t = np.linspace(0.0, 2 * np.pi, 48, endpoint=False)
    return turned(np.column_stack([rx * np.cos(t), ry * np.sin(t)]), turn) + _array((x, y))


def almond(x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> Outline:
    """Return an eye shape: an ellipse with two pointed corners."""
    t = np.linspace(0.0, 2 * np.pi, 48, endpoint=False)
    high = np.sin(t) * np.abs(np.sin(t)) ** 0.35
    return turned(np.column_stack([rx * np.cos(t), ry * high]), turn) + _array((x, y))


def box(left: float, top: float, right: float, bottom: float) -> Outline:
    """Return a rectangle."""
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], dtype=float)


def bend(start: Point, control: Point, end: Point) -> Outline:
    """Return 12 points of a quadratic curve from `start` to `end`, drawn towards `control`."""
    t = np.linspace(0.0, 1.0, 12)[:, None]
    a, b, c = (_array(point) for point in (start, control, end))
    return (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c


def arc(start: Point, control: Point, end: Point, widths: Sequence[float]) -> Outline:
    """Return a brush stroke along the curve of `bend`, ending a little before `end`."""
    return ribbon(bend(start, control, end)[::3], widths)


def ribbon(points: Points, widths: Sequence[float]) -> Outline:
    """Return the outline of a brush stroke with round ends.

    Parameters
    ----------
    points
        The stroke's middle line; it is smoothed.
    widths
        Its full width at evenly spaced places along the line.
    """
    line = smooth(points, closed=False, steps=10)
    given = np.asarray(widths, dtype=float)
    along = np.linspace(0.0, 1.0, len(line))
    half = np.interp(along, np.linspace(0.0, 1.0, len(given)), given)[:, None] / 2
    ahead = np.gradient(line, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True) + 1e-9
    side = np.column_stack([-ahead[:, 1], ahead[:, 0]])
    t = np.linspace(0.0, np.pi, 9)[1:-1, None]
    tip = line[-1] + half[-1] * (np.cos(t) * side[-1] + np.sin(t) * ahead[-1])
    root = line[0] - half[0] * (np.cos(t) * side[0] + np.sin(t) * ahead[0])
    return np.vstack([line + half * side, tip, (line - half * side)[::-1], root])


def symmetric(half: Points) -> Outline:
    """Return a smooth outline from its right half, given from top to bottom."""
    right = _array(half)
    inner = right[np.abs(right[:, 0]) > 1e-9]
    return smooth(np.vstack([right, mirrored(inner)[::-1]]))


def mirrored(points: Points) -> Outline:
    """Return `points` with left and right swapped."""
    return _array(points) * (-1.0, 1.0)


def turned(points: Points, turn: float) -> Outline:
    """Return `points` turned about the origin by `turn` radians, clockwise on the page."""
    c, s = np.cos(turn), np.sin(turn)
    turn_by = _array([(c, s), (-s, c)])
    return _array(points) @ turn_by


def scaled(points: Points, factor: float, about: Point) -> Outline:
    """Return `points` scaled by `factor` about a fixed point."""
    fixed = _array(about)
    return (_array(points) - fixed) * factor + fixed


def tufted(outline: Outline, rng: np.random.Generator, size: float) -> Outline:
    """Return `outline` with a furry edge of small tufts of length `size`."""
    closed = np.vstack([outline, outline[:1]])
    lengths = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))]
    count = 2 * max(8, int(lengths[-1] / (1.3 * size)))
    spacing = lengths[-1] / count
    places = (np.arange(count) + rng.uniform(0.0, 0.8, count)) * spacing
    even = np.column_stack([np.interp(places, lengths, closed[:, k]) for k in (0, 1)])
    ahead = np.roll(even, -1, axis=0) - np.roll(even, 1, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True) + 1e-9
    out = np.column_stack([ahead[:, 1], -ahead[:, 0]])
    x, y = even[:, 0], even[:, 1]
    if np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)) < 0:
        out = -out
    # Every second point moves out and leans downwards, as hair hangs.
    reach = np.where(np.arange(count) % 2 == 0, rng.uniform(0.2, 1.0, count), 0.0) * size
    return even + reach[:, None] * (out + _array((0.0, 0.5)))
