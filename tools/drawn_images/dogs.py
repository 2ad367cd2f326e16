"""Dogs: frontal faces with hanging or pointed ears, and whole bodies."""

from dataclasses import dataclass

import numpy as np

from tools.drawn_images.bodies import draw_limb, draw_paw, draw_shoulders
from tools.drawn_images.canvas import Canvas, radial, slanted
from tools.drawn_images.coats import Coat, Markings, coat_part, pick_coat
from tools.drawn_images.curves import arc, ellipse, ribbon, smooth, symmetric
from tools.drawn_images.faces import (
    draw_ear_inside,
    draw_mouth,
    draw_muzzle,
    draw_nose,
    draw_round_eye,
    draw_tongue,
    pointed_ear,
)
from tools.drawn_images.figure import Figure, draw_collar, finish
from tools.drawn_images.palette import INK, Colour, darker, lighter, mix, pick, rgb

EYE_COLOURS = [rgb(code) for code in ("#5a3a22", "#704828", "#46301f")]


@dataclass(frozen=True)
class Dog:
    """What all parts of one dog have in common.

    Attributes
    ----------
    coat, eye
        Its colours.
    hanging
        Whether the ears hang down.
    long_face
        Factor on the length of the face.
    fluff
        Length of the tufts of its fur.
    tongue, collar
        Whether its tongue and a collar are seen.
    """

    coat: Coat
    eye: Colour
    hanging: bool
    long_face: float
    fluff: float
    tongue: bool
    collar: bool


def pick_dog(rng: np.random.Generator) -> Dog:
    """Return a random dog."""
    return Dog(
        coat=pick_coat(rng),
        eye=pick(rng, EYE_COLOURS, 0.02),
        hanging=bool(rng.random() < 0.78),
        long_face=rng.uniform(0.95, 1.12),
        fluff=rng.uniform(0.03, 0.08),
        tongue=bool(rng.random() < 0.55),
        collar=bool(rng.random() < 0.2),
    )


def draw_head(canvas: Canvas, dog: Dog) -> None:
    """Draw a frontal dog face of about one unit radius about the origin."""
    coat = dog.coat
    ear_colour = coat.mark if coat.pattern != "tabby" else darker(coat.base, 0.34)
    if coat.pattern in ("plain", "bicolour", "tuxedo"):
        ear_colour = darker(coat.base, 0.25)
    if not dog.hanging:
        for side in (-1.0, 1.0):
            ear = pointed_ear((0.6, -0.2), (0.56, -1.02), (0.14, -0.52), 0.07) * (side, 1.0)
            coat_part(canvas, ear, coat, radial(0.0, 0.2), colour=ear_colour, tuft=0.03)
            draw_ear_inside(canvas, ear, coat, 0.6)
    low = dog.long_face
    skull = symmetric(
        [
            (0.0, -0.62),
            (0.3, -0.6),
            (0.54, -0.42),
            (0.64, -0.08),
            (0.58, 0.25),
            (0.44, 0.55 * low),
            (0.24, 0.74 * low),
            (0.0, 0.78 * low),
        ]
    )
    blaze = symmetric(
        [(0.0, -0.7), (0.1, -0.5), (0.09, -0.1), (0.34, 0.25), (0.4, 0.6), (0.0, 0.9)]
    )
    markings = Markings(white=[blaze], points=[ellipse(0.0, 0.25, 0.34, 0.5)])
    coat_part(canvas, skull, coat, radial(0.0, 0.1), markings, tuft=dog.fluff)
    if dog.hanging:
        _draw_hanging_ears(canvas, dog, ear_colour)
    _draw_features(canvas, dog)


def _draw_hanging_ears(canvas: Canvas, dog: Dog, colour: Colour) -> None:
    length = canvas.rng.uniform(0.35, 0.65)
    for side in (-1.0, 1.0):
        line = np.array([(0.38, -0.55), (0.68, -0.42), (0.8, 0.0), (0.74, length)]) * (side, 1.0)
        ear = ribbon(line, [0.16, 0.3, 0.36, 0.2])
        canvas.paint(canvas.region(ear * (0.97, 1.02), soft=0.04), darker(colour, 0.6), 0.4)
        coat_part(canvas, ear, dog.coat, slanted(1.57), colour=colour, tuft=dog.fluff)


