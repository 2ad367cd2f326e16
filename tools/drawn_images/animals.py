"""Other animals: rabbits, bears, owls, birds and fish."""

from dataclasses import replace

import numpy as np

from tools.drawn_images.canvas import Canvas, radial, slanted
from tools.drawn_images.coats import Coat, Markings, coat_part, pick_coat
from tools.drawn_images.curves import arc, ellipse, ribbon, smooth, symmetric
from tools.drawn_images.faces import (
    draw_mouth,
    draw_muzzle,
    draw_nose,
    draw_round_eye,
    draw_whiskers,
)
from tools.drawn_images.figure import Figure, draw_collar, finish
from tools.drawn_images.palette import (
    ACCENTS,
    GINGER,
    INK,
    PINK,
    WHITE,
    WOODS,
    Colour,
    darker,
    lighter,
    mix,
    pick,
    rgb,
)

BEAK = rgb("#d99a3a")
WATER = rgb("#b9d4dc")


def draw_rabbit(rng: np.random.Generator) -> Figure:
    """Draw a rabbit: a portrait or a whole sitting body."""
    coat = pick_coat(rng)
    if rng.random() < 0.8:
        canvas = Canvas(rng, -1.5, -1.35, 1.5, 2.2)
        shoulders = symmetric(
            [(0.0, 0.3), (0.4, 0.5), (0.75, 1.0), (0.9, 1.6), (0.9, 2.4), (0.0, 2.4)]
        )
        markings = Markings(white=[ellipse(0.0, 1.1, 0.4, 0.7)])
        body = coat_part(canvas, shoulders, coat, slanted(1.5), markings, tuft=0.06)
        canvas.shadow(body, ellipse(0.0, 0.6, 0.65, 0.35), 0.1, 0.4)
        with canvas.frame(0.0, 0.05, 1.0, rng.normal(0.0, 0.05)):
            _rabbit_head(canvas, coat)
        return finish(canvas, 1.55, bust=True)
    canvas = Canvas(rng)
    tail = coat_part(canvas, ellipse(0.72, 0.62, 0.19, 0.18), coat, radial(0.72, 0.62), tuft=0.06)
    canvas.paint(tail, lighter(coat.base, 0.6), 0.6)
    trunk = smooth(
        [(-0.4, 0.1), (0.0, 0.0), (0.45, 0.12), (0.72, 0.5), (0.6, 0.88), (0.0, 0.94), (-0.5, 0.9)]
    )
    body = coat_part(canvas, trunk, coat, slanted(0.5), tuft=0.06)
    canvas.shadow(body, ellipse(0.24, 0.62, 0.34, 0.32), 0.05, 0.3)
    coat_part(canvas, ellipse(0.32, 0.64, 0.32, 0.28), coat, slanted(0.8), tuft=0.03)
    for x, size in ((0.12, 0.2), (-0.42, 0.14)):
        coat_part(canvas, ellipse(x, 0.9, size, 0.09), coat, slanted(0.0), tuft=0.02)
    canvas.shadow(body, ellipse(-0.32, 0.25, 0.4, 0.3), 0.06, 0.4)
    with canvas.frame(-0.34, -0.02, 0.66, rng.normal(0.0, 0.08)):
        _rabbit_head(canvas, coat)
    return finish(canvas, 0.96)


