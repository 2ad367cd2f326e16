"""Coats: the colours of a figure, and how its pattern is painted on a part of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.drawn_images.canvas import Canvas, Flow, Region
from tools.drawn_images.curves import Outline, ellipse, scaled, smooth, tufted
from tools.drawn_images.palette import (
    BLACK,
    BLUE_GREY,
    BROWN,
    COATS,
    CREAM,
    DARK_BROWN,
    FAWN,
    GINGER,
    GREY,
    WHITE,
    Colour,
    darker,
    lighter,
    mix,
    pick,
    vary,
)

PATTERNS = ["plain", "tabby", "spotted", "calico", "bicolour", "tuxedo", "points"]
PATTERN_SHARES = [0.22, 0.28, 0.08, 0.10, 0.14, 0.08, 0.10]


@dataclass(frozen=True)
class Coat:
    """The colours and the pattern of one figure.

    Attributes
    ----------
    pattern
        One of `PATTERNS`.
    base
        The colour of most of the coat.
    mark
        The colour of stripes, spots and points.
    patch
        The colour of a calico's second patches.
    pale
        The colour of muzzle, bib and paws.
    """

    pattern: str
    base: Colour
    mark: Colour
    patch: Colour
    pale: Colour

    @property
    def dark(self) -> bool:
        """Whether most of the coat is dark."""
        return float(self.base.mean()) < 0.33

    @property
    def pointed(self) -> bool:
        """Whether ears, face and tail are darker than the body."""
        return self.pattern == "points"

    @property
    def tips(self) -> Colour:
        """The colour of ears."""
        return self.mark if self.pointed else self.base

    @property
    def paws(self) -> Colour:
        """The colour of paws."""
        return self.pale if self.white_marked else self.tips

    @property
    def white_marked(self) -> bool:
        """Whether bib, muzzle and paws are white."""
        return self.pattern in ("bicolour", "tuxedo")


@dataclass(frozen=True)
class Markings:
    """Where the patterns go on one part of a figure.

    Attributes
    ----------
    stripes
        Outlines of a tabby's stripes.
    white
        Outlines of the white areas of a bicolour or tuxedo coat.
    points
        Outlines of the dark areas of a pointed coat.
    """

    stripes: Sequence[Outline] = ()
    white: Sequence[Outline] = ()
    points: Sequence[Outline] = ()


def pick_coat(rng: np.random.Generator) -> Coat:
    """Return a random coat; every figure of both classes takes its colours from here."""
    pattern = str(rng.choice(PATTERNS, p=PATTERN_SHARES))
    base = pick(rng, COATS)
    mark, patch, pale = darker(base, 0.5), base, lighter(base, 0.45)
    if pattern == "tabby":
        base = pick(rng, [GINGER, GINGER, GREY, BROWN, FAWN, CREAM, BLUE_GREY])
        mark = mix(darker(base, 0.55), base * base, 0.4)
        pale = lighter(base, 0.55)
    elif pattern == "spotted":
        base = pick(rng, [FAWN, GREY, CREAM, GINGER, WHITE])
        mark, pale = darker(base, 0.6), lighter(base, 0.5)
    elif pattern == "calico":
        base, pale = vary(rng, WHITE, 0.02), vary(rng, WHITE, 0.02)
        mark, patch = vary(rng, BLACK), vary(rng, GINGER)
    elif pattern == "bicolour":
        base = pick(rng, [GINGER, GREY, BLUE_GREY, BROWN, DARK_BROWN, BLACK])
        pale = vary(rng, WHITE, 0.02)
    elif pattern == "tuxedo":
        base, pale = vary(rng, BLACK, 0.02), vary(rng, WHITE, 0.02)
    elif pattern == "points":
        base = pick(rng, [CREAM, CREAM, WHITE])
        mark, pale = pick(rng, [DARK_BROWN, BROWN, BLUE_GREY, BLACK]), lighter(base, 0.3)
    elif base.mean() < 0.4:
        pale = lighter(base, 0.12)
    return Coat(pattern, base, mark, patch, pale)


def coat_part(
    canvas: Canvas,
    outline: Outline,
    coat: Coat,
    flow: Flow,
    markings: Markings | None = None,
    colour: Colour | None = None,
    tuft: float = 0.045,
    strength: float = 0.28,
) -> Region:
    """Paint one part of a figure in its coat: ground, pattern, hairs and shading.

    Parameters
    ----------
    canvas
        Where to paint.
    outline
        The part's outline.
    coat
        The figure's coat.
    flow
        The direction of the hairs.
    markings
        Where the patterns go on this part.
    colour
        Ground colour, if not the coat's own.
    tuft
        Length of the tufts at the edge.
    strength
        How much hairs and shades stand out.
    """
    edge = tufted(outline, canvas.rng, tuft) if tuft > 0 else outline
    region = canvas.fill(edge, coat.base if colour is None else colour)
    _paint_pattern(canvas, region, outline, coat, markings or Markings())
    canvas.hair(region, flow, strength=strength)
    canvas.shade(region, strength=1.5 * strength)
    return region


def _paint_pattern(
    canvas: Canvas, region: Region, outline: Outline, coat: Coat, markings: Markings
) -> None:
    if coat.pattern == "tabby":
        for stripe in markings.stripes:
            canvas.fill(stripe, coat.mark, soft=0.012, within=region, strength=0.8)
    elif coat.pattern == "spotted":
        _paint_spots(canvas, region, outline, coat)
    elif coat.pattern == "calico":
        _paint_patches(canvas, region, outline, coat)
    elif coat.pointed:
        for zone in markings.points:
            canvas.fill(zone, coat.mark, soft=0.09, within=region, strength=0.92)
    elif coat.white_marked:
        for zone in markings.white:
            edge = tufted(zone, canvas.rng, 0.05)
            canvas.fill(edge, coat.pale, soft=0.015, within=region)


def _inner_point(rng: np.random.Generator, outline: Outline) -> NDArray[np.float64]:
    # Between the middle and a point of the edge: that is inside of every part drawn here.
    middle: NDArray[np.float64] = outline.mean(axis=0)
    part = rng.uniform(0.2, 0.95)
    edge: NDArray[np.float64] = rng.choice(outline)
    return middle * (1 - part) + part * edge


def _paint_spots(canvas: Canvas, region: Region, outline: Outline, coat: Coat) -> None:
    rng = canvas.rng
    size = float(np.ptp(outline, axis=0).mean())
    for _ in range(int(8 + 22 * min(size, 1.2))):
        x, y = _inner_point(rng, outline)
        rx, ry = rng.uniform(0.025, 0.06, 2)
        spot = ellipse(x, y, rx, ry, rng.uniform(0, np.pi))
        canvas.fill(spot, coat.mark, soft=0.008, within=region, strength=0.75)


def _paint_patches(canvas: Canvas, region: Region, outline: Outline, coat: Coat) -> None:
    rng = canvas.rng
    size = float(np.ptp(outline, axis=0).min())
    first = rng.integers(2)
    for k in range(4):
        x, y = _inner_point(rng, scaled(outline, 1.05, outline.mean(axis=0)))
        t = np.linspace(0, 2 * np.pi, 9, endpoint=False)
        reach = size * rng.uniform(0.16, 0.3) * rng.uniform(0.75, 1.25, 9)
        blob = smooth(np.column_stack([x + reach * np.cos(t), y + reach * np.sin(t)]))
        colour = coat.mark if (k + first) % 2 else coat.patch
        edge = tufted(blob, rng, 0.05)
        canvas.fill(edge, colour, soft=0.012, within=region)
