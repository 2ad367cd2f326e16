"""A canvas in figure units: painting outlines, fur, shading and shadows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from tools.drawn_images.curves import Outline
from tools.drawn_images.palette import Colour

PIXELS_PER_UNIT = 190

Cover = NDArray[np.float32]
"""How much of each pixel is covered, (height, width), 0 to 1."""

Flow = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
"""The direction of hairs, in radians, at points of the given x and y."""


class Region(NamedTuple):
    """A painted place: the upper left corner of its box, in pixels, and its cover."""

    left: int
    top: int
    cover: Cover

    @property
    def place(self) -> tuple[slice, slice]:
        """The box as a pair of slices for the canvas arrays."""
        height, width = self.cover.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


def radial(x: float, y: float) -> Flow:
    """Return a hair direction that points away from (x, y)."""
    return lambda u, v: np.arctan2(v - y, u - x)


def slanted(angle: float) -> Flow:
    """Return one hair direction for everywhere, in radians."""
    return lambda u, v: np.full_like(u, angle)


class Canvas:
    """A transparent sheet in figure units, y pointing down.

    Parameters
    ----------
    rng
        Source of randomness of all strokes.
    left, top, right, bottom
        The visible part of the plane, in figure units.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        left: float = -1.35,
        top: float = -1.35,
        right: float = 1.35,
        bottom: float = 1.35,
    ) -> None:
        self.rng = rng
        self.left, self.top = left, top
        self.width = round((right - left) * PIXELS_PER_UNIT)
        self.height = round((bottom - top) * PIXELS_PER_UNIT)
        # Colours are kept multiplied by their opacity, so that soft edges do not darken. Each
        # channel is a plane of its own: numpy is slow where the last axis is short.
        self.colour = np.zeros((3, self.height, self.width), dtype=np.float32)
        self.opacity = np.zeros((self.height, self.width), dtype=np.float32)
        self._linear = np.eye(2) * PIXELS_PER_UNIT
        self._offset = np.array([-left, -top]) * PIXELS_PER_UNIT

    @contextmanager
    def frame(
        self,
        x: float = 0.0,
        y: float = 0.0,
        scale: float = 1.0,
        turn: float = 0.0,
        mirror: bool = False,
    ) -> Iterator[None]:
        """Move, scale, turn and mirror the coordinates of all that is drawn inside."""
        before = self._linear, self._offset
        c, s = np.cos(turn) * scale, np.sin(turn) * scale
        local = np.array([[c, -s], [s, c]]) @ np.diag([-1.0 if mirror else 1.0, 1.0])
        self._offset = self._linear @ (x, y) + self._offset
        self._linear = self._linear @ local
        try:
            yield
        finally:
            self._linear, self._offset = before

    @property
    def unit(self) -> float:
        """The length of one unit of the current frame, in pixels."""
        return float(np.sqrt(abs(np.linalg.det(self._linear))))

    def region(self, outline: Outline, soft: float = 0.0, within: Region | None = None) -> Region:
        """Return the place that an outline covers.

        Parameters
        ----------
        outline
            Points of the closed outline, in units of the current frame.
        soft
            Width of a blurred edge, in the same units.
        within
            A region that the outline is cut off at.
        """
        points = outline @ self._linear.T + self._offset
        blur = soft * self.unit
        pad = 1 + 3 * blur
        left, top = np.clip(np.floor(points.min(axis=0) - pad), 0, None).astype(int)
        right, bottom = np.ceil(points.max(axis=0) + pad).astype(int)
        right, bottom = min(right, self.width), min(bottom, self.height)
        if right <= left or bottom <= top:
            return Region(0, 0, np.zeros((0, 0), dtype=np.float32))
        image = Image.new("L", (int(right - left), int(bottom - top)))
        flat = (points - (left, top)).ravel().tolist()
        ImageDraw.Draw(image).polygon(flat, fill=255)
        if blur > 0.5:
            image = image.filter(ImageFilter.GaussianBlur(blur))
        cover = np.asarray(image, dtype=np.float32) / 255.0
        region = Region(int(left), int(top), cover)
        return region if within is None else _clipped(region, within)

    def paint(self, region: Region, colour: Colour, strength: float = 1.0) -> None:
        """Cover a region with a colour."""
        cover = region.cover * np.float32(strength)
        left_over = 1 - cover
        below = self.colour[:, *region.place]
        below *= left_over
        below += cover * colour.astype(np.float32)[:, None, None]
        opacity = self.opacity[region.place]
        opacity *= left_over
        opacity += cover

    def fill(
        self,
        outline: Outline,
        colour: Colour,
        soft: float = 0.0,
        within: Region | None = None,
        strength: float = 1.0,
    ) -> Region:
        """Paint an outline and return its region."""
        region = self.region(outline, soft, within)
        self.paint(region, colour, strength)
        return region

    def shade(self, region: Region, strength: float = 0.3, depth: float = 0.35) -> None:
        """Round a region off: light from the upper left, darker edges.

        Parameters
        ----------
        region
            The place to shade.
        strength
            Depth of the shades, 0 to 1.
        depth
            How far the rounding reaches inwards, as a share of the region's smaller side.
        """
        if region.cover.size == 0:
            return
        height, width = region.cover.shape
        reach = max(1.0, depth * min(height, width) / 2)
        hill = _blurred(region.cover, reach)
        slope_y, slope_x = np.gradient(hill, axis=0), np.gradient(hill, axis=1)
        lit = (0.5 * slope_x + 0.85 * slope_y)[1:-1, 1:-1] * reach * 1.6
        edge = np.clip(1.0 - hill[1:-1, 1:-1], 0.0, 0.6)
        change = strength * (np.clip(lit, -0.7, 0.7) - 0.55 * edge) * region.cover
        self._relight(region, change)

    def hair(
        self, region: Region, flow: Flow, length: float = 0.09, strength: float = 0.25
    ) -> None:
        """Draw hairs over a region.

        Parameters
        ----------
        region
            Where to draw them.
        flow
            Their direction.
        length
            Their typical length, in units of the current frame.
        strength
            How much they stand out, 0 to 1.
        """
        if region.cover.size == 0:
            return
        height, width = region.cover.shape
        count = int(min(4000, height * width / 42))
        start = self.rng.uniform((0, 0), (width, height), (count, 2))
        on_page = start + np.array([region.left, region.top]) - self._offset
        local = on_page @ np.linalg.inv(self._linear).T
        angle = flow(local[:, 0], local[:, 1]) + self.rng.normal(0.0, 0.22, count)
        reach = length * self.rng.uniform(0.5, 1.2, count)
        step = (np.column_stack([np.cos(angle), np.sin(angle)]) * reach[:, None]) @ self._linear.T
        tones = self.rng.integers(20, 236, count).tolist()
        thick = max(1, round(0.012 * self.unit))
        image = Image.new("L", (width, height), 128)
        pen = ImageDraw.Draw(image)
        lines = np.hstack([start - step / 2, start + step / 2]).tolist()
        for line, tone in zip(lines, tones, strict=True):
            pen.line(line, fill=tone, width=thick)
        drawn = np.asarray(image.filter(ImageFilter.GaussianBlur(0.7)), dtype=np.float32)
        self._relight(region, strength * (drawn / 128.0 - 1.0) * region.cover)

    def shadow(self, region: Region, outline: Outline, soft: float, strength: float) -> None:
        """Let an outline cast a soft shadow on a region."""
        dark = self.region(outline, soft, region)
        self._relight(dark, -strength * dark.cover)

    def image(self) -> Image.Image:
        """Return the sheet as an image with an alpha channel."""
        planes = np.concatenate([self.colour, self.opacity[None]])
        planes[:3] /= np.maximum(self.opacity, 1e-4)
        np.clip(planes, 0, 1, out=planes)
        planes *= 255
        planes += 0.5
        return Image.fromarray(np.moveaxis(planes.astype(np.uint8), 0, -1).copy())  # (h, w, 4)

    def _relight(self, region: Region, change: Cover) -> None:
        """Make a region lighter (`change` above 0) or darker (below)."""
        opacity = self.opacity[region.place]
        lit = self.colour[:, *region.place]
        # A part of the light is added, not multiplied: else black fur would show no hair.
        lit *= 1 + change
        lit += np.float32(0.12) * change * opacity
        np.maximum(lit, 0, out=lit)
        np.minimum(lit, opacity, out=lit)


