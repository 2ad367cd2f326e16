"""Cats: what all parts of one cat have in common, and its face."""

from dataclasses import dataclass

import numpy as np

from tools.drawn_images.canvas import Canvas, radial
from tools.drawn_images.coats import Coat, Markings, coat_part, pick_coat
from tools.drawn_images.curves import ellipse, mirrored, ribbon, scaled, smooth, symmetric
from tools.drawn_images.faces import (
    Eyes,
    draw_cat_eye,
    draw_ear_inside,
    draw_mouth,
    draw_muzzle,
    draw_nose,
    draw_whiskers,
    pointed_ear,
)
from tools.drawn_images.palette import INK, PINK, Colour, darker, lighter, mix, pick, rgb

EYE_COLOURS = [rgb(code) for code in ("#e8c93a", "#dcd648", "#b5cc4a", "#86bd7c", "#dc9440")]
BLUE_EYES = [rgb("#5f9fd0"), rgb("#7db4d8")]
EARS = ["upright", "wide", "folded"]


@dataclass(frozen=True)
class Cat:
    """What all parts of one cat have in common.

    Attributes
    ----------
    coat, eyes, nose
        Its colours, and how far the eyes are open.
    ears
        One of `EARS`.
    cheeks, ear_size
        Factors on the width of the face and the size of the ears.
    eye_size
        Half the width of an eye.
    fluff
        Length of the tufts of its fur.
    collar
        Whether it wears a collar.
    """

    coat: Coat
    eyes: Eyes
    ears: str
    cheeks: float
    ear_size: float
    eye_size: float
    fluff: float
    nose: Colour
    collar: bool


def pick_cat(rng: np.random.Generator) -> Cat:
    """Return a random cat."""
    coat = pick_coat(rng)
    blue = coat.pointed or (coat.base.mean() > 0.85 and rng.random() < 0.4)
    pupil = rng.uniform(0.14, 0.26) if rng.random() < 0.6 else rng.uniform(0.3, 0.55)
    opened = float(rng.choice([1.0, 0.72, 0.0], p=[0.86, 0.08, 0.06]))
    dark_nose = coat.pointed or coat.dark or (coat.pattern == "tabby" and rng.random() < 0.3)
    # Dark folded ears would look like a bear's.
    any_ears = not (coat.pointed or coat.dark)
    return Cat(
        coat=coat,
        eyes=Eyes(pick(rng, BLUE_EYES if blue else EYE_COLOURS), pupil, opened),
        ears=str(rng.choice(EARS, p=[0.78, 0.15, 0.07])) if any_ears else "upright",
        cheeks=rng.uniform(0.93, 1.1),
        ear_size=rng.uniform(0.86, 1.08),
        eye_size=rng.uniform(0.185, 0.212),
        fluff=rng.uniform(0.035, 0.09),
        nose=mix(INK, PINK, 0.2) if dark_nose else PINK,
        collar=bool(rng.random() < 0.2),
    )


def draw_head(canvas: Canvas, cat: Cat) -> None:
    """Draw a frontal cat face of about one unit radius about the origin."""
    coat = cat.coat
    if cat.ears != "folded":
        _draw_ears(canvas, cat)
    wide = cat.cheeks
    skull = symmetric(
        [
            (0.0, -0.58),
            (0.28, -0.57),
            (0.56, -0.42),
            (0.74 * wide, -0.12),
            (0.80 * wide, 0.18),
            (0.67 * wide, 0.45),
            (0.38, 0.63),
            (0.0, 0.69),
        ]
    )
    coat_part(canvas, skull, coat, radial(0.0, 0.16), _face_markings(), tuft=cat.fluff)
    if cat.ears == "folded":
        _draw_folded_ears(canvas, cat)
    _draw_features(canvas, cat)