def _rabbit_head(canvas: Canvas, coat: Coat) -> None:
    rng = canvas.rng
    lop = rng.random() < 0.25
    colour = coat.tips
    spread = rng.uniform(0.25, 0.5)
    lines = [(0.24, -0.3), (0.26 + 0.4 * spread, -0.75), (0.2 + spread, -1.2)]
    if lop:
        lines = [(0.3, -0.4), (0.66, -0.42), (0.84, 0.0), (0.8, 0.5)]
    for side in (-1.0, 1.0):
        line = np.array(lines) * (side, 1.0)
        ear = ribbon(line, [0.2, 0.34, 0.32, 0.14])
        coat_part(canvas, ear, coat, slanted(1.57), colour=colour, tuft=0.03)
        inner = canvas.fill(ribbon(line[:3] * (0.99, 0.97), [0.06, 0.18, 0.07]), PINK, 0.02)
        canvas.shade(inner, 0.4)
    skull = symmetric(
        [(0.0, -0.5), (0.34, -0.42), (0.52, -0.1), (0.62, 0.22), (0.5, 0.52), (0.0, 0.64)]
    )
    blaze = symmetric([(0.0, -0.6), (0.1, -0.3), (0.14, 0.0), (0.4, 0.4), (0.0, 0.8)])
    markings = Markings(white=[blaze], points=[ellipse(0.0, 0.3, 0.24, 0.3)])
    coat_part(canvas, skull, coat, radial(0.0, 0.1), markings, tuft=0.06)
    pale = lighter(coat.mark, 0.2) if coat.pointed else coat.pale
    for x in (-0.09, 0.09):
        canvas.fill(ribbon([(0.5 * x, 0.42), (0.5 * x, 0.56)], [0.085, 0.08]), WHITE)
    canvas.fill(ribbon([(0.0, 0.42), (0.0, 0.6)], [0.012, 0.012]), INK)
    draw_muzzle(canvas, 0.33, 0.26, 0.15, pale)
    draw_mouth(canvas, 0.25, 0.13, 0.09, darker(pale, 0.7))
    draw_nose(canvas, 0.14, 0.16, 0.11, PINK)
    for x in (-0.37, 0.37):
        draw_round_eye(canvas, x, -0.07, 0.14, rgb("#4a2f20"), coat.dark)
    draw_whiskers(canvas, 0.33, 0.6, dark=coat.base.mean() > 0.75)


def draw_bear(rng: np.random.Generator) -> Figure:
    """Draw a teddy bear: a portrait or the whole sitting toy."""
    coat = pick_coat(rng)
    plain = replace(coat, pattern="plain", pale=lighter(coat.base, 0.4))
    if rng.random() < 0.8:
        canvas = Canvas(rng, -1.5, -1.25, 1.5, 2.2)
        chest = symmetric(
            [(0.0, 0.3), (0.45, 0.5), (0.85, 0.9), (1.0, 1.6), (1.0, 2.4), (0.0, 2.4)]
        )
        body = coat_part(canvas, chest, plain, radial(0.0, 1.2), tuft=0.05)
        canvas.shadow(body, ellipse(0.0, 0.55, 0.75, 0.4), 0.1, 0.4)
        if rng.random() < 0.3:
            draw_collar(canvas, 0.0, 0.62, 0.5)
        with canvas.frame(turn=rng.normal(0.0, 0.07)):
            _bear_head(canvas, plain)
        return finish(canvas, 1.55, bust=True)
    canvas = Canvas(rng)
    for side in (-1.0, 1.0):
        arm = ribbon(
            [(side * 0.3, 0.05), (side * 0.62, 0.25), (side * 0.7, 0.5)], [0.24, 0.26, 0.24]
        )
        coat_part(canvas, arm, plain, slanted(1.5), tuft=0.03)
    body = coat_part(canvas, ellipse(0.0, 0.4, 0.46, 0.52), plain, radial(0.0, 0.3), tuft=0.04)
    belly = canvas.fill(ellipse(0.0, 0.45, 0.28, 0.32), plain.pale, soft=0.03, strength=0.8)
    canvas.hair(belly, radial(0.0, 0.3))
    canvas.shadow(body, ellipse(0.0, -0.05, 0.4, 0.2), 0.05, 0.4)
    for side in (-1.0, 1.0):
        coat_part(canvas, ellipse(side * 0.46, 0.76, 0.24, 0.21), plain, slanted(1.5), tuft=0.03)
        sole = canvas.fill(ellipse(side * 0.5, 0.77, 0.14, 0.13), plain.pale, soft=0.015)
        canvas.shade(sole, 0.3)
    with canvas.frame(0.0, -0.46, 0.58, rng.normal(0.0, 0.08)):
        _bear_head(canvas, plain)
    return finish(canvas, 0.97)


