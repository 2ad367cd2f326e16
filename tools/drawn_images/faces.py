"""Parts that the faces of animals share: eyes, muzzles, whiskers and ears."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.drawn_images.canvas import Canvas, radial
from tools.drawn_images.coats import Coat
from tools.drawn_images.curves import (
    Outline,
    Point,
    almond,
    arc,
    bend,
    ellipse,
    ribbon,
    smooth,
    tufted,
)
from tools.drawn_images.palette import INK, PINK, WHITE, Colour, darker, lighter, mix


@dataclass(frozen=True)
class Eyes:
    """How a pair of eyes looks.

    Attributes
    ----------
    colour
        Colour of the iris.
    pupil
        Width of the pupil as a share of the eye's height; small ones are slits.
    open
        1 for wide open, about 0.6 for sleepy, 0 for closed.
    """

    colour: Colour
    pupil: float
    open: float


def draw_cat_eye(canvas: Canvas, x: float, y: float, size: float, eyes: Eyes, coat: Coat) -> None:
    """Draw an almond-shaped eye at (x, y), its outer corner away from x = 0."""
    side = 1.0 if x > 0 else -1.0
    if eyes.open <= 0.0:
        left, low, right = (x - size, y - 0.02), (x, y + 1.1 * size), (x + size, y - 0.02)
        lid = arc(left, low, right, [0.02, 0.045, 0.02])
        dark = lighter(coat.base, 0.55) if coat.dark else INK
        canvas.fill(lid, dark, strength=0.9)
        return
    tilt = -0.2 * side
    rim = INK if not coat.dark else darker(coat.base, 0.6)
    if coat.dark:
        canvas.fill(almond(x, y, size * 1.32, size * 1.18, tilt), lighter(coat.base, 0.22), 0.02)
    canvas.fill(almond(x, y, size * 1.17, size * 1.03, tilt), rim, soft=0.006)
    white = canvas.fill(almond(x, y, size, size * 0.86, tilt), eyes.colour)
    canvas.fill(
        ellipse(x, y + 0.25 * size, 0.75 * size, 0.5 * size),
        lighter(eyes.colour, 0.35),
        soft=0.04,
        within=white,
        strength=0.8,
    )
    canvas.fill(
        ellipse(x, y - 0.95 * size, 1.3 * size, 0.5 * size),
        darker(eyes.colour, 0.6),
        soft=0.03,
        within=white,
        strength=0.8,
    )
    pupil = ellipse(x, y, max(0.13, eyes.pupil) * size, size * (0.66 + 0.1 * eyes.pupil))
    canvas.fill(pupil, INK, soft=0.004, within=white)
    if eyes.open < 0.9:
        drop = (0.7 - eyes.open) * 1.5 * size
        lid = ellipse(x, y + drop - size, 1.6 * size, size)
        canvas.fill(lid + np.array([0.0, 0.1 * size]), INK, within=white)
        canvas.fill(lid, mix(coat.base, INK, 0.18), within=white)
        return
    canvas.fill(ellipse(x - 0.28 * size, y - 0.3 * size, 0.19 * size, 0.2 * size), WHITE)
    canvas.fill(
        ellipse(x + 0.3 * size, y + 0.36 * size, 0.1 * size, 0.1 * size), WHITE, strength=0.7
    )


def draw_round_eye(
    canvas: Canvas, x: float, y: float, size: float, colour: Colour, dark_coat: bool
) -> None:
    """Draw a round eye with a large pupil, as dogs and rabbits have."""
    if dark_coat:
        canvas.fill(ellipse(x, y, 1.4 * size, 1.35 * size), lighter(INK, 0.35), soft=0.02)
    canvas.fill(ellipse(x, y, 1.18 * size, 1.12 * size), INK, soft=0.006)
    iris = canvas.fill(ellipse(x, y, size, size), colour)
    canvas.fill(
        ellipse(x, y + 0.5 * size, 0.7 * size, 0.4 * size),
        lighter(colour, 0.3),
        soft=0.02,
        within=iris,
        strength=0.7,
    )
    canvas.fill(ellipse(x, y, 0.6 * size, 0.62 * size), INK)
    canvas.fill(ellipse(x - 0.3 * size, y - 0.34 * size, 0.24 * size, 0.24 * size), WHITE)


def draw_muzzle(canvas: Canvas, y: float, width: float, height: float, colour: Colour) -> None:
    """Draw two soft cheek pads side by side below a nose."""
    for side in (-1.0, 1.0):
        pad = ellipse(side * 0.48 * width, y, 0.62 * width, height)
        region = canvas.fill(tufted(pad, canvas.rng, 0.025), colour, 0.02, strength=0.85)
        canvas.hair(region, radial(0.0, y - height), length=0.05, strength=0.14)
        canvas.shade(region, 0.28)


def draw_nose(canvas: Canvas, y: float, width: float, height: float, colour: Colour) -> None:
    """Draw a rounded triangle nose whose top is at `y`."""
    outline = smooth(
        [
            (-0.5 * width, y + 0.05 * height),
            (0.0, y - 0.05 * height),
            (0.5 * width, y + 0.05 * height),
            (0.38 * width, y + 0.5 * height),
            (0.0, y + height),
            (-0.38 * width, y + 0.5 * height),
        ]
    )
    canvas.fill(outline, darker(colour, 0.45), soft=0.01)
    region = canvas.fill(outline * (0.88, 1.0), colour)
    canvas.shade(region, 0.45)
    gloss = ellipse(-0.12 * width, y + 0.2 * height, 0.13 * width, 0.1 * height)
    canvas.fill(gloss, WHITE, soft=0.006, strength=0.6)


def draw_mouth(canvas: Canvas, y: float, width: float, drop: float, colour: Colour) -> None:
    """Draw the line below a nose and the two bows of a mouth."""
    canvas.fill(ribbon([(0.0, y), (0.0, y + drop)], [0.02, 0.02]), colour)
    for side in (-1.0, 1.0):
        bow = bend(
            (0.0, y + drop), (side * 0.55 * width, y + drop + 0.5 * width), (side * width, y)
        )
        canvas.fill(ribbon(bow[::2][:-1], [0.022, 0.024, 0.008]), colour)


def draw_tongue(canvas: Canvas, y: float, width: float, length: float) -> None:
    """Draw a hanging tongue that begins at `y`."""
    region = canvas.fill(ellipse(0.0, y + 0.4 * length, 0.5 * width, 0.6 * length), PINK)
    canvas.shade(region, 0.5)
    crease = ribbon([(0.0, y), (0.0, y + 0.6 * length)], [0.016, 0.008])
    canvas.fill(crease, darker(PINK, 0.35))


def draw_whiskers(canvas: Canvas, y: float, length: float, dark: bool) -> None:
    """Draw three or four whiskers on each side, beginning near (0.2, y)."""
    rng = canvas.rng
    colour = INK if dark else WHITE
    for side in (-1.0, 1.0):
        for height in np.linspace(-0.07, 0.09, rng.integers(3, 5)):
            reach = length * rng.uniform(0.85, 1.1)
            lift = 1.7 * height + rng.normal(0.0, 0.03)
            line = [
                (side * 0.2, y + height),
                (side * (0.2 + 0.5 * reach), y + height + lift - 0.03),
                (side * (0.2 + reach), y + height + 2.2 * lift + 0.05),
            ]
            canvas.fill(ribbon(line, [0.02, 0.014, 0.005]), colour, strength=0.85)
            dot = ellipse(side * rng.uniform(0.1, 0.24), y + height, 0.012, 0.012)
            canvas.fill(dot, INK, strength=0.6)


def pointed_ear(
    base_out: Point,
    tip: Point,
    base_in: Point,
    bulge: float = 0.12,
) -> Outline:
    """Return a triangular ear with bulging sides and a sharp tip."""
    a, b, c = (np.asarray(p, dtype=float) for p in (base_out, tip, base_in))
    middle = (a + c) / 2
    out = bend(a, (a + b) / 2 + bulge * _away((a + b) / 2 - middle), b)
    back = bend(b, (b + c) / 2 + bulge * 0.6 * _away((b + c) / 2 - middle), c)
    root = bend(c, middle - 0.8 * (b - middle) * 0.35, a)
    return np.vstack([out, back[1:], root[1:-1]])


def _away(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return vector / (float(np.linalg.norm(vector)) + 1e-9)


def draw_ear_inside(canvas: Canvas, outline: Outline, coat: Coat, size: float = 0.72) -> None:
    """Draw the bare pink inside of an ear and the hairs over it."""
    rng = canvas.rng
    tip = outline[np.argmin(outline[:, 1])]
    root = 0.75 * outline.mean(axis=0) + 0.25 * np.array(
        [np.mean(outline[:, 0]), outline[:, 1].max()]
    )
    skin = mix(PINK, coat.tips, 0.5 if coat.dark else 0.35)
    inner = (outline - root) * size + root
    region = canvas.fill(inner, skin, soft=0.02)
    canvas.shade(region, 0.5)
    low = root + 0.12 * (root - tip)
    for shift in rng.uniform(-0.3, 0.3, 6):
        across = np.array([tip[1] - root[1], root[0] - tip[0]]) * shift
        start = low + 0.6 * across
        end = start + (tip - root) * rng.uniform(0.35, 0.65) - 0.3 * across
        canvas.fill(ribbon([start, end], [0.045, 0.008]), coat.pale, 0.004, strength=0.75)