def _clipped(region: Region, within: Region) -> Region:
    """Return `region`, covered only where `within` is."""
    cover = np.zeros_like(region.cover)
    (top, bottom), (left, right) = (
        (max(a.start, b.start), min(a.stop, b.stop))
        for a, b in zip(region.place, within.place, strict=True)
    )
    if top < bottom and left < right:
        here, there = (
            np.s_[top - r.top : bottom - r.top, left - r.left : right - r.left]
            for r in (region, within)
        )
        cover[here] = region.cover[here] * within.cover[there]
    return region._replace(cover=cover)


def _blurred(cover: Cover, radius: float) -> Cover:
    """Return `cover`, blurred, with a margin of one pixel on each side.

    Pillow blurs in 8 bits, whose steps would show as rings in the light; so a small copy is
    blurred in floats and enlarged again.
    """
    step = max(1, int(radius / 3))
    cells = int(2 * radius / step + 1)
    height, width = cover.shape
    whole = np.pad(cover, [(0, -height % step), (0, -width % step)])
    blocks = whole.reshape(whole.shape[0] // step, step, whole.shape[1] // step, step)
    small = np.pad(blocks.mean(axis=(1, 3)), cells).astype(np.float64)
    bell = np.exp(-0.5 * (np.arange(-9, 10) * step / radius) ** 2)
    bell /= bell.sum()
    blurred = _convolved(_convolved(small, bell).T, bell).T.astype(np.float32)
    size = (small.shape[1] * step, small.shape[0] * step)
    hill = np.asarray(Image.fromarray(blurred).resize(size, Image.Resampling.BICUBIC))
    first = cells * step - 1
    return hill[first : first + height + 2, first : first + width + 2]


def _convolved(rows: NDArray[np.float64], bell: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what ``np.convolve(column, bell, mode="same")`` does to each column.

    It adds in one order on every processor; `np.convolve` leaves the order to BLAS.
    """
    whole = np.zeros((len(rows) + len(bell) - 1, rows.shape[1]))
    for k, weight in enumerate(bell):
        whole[k : k + len(rows)] += weight * rows
    length = max(len(rows), len(bell))
    start = (len(whole) - length) // 2
    return whole[start : start + length]
