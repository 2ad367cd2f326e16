"""A finished figure, ready to be placed in a scene, and the collar that many wear."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tools.drawn_images.canvas import Canvas
from tools.drawn_images.curves import bend, ellipse, ribbon
from tools.drawn_images.palette import ACCENTS, darker, pick, rgb


@dataclass(frozen=True)
class Figure:
    """A figure on a transparent sheet.

    Attributes
    ----------
    image
        The sheet.
    left, top
        Where the sheet's corner lies, in figure units; the figure fills about -1 to 1.
    bust
        Whether the figure continues below the edge of the image, as in a portrait.
    base
        The height at which it stands on the ground; a bust must be cut off above it.
    mirrored
        Whether it may be shown the other way round; letters may not.
    """

    image: Image.Image
    left: float
    top: float
    bust: bool
    base: float
    mirrored: bool


def finish(canvas: Canvas, base: float, bust: bool = False, mirrored: bool = True) -> Figure:
    """Return what is drawn on a canvas as a figure."""
    return Figure(canvas.image(), canvas.left, canvas.top, bust, base, mirrored)


Draw = Callable[[np.random.Generator], Figure]


def draw_collar(canvas: Canvas, x: float, y: float, reach: float) -> None:
    """Draw a collar with a small bell, `reach` to each side of (x, y)."""
    colour = pick(canvas.rng, ACCENTS)
    line = bend((x - reach, y), (x, y + 0.55 * reach), (x + reach, y))
    band = canvas.fill(ribbon(line[::2], [0.2 * reach] * 2), colour)
    canvas.shade(band, 0.4)
    low = y + 0.3 * reach
    brass = rgb("#d8b24a")
    bell = canvas.fill(ellipse(x, low + 0.14 * reach, 0.13 * reach, 0.13 * reach), brass)
    canvas.shade(bell, 0.6)
    slit = ribbon([(x, low + 0.16 * reach), (x, low + 0.26 * reach)], [0.03 * reach] * 2)
    canvas.fill(slit, darker(brass, 0.7))
