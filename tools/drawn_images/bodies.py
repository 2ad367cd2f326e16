"""Parts that bodies of cats and dogs share: shoulders, limbs and paws."""

from collections.abc import Sequence
from dataclasses import replace

from tools.drawn_images.canvas import Canvas, Flow, Region, slanted
from tools.drawn_images.coats import Coat, Markings, coat_part
from tools.drawn_images.curves import Outline, Points, ellipse, ribbon, smooth
from tools.drawn_images.palette import darker


def draw_shoulders(
    canvas: Canvas,
    coat: Coat,
    sway: float,
    neck: float,
    chest: float,
    fluff: float,
    stripes: Sequence[Outline] = (),
) -> Region:
    """Draw neck and shoulders of a portrait, down to below the edge of the image.

    Parameters
    ----------
    canvas, coat
        Where to draw, and in which coat.
    sway
        How far the body is shifted to the right.
    neck
        Half the width of the neck.
    chest
        The height at which the shoulders begin.
    fluff
        Length of the tufts at the edge.
    stripes
        A tabby's stripes.
    """
    outline = smooth(
        [
            (sway - neck, 0.3),
            (sway + neck, 0.3),
            (sway + 0.7, chest),
            (sway + 0.95, 1.5),
            (sway + 1.0, 2.4),
            (sway - 1.0, 2.4),
            (sway - 0.95, 1.5),
            (sway - 0.7, chest),
        ]
    )
    markings = Markings(stripes, white=[ellipse(sway, 1.1, 0.42, 0.75)])
    return coat_part(canvas, outline, coat, slanted(1.5), markings, tuft=fluff)


def draw_limb(
    canvas: Canvas,
    coat: Coat,
    line: Points,
    widths: Sequence[float],
    flow: Flow,
    markings: Markings,
    shaded: float = 0.0,
    tuft: float = 0.03,
) -> None:
    """Draw a leg or a tail along a line; `shaded` darkens one on the far side, 0 to 1."""
    colour = darker(coat.base, shaded) if shaded else None
    coat_part(canvas, ribbon(line, widths), coat, flow, markings, colour, tuft)


def draw_paw(canvas: Canvas, coat: Coat, x: float, y: float, rx: float, ry: float) -> None:
    """Draw a paw without toes, an ellipse about (x, y)."""
    plain = replace(coat, pattern="plain", base=coat.paws)
    coat_part(canvas, ellipse(x, y, rx, ry), plain, slanted(1.6), tuft=0.015)
