"""Outlines as arrays of points: smooth curves, ellipses, ribbons and furry edges."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Outline = NDArray[np.float64]
"""Points of a closed line, (n, 2): x to the right, y down, in figure units."""

Point = tuple[float, float] | NDArray[np.float64]
Points = Sequence[Point] | NDArray[np.float64]


def smooth(points: Points, closed: bool = True, steps: int = 8) -> Outline:
    """Return a Catmull-Rom curve through `points`.

    Parameters
    ----------
    points
        The points to pass through, in order.
    closed
        Whether the curve returns to its first point.
    steps
        How many points to set for each stretch between two given ones.
    """
    given = np.asarray(points, dtype=float)
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
    return turned(np.column_stack([rx * np.cos(t), ry * np.sin(t)]), turn) + np.array([x, y])


def almond(x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> Outline:
    """Return an eye shape: an ellipse with two pointed corners."""
    t = np.linspace(0.0, 2 * np.pi, 48, endpoint=False)
    high = np.sin(t) * np.abs(np.sin(t)) ** 0.35
    return turned(np.column_stack([rx * np.cos(t), ry * high]), turn) + np.array([x, y])


def box(left: float, top: float, right: float, bottom: float, corner: float = 0.0) -> Outline:
    """Return a rectangle, its corners rounded by the radius `corner`."""
    if corner == 0.0:
        return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], float)
    quarter = np.linspace(0.0, np.pi / 2, 7)
    centres = [
        (right - corner, bottom - corner),
        (left + corner, bottom - corner),
        (left + corner, top + corner),
        (right - corner, top + corner),
    ]
    rounds = [
        np.column_stack([x + corner * np.cos(t), y + corner * np.sin(t)])
        for (x, y), t in zip(centres, (quarter + k * np.pi / 2 for k in range(4)), strict=True)
    ]
    return np.vstack(rounds)


def bend(start: Points, control: Points, end: Points, steps: int = 12) -> Outline:
    """Return a quadratic curve from `start` to `end`, drawn towards `control`."""
    t = np.linspace(0.0, 1.0, steps)[:, None]
    a, b, c = (np.asarray(p, dtype=float) for p in (start, control, end))
    return (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c


def ribbon(points: Points, widths: Sequence[float], steps: int = 10) -> Outline:
    """Return the outline of a brush stroke with round ends.

    Parameters
    ----------
    points
        The stroke's middle line; it is smoothed.
    widths
        Its whole width at evenly spaced places along the line.
    steps
        How finely the middle line is smoothed.
    """
    line = smooth(points, closed=False, steps=steps)
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
    """Close a right half, given from top to bottom, with its mirror image and smooth it."""
    right = np.asarray(half, dtype=float)
    inner = right[np.abs(right[:, 0]) > 1e-9]
    return smooth(np.vstack([right, mirrored(inner)[::-1]]))


def mirrored(points: Points) -> Outline:
    """Return `points` with left and right exchanged."""
    return np.asarray(points, dtype=float) * (-1.0, 1.0)


def turned(points: Points, turn: float) -> Outline:
    """Return `points` turned about the origin by `turn` radians, clockwise on the page."""
    c, s = np.cos(turn), np.sin(turn)
    return np.asarray(points, dtype=float) @ np.array([[c, s], [-s, c]])


def scaled(points: Points, factor: float, about: tuple[float, float]) -> Outline:
    """Return `points` scaled by `factor` about a fixed point."""
    return (np.asarray(points, dtype=float) - about) * factor + about


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
    return even + reach[:, None] * (out + np.array([0.0, 0.5]))