def _draw_features(canvas: Canvas, dog: Dog) -> None:
    coat = dog.coat
    pale = mix(coat.mark, coat.pale, 0.2) if coat.pointed else coat.pale
    snout = canvas.fill(ellipse(0.0, 0.3, 0.4, 0.38), pale, soft=0.035, strength=0.85)
    canvas.hair(snout, radial(0.0, 0.1), length=0.06, strength=0.2)
    canvas.shade(snout, 0.35)
    if dog.tongue:
        canvas.fill(ellipse(0.0, 0.56, 0.24, 0.16), lighter(INK, 0.06), soft=0.01)
        draw_tongue(canvas, 0.6, 0.24, 0.36)
    else:
        chin = canvas.fill(ellipse(0.0, 0.55, 0.2, 0.09), pale, soft=0.02, strength=0.9)
        canvas.shade(chin, 0.3)
    draw_muzzle(canvas, 0.4, 0.34, 0.17, pale)
    draw_mouth(canvas, 0.3, 0.28, 0.16, INK)
    draw_nose(canvas, 0.06, 0.42, 0.28, lighter(INK, 0.05))
    for x in (-0.31, 0.31):
        draw_round_eye(canvas, x, -0.1, 0.125, dog.eye, coat.dark)
        brow = arc((x - 0.1, -0.3), (x, -0.38), (x + 0.1, -0.3), [0.02, 0.05, 0.02])
        tone = lighter(coat.base, 0.35) if coat.dark else darker(coat.base, 0.34)
        canvas.fill(brow, tone, soft=0.012, strength=0.6)


def _limb(
    canvas: Canvas,
    dog: Dog,
    line: list[tuple[float, float]],
    widths: list[float],
    shaded: float = 0.0,
) -> None:
    x, y = line[-1]
    markings = Markings(
        white=[ellipse(x, y, 0.16, 0.18)], points=[ribbon(line[1:], [1.8 * max(widths)] * 2)]
    )
    draw_limb(canvas, dog.coat, line, widths, slanted(1.5), markings, shaded)


def _paw(canvas: Canvas, dog: Dog, x: float, y: float, size: float = 0.14) -> None:
    draw_paw(canvas, dog.coat, x, y, size, 0.65 * size)


def draw_portrait(rng: np.random.Generator) -> Figure:
    """Draw a close-up: a frontal face above the shoulders."""
    dog = pick_dog(rng)
    canvas = Canvas(rng, -1.5, -1.25, 1.5, 2.2)
    sway = rng.uniform(-0.12, 0.12)
    body = draw_shoulders(canvas, dog.coat, sway, neck=0.4, chest=0.9, fluff=dog.fluff)
    canvas.shadow(body, ellipse(0.0, 0.55, 0.7, 0.45), 0.1, 0.45)
    if dog.collar:
        draw_collar(canvas, sway * 0.5, 0.74, 0.54)
    with canvas.frame(turn=rng.normal(0.0, 0.05)):
        draw_head(canvas, dog)
    return finish(canvas, 1.55, bust=True)


def draw_sitting(rng: np.random.Generator) -> Figure:
    """Draw a dog that sits upright and looks at the viewer."""
    dog = pick_dog(rng)
    canvas = Canvas(rng)
    _limb(canvas, dog, [(0.35, 0.82), (0.7, 0.75), (0.85, 0.45)], [0.16, 0.13, 0.07])
    trunk = symmetric(
        [(0.0, -0.3), (0.28, -0.2), (0.42, 0.15), (0.5, 0.5), (0.54, 0.8), (0.4, 0.94), (0.0, 0.95)]
    )
    markings = Markings(white=[ellipse(0.0, 0.2, 0.24, 0.45)])
    body = coat_part(canvas, trunk, dog.coat, slanted(1.5), markings, tuft=0.65 * dog.fluff)
    for side in (-1.0, 1.0):
        canvas.shadow(body, ellipse(side * 0.34, 0.74, 0.2, 0.25), 0.05, 0.3)
        coat_part(canvas, ellipse(side * 0.44, 0.74, 0.19, 0.22), dog.coat, slanted(1.4))
        _paw(canvas, dog, side * 0.48, 0.92)
    for side in (-1.0, 1.0):
        leg = [(side * 0.19, 0.12), (side * 0.19, 0.5), (side * 0.18, 0.88)]
        canvas.shadow(body, ribbon(leg, [0.3, 0.28, 0.24]), 0.04, 0.35)
        _limb(canvas, dog, leg, [0.23, 0.22, 0.19])
        _paw(canvas, dog, side * 0.18, 0.92, 0.15)
    canvas.shadow(body, ellipse(0.0, -0.08, 0.4, 0.22), 0.05, 0.4)
    if dog.collar:
        draw_collar(canvas, 0.0, -0.08, 0.3)
    with canvas.frame(0.0, -0.48, 0.52, rng.normal(0.0, 0.08)):
        draw_head(canvas, dog)
    return finish(canvas, 0.98)