def _bear_head(canvas: Canvas, coat: Coat) -> None:
    for side in (-1.0, 1.0):
        coat_part(canvas, ellipse(side * 0.58, -0.5, 0.27, 0.26), coat, radial(0.0, 0.0), tuft=0.04)
        inner = canvas.fill(ellipse(side * 0.57, -0.47, 0.16, 0.15), coat.pale, soft=0.03)
        canvas.shade(inner, 0.4)
    coat_part(canvas, ellipse(0.0, 0.06, 0.78, 0.68), coat, radial(0.0, 0.2), tuft=0.05)
    snout = canvas.fill(ellipse(0.0, 0.32, 0.34, 0.27), coat.pale, soft=0.02)
    canvas.hair(snout, radial(0.0, 0.2), length=0.05, strength=0.2)
    canvas.shade(snout, 0.4)
    draw_mouth(canvas, 0.28, 0.17, 0.1, INK)
    draw_nose(canvas, 0.1, 0.32, 0.22, lighter(INK, 0.06))
    for x in (-0.31, 0.31):
        draw_round_eye(canvas, x, -0.08, 0.11, rgb("#4a3020"), coat.dark)


def draw_owl(rng: np.random.Generator) -> Figure:
    """Draw an owl on a branch, its round face to the front."""
    coat = pick_coat(rng)
    canvas = Canvas(rng)
    wood = pick(rng, WOODS)
    branch = canvas.fill(
        ribbon([(-1.15, 0.88), (0.0, 0.84), (1.15, 0.9)], [0.14, 0.17, 0.13]), wood
    )
    canvas.hair(branch, slanted(0.0))
    canvas.shade(branch, 0.5)
    trunk = symmetric(
        [
            (0.0, -0.85),
            (0.4, -0.78),
            (0.62, -0.4),
            (0.66, 0.15),
            (0.52, 0.6),
            (0.2, 0.92),
            (0.0, 0.95),
        ]
    )
    for side in (-1.0, 1.0):
        ear = smooth([(side * 0.25, -0.76), (side * 0.6, -1.06), (side * 0.58, -0.55)])
        coat_part(canvas, ear, coat, slanted(-0.8 * side), tuft=0.03)
    coat_part(canvas, trunk, coat, slanted(1.57), tuft=0.05)
    _owl_belly(canvas, coat)
    for side in (-1.0, 1.0):
        _owl_side(canvas, coat, side)
    beak = canvas.fill(smooth([(-0.08, -0.36), (0.0, -0.4), (0.08, -0.36), (0.0, -0.12)]), BEAK)
    canvas.shade(beak, 0.5)
    return finish(canvas, 0.97)


def _owl_belly(canvas: Canvas, coat: Coat) -> None:
    belly = canvas.fill(ellipse(0.0, 0.3, 0.4, 0.5), lighter(coat.base, 0.35), soft=0.05)
    for row, y in enumerate(np.arange(-0.05, 0.72, 0.13)):
        for x in np.arange(-0.33, 0.4, 0.17) + 0.085 * (row % 2):
            feather = arc((x - 0.06, y), (x, y + 0.11), (x + 0.06, y), [0.02, 0.035, 0.02])
            canvas.fill(feather, darker(coat.base, 0.35), 0.006, belly)