def _draw_ears(canvas: Canvas, cat: Cat) -> None:
    coat = cat.coat
    tip = (0.68, -1.0) if cat.ears == "upright" else (0.95, -0.84)
    colour = coat.tips
    if coat.pattern == "calico":
        colour = coat.patch
    for mirror in (False, True):
        ear = pointed_ear((0.75, -0.12), tip, (0.13, -0.5))
        ear = scaled(ear, cat.ear_size, (0.45, -0.25))
        ear = mirrored(ear) if mirror else ear
        flow = radial(0.0, 0.2)
        coat_part(canvas, ear, coat, flow, colour=colour, tuft=0.6 * cat.fluff)
        if coat.pattern == "calico" and mirror:
            canvas.paint(canvas.region(ear), coat.mark)
        draw_ear_inside(canvas, ear, coat)


def _draw_folded_ears(canvas: Canvas, cat: Cat) -> None:
    coat = cat.coat
    colour = coat.tips
    for side in (-1.0, 1.0):
        flap = smooth(
            np.array([(0.24, -0.58), (0.46, -0.70), (0.74, -0.56), (0.77, -0.3), (0.56, -0.34)])
            * (side, 1.0)
        )
        shadow = canvas.region(flap + np.array([0.0, 0.05]), soft=0.03)
        canvas.paint(shadow, darker(colour, 0.6), 0.5)
        coat_part(canvas, flap, coat, radial(0.5 * side, -0.9), colour=colour, tuft=0.03)


def _face_markings() -> Markings:
    stripes = [
        ribbon([(0.0, -0.22), (0.0, -0.42), (0.0, -0.62)], [0.02, 0.07, 0.08]),
    ]
    for side in (-1.0, 1.0):
        lines = [
            [(0.16, -0.2), (0.14, -0.4), (0.2, -0.62)],
            [(0.33, -0.24), (0.33, -0.4), (0.42, -0.58)],
            [(0.54, 0.02), (0.68, 0.0), (0.9, -0.08)],
            [(0.5, 0.16), (0.64, 0.2), (0.88, 0.2)],
            [(0.5, 0.32), (0.6, 0.38), (0.76, 0.46)],
        ]
        stripes += [ribbon(np.array(line) * (side, 1.0), [0.02, 0.075, 0.06]) for line in lines]
    blaze = symmetric(
        [
            (0.0, -0.42),
            (0.06, -0.2),
            (0.13, 0.08),
            (0.4, 0.28),
            (0.42, 0.55),
            (0.2, 0.9),
            (0.0, 0.95),
        ]
    )
    return Markings(stripes, [blaze], [ellipse(0.0, 0.16, 0.36, 0.44)])


def _draw_features(canvas: Canvas, cat: Cat) -> None:
    coat = cat.coat
    if coat.pattern == "tabby":
        for side in (-1.0, 1.0):
            ring = ellipse(0.34 * side, -0.04, 0.25, 0.22)
            canvas.fill(ring, coat.pale, soft=0.04, strength=0.5)
    bridge = ribbon([(0.0, -0.2), (0.0, 0.0), (0.0, 0.2)], [0.1, 0.15, 0.2])
    canvas.fill(bridge, lighter(coat.base, 0.25), soft=0.05, strength=0.25)
    pale = mix(coat.mark, coat.pale, 0.25) if coat.pointed else coat.pale
    for side in (-1.0, 1.0):
        cheek = ellipse(0.52 * side, 0.36, 0.22, 0.2)
        canvas.fill(cheek, pale, soft=0.08, strength=0.35)
    chin = canvas.fill(ellipse(0.0, 0.53, 0.17, 0.12), pale, soft=0.03, strength=0.85)
    canvas.shade(chin, 0.3)
    draw_muzzle(canvas, 0.35, 0.27, 0.16, pale)
    line = darker(pale, 0.75)
    draw_mouth(canvas, 0.29, 0.2, 0.09, line)
    draw_nose(canvas, 0.15, 0.19, 0.14, cat.nose)
    for x in (-0.345, 0.345):
        draw_cat_eye(canvas, x, -0.05, cat.eye_size, cat.eyes, coat)
    draw_whiskers(canvas, 0.35, 0.85, dark=coat.base.mean() > 0.75 and not coat.pointed)