def draw_standing(rng: np.random.Generator) -> Figure:
    """Draw a dog that stands in side view, its face turned to the viewer."""
    dog = pick_dog(rng)
    canvas = Canvas(rng)
    stride = rng.uniform(0.0, 0.15)
    tail = [(0.66, -0.12), (0.88, -0.3), (0.95, -0.62)]
    if rng.random() < 0.4:
        tail = [(0.66, -0.1), (0.86, 0.1), (0.92, 0.42)]
    _limb(canvas, dog, tail, [0.15, 0.13, 0.05])
    for x, lean in ((-0.36, stride), (0.48, -stride)):
        line = [(x, 0.1), (x + 0.3 * lean, 0.4), (x + lean, 0.76)]
        _limb(canvas, dog, line, [0.26, 0.18, 0.14], 0.25)
    trunk = smooth(
        [
            (-0.7, -0.2),
            (-0.4, -0.32),
            (0.1, -0.28),
            (0.55, -0.3),
            (0.74, -0.08),
            (0.7, 0.16),
            (0.3, 0.14),
            (-0.1, 0.28),
            (-0.55, 0.3),
        ]
    )
    stripes = [
        ribbon([(x, -0.35), (x + 0.05, 0.0), (x, 0.18)], [0.06, 0.06, 0.01])
        for x in np.linspace(-0.3, 0.6, 7)
    ]
    markings = Markings(stripes, [ellipse(-0.6, 0.1, 0.2, 0.3)])
    body = coat_part(canvas, trunk, dog.coat, slanted(0.3), markings, tuft=0.65 * dog.fluff)
    canvas.shadow(body, ellipse(0.0, 0.3, 0.7, 0.1), 0.07, 0.3)
    for x, lean in ((-0.52, -stride), (0.6, stride)):
        line = [(x, 0.05), (x + 0.2 * lean, 0.42), (x + lean, 0.82)]
        _limb(canvas, dog, line, [0.32, 0.2, 0.15])
        _paw(canvas, dog, x + lean - 0.04, 0.85)
    canvas.shadow(body, ellipse(-0.6, -0.1, 0.36, 0.3), 0.05, 0.35)
    if dog.collar:
        draw_collar(canvas, -0.6, -0.04, 0.29)
    with canvas.frame(-0.62, -0.42, 0.48, rng.normal(0.0, 0.08)):
        draw_head(canvas, dog)
    return finish(canvas, 0.92)


def draw_lying(rng: np.random.Generator) -> Figure:
    """Draw a dog that lies on its belly, its forelegs stretched out."""
    dog = pick_dog(rng)
    canvas = Canvas(rng)
    _limb(canvas, dog, [(0.8, 0.5), (1.0, 0.56), (1.15, 0.44)], [0.15, 0.12, 0.06])
    trunk = smooth(
        [
            (-0.6, 0.0),
            (-0.1, -0.1),
            (0.4, -0.12),
            (0.8, 0.12),
            (0.9, 0.45),
            (0.7, 0.62),
            (0.0, 0.64),
            (-0.6, 0.62),
        ]
    )
    markings = Markings(white=[ellipse(-0.5, 0.45, 0.32, 0.28)])
    body = coat_part(canvas, trunk, dog.coat, slanted(0.4), markings, tuft=0.65 * dog.fluff)
    canvas.shadow(body, ellipse(0.5, 0.4, 0.34, 0.26), 0.05, 0.25)
    coat_part(canvas, ellipse(0.58, 0.4, 0.3, 0.24), dog.coat, slanted(0.6), tuft=0.03)
    for shift in (0.0, 0.34):
        leg = [(-0.3 + shift, 0.5), (-0.6 + shift, 0.6), (-0.8 + shift, 0.6)]
        _limb(canvas, dog, leg, [0.2, 0.17, 0.15])
        _paw(canvas, dog, -0.84 + shift, 0.6, 0.15)
    canvas.shadow(body, ellipse(-0.4, 0.16, 0.45, 0.36), 0.06, 0.4)
    with canvas.frame(-0.44, -0.06, 0.56, rng.normal(0.0, 0.08)):
        draw_head(canvas, dog)
    return finish(canvas, 0.7)