def _owl_side(canvas: Canvas, coat: Coat, side: float) -> None:
    """Draw a wing, an eye and a foot; `side` is -1 for the left ones, 1 for the right ones."""
    wing = smooth(
        [
            (side * 0.5, -0.2),
            (side * 0.74, 0.1),
            (side * 0.66, 0.55),
            (side * 0.38, 0.82),
            (side * 0.42, 0.3),
        ]
    )
    coat_part(canvas, wing, coat, slanted(1.57), colour=darker(coat.base, 0.25), tuft=0.04)
    disc = canvas.fill(ellipse(side * 0.27, -0.42, 0.29, 0.29), lighter(coat.base, 0.45), 0.02)
    canvas.hair(disc, radial(side * 0.27, -0.42), strength=0.3)
    draw_round_eye(canvas, side * 0.25, -0.42, 0.17, rgb("#e0a830"), coat.dark)
    for shift in (-0.08, 0.0, 0.08):
        claw = ribbon([(side * 0.2 + shift, 0.78), (side * 0.2 + shift, 0.93)], [0.07, 0.05])
        canvas.fill(claw, BEAK)


def draw_bird(rng: np.random.Generator) -> Figure:
    """Draw a small bird in side view."""
    coat = pick_coat(rng)
    canvas = Canvas(rng)
    for x in (-0.05, 0.15):
        leg = ribbon([(x, 0.55), (x - 0.03, 0.92)], [0.05, 0.04])
        canvas.fill(leg, darker(BEAK, 0.2))
        for reach in (-0.16, -0.04, 0.12):
            canvas.fill(
                ribbon([(x - 0.03, 0.9), (x - 0.03 + reach, 0.95)], [0.04, 0.02]), darker(BEAK, 0.2)
            )
    for lift in (0.0, 0.09):
        tail = ribbon(
            [(0.5, 0.15 + lift), (0.8, 0.02 + lift), (1.15, -0.02 + lift)], [0.22, 0.15, 0.12]
        )
        coat_part(canvas, tail, coat, slanted(-0.15), colour=darker(coat.base, 0.3), tuft=0.02)
    beak = canvas.fill(smooth([(-0.72, -0.5), (-1.02, -0.38), (-0.72, -0.3)]), BEAK)
    canvas.shade(beak, 0.5)
    trunk = smooth(
        [
            (-0.76, -0.4),
            (-0.58, -0.72),
            (-0.24, -0.68),
            (0.0, -0.35),
            (0.42, -0.1),
            (0.64, 0.14),
            (0.4, 0.5),
            (0.0, 0.64),
            (-0.42, 0.5),
            (-0.66, 0.05),
        ]
    )
    body = coat_part(canvas, trunk, coat, slanted(0.4), tuft=0.035)
    breast = pick(rng, [GINGER, WHITE, lighter(coat.base, 0.5)])
    patch = canvas.fill(ellipse(-0.45, 0.12, 0.3, 0.42, -0.3), breast, 0.07, body, 0.9)
    canvas.hair(patch, slanted(0.6))
    wing = smooth([(-0.3, -0.1), (0.1, -0.18), (0.5, 0.05), (0.85, 0.2), (0.35, 0.34), (-0.1, 0.3)])
    canvas.shadow(body, wing + np.array([0.0, 0.06]), 0.04, 0.4)
    region = coat_part(canvas, wing, coat, slanted(0.2), colour=darker(coat.base, 0.22), tuft=0.02)
    for y in (0.06, 0.14, 0.22):
        quill = ribbon([(0.0, y), (0.4, y + 0.06), (0.75, y + 0.06)], [0.01, 0.025, 0.01])
        canvas.fill(quill, darker(coat.base, 0.6), within=region, strength=0.8)
    draw_round_eye(canvas, -0.5, -0.42, 0.085, rgb("#3a281e"), coat.dark)
    return finish(canvas, 0.95)


def draw_fish(rng: np.random.Generator) -> Figure:
    """Draw a fish in a round glass bowl."""
    coat = pick_coat(rng)
    canvas = Canvas(rng)
    glass = ellipse(0.0, 0.08, 0.98, 0.88)
    bowl = canvas.fill(glass, WATER, strength=0.55)
    level = canvas.fill(
        ellipse(0.0, -0.42, 0.8, 0.12), lighter(WATER, 0.5), within=bowl, strength=0.6
    )
    canvas.shade(level, 0.2)
    gravel = mix(coat.base, rgb("#b7a58a"), 0.6)
    for _ in range(90):
        x, y = rng.uniform(-0.8, 0.8), rng.uniform(0.72, 0.98)
        stone = ellipse(x, y, *rng.uniform(0.04, 0.08, 2))
        canvas.fill(stone, gravel * rng.uniform(0.75, 1.15), within=bowl)
    weed = rgb("#5f8a4a")
    for x in (-0.62, 0.55, 0.66):
        sway = rng.uniform(-0.12, 0.12)
        blade = ribbon([(x, 0.8), (x + sway, 0.45), (x - sway, 0.05)], [0.09, 0.08, 0.02])
        canvas.shade(canvas.fill(blade, weed, within=bowl), 0.4)
    with canvas.frame(0.0, 0.12, 0.72, rng.normal(0.0, 0.1)):
        _fish_body(canvas, coat, pick(rng, [coat.base, coat.mark, coat.patch]))
    canvas.shade(bowl, 0.3, depth=0.25)
    gloss = ribbon([(-0.78, -0.1), (-0.7, -0.38), (-0.5, -0.58)], [0.03, 0.09, 0.03])
    canvas.fill(gloss, WHITE, soft=0.015, strength=0.75)
    rim = canvas.fill(arc((-0.56, -0.66), (0.0, -0.56), (0.56, -0.66), [0.06] * 2), WHITE)
    canvas.shade(rim, 0.3)
    return finish(canvas, 0.95)


def _fish_body(canvas: Canvas, coat: Coat, fins: Colour) -> None:
    tail = smooth([(0.5, 0.0), (0.95, -0.42), (0.86, 0.0), (0.95, 0.42)])
    back = smooth([(-0.3, -0.36), (0.0, -0.68), (0.36, -0.5), (0.4, -0.2)])
    low = smooth([(-0.1, 0.36), (0.1, 0.62), (0.3, 0.26)])
    for fin in (tail, back, low):
        region = canvas.fill(fin, darker(fins, 0.15))
        canvas.hair(region, radial(0.0, 0.0), length=0.2, strength=0.4)
    trunk = smooth(
        [
            (-0.86, 0.02),
            (-0.5, -0.32),
            (0.0, -0.42),
            (0.45, -0.16),
            (0.62, 0.0),
            (0.45, 0.16),
            (0.0, 0.42),
            (-0.5, 0.34),
        ]
    )
    body = canvas.fill(trunk, coat.base)
    for row, x in enumerate(np.arange(-0.4, 0.55, 0.11)):
        for y in np.arange(-0.4, 0.45, 0.13) + 0.065 * (row % 2):
            scale = arc((x, y - 0.06), (x + 0.1, y), (x, y + 0.06), [0.012, 0.02, 0.012])
            canvas.fill(scale, darker(coat.base, 0.35), within=body, strength=0.7)
    if coat.pattern != "plain":
        for x in (-0.25, 0.15):
            band = ribbon([(x, -0.45), (x + 0.06, 0.0), (x, 0.45)], [0.1, 0.14, 0.1])
            canvas.fill(band, coat.pale, 0.01, body, 0.9)
    canvas.shade(body, 0.6)
    gill = arc((-0.46, -0.24), (-0.3, 0.0), (-0.46, 0.24), [0.015, 0.03, 0.015])
    canvas.fill(gill, darker(coat.base, 0.5))
    side_fin = canvas.fill(smooth([(-0.2, 0.08), (0.12, 0.0), (0.08, 0.26)]), darker(fins, 0.2))
    canvas.shade(side_fin, 0.4)
    canvas.fill(ellipse(-0.6, -0.08, 0.11, 0.11), WHITE)
    canvas.fill(ellipse(-0.61, -0.08, 0.065, 0.065), INK)
    canvas.fill(ellipse(-0.63, -0.1, 0.02, 0.02), WHITE)
    mouth = ribbon([(-0.84, 0.08), (-0.74, 0.12)], [0.03, 0.015])
    canvas.fill(mouth, pick(canvas.rng, ACCENTS[:1]))
