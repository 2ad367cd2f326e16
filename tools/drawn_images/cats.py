"""Cats: portraits, and whole bodies sitting, lying, curled up and walking."""

from dataclasses import replace

import numpy as np

from tools.drawn_images.bodies import draw_limb, draw_paw, draw_shoulders
from tools.drawn_images.canvas import Canvas, Flow, Region, radial, slanted
from tools.drawn_images.cat_faces import Cat, draw_head, pick_cat
from tools.drawn_images.coats import Markings, coat_part
from tools.drawn_images.curves import Outline, Points, ellipse, ribbon, smooth, symmetric
from tools.drawn_images.faces import pointed_ear
from tools.drawn_images.figure import Figure, draw_collar, finish
from tools.drawn_images.palette import darker


def _head_at(canvas: Canvas, cat: Cat, x: float, y: float, scale: float, turn: float) -> None:
    with canvas.frame(x, y, scale, turn):
        draw_head(canvas, cat)


def _across(points: list[tuple[float, float]], length: float, width: float) -> list[Outline]:
    """Return hanging stripes that begin at the given points of a back."""
    stripes = []
    for k, (x, y) in enumerate(points):
        reach = length * (0.8 + 0.25 * (k % 2))
        line = [(x, y - 0.06), (x + 0.04, y + 0.5 * reach), (x - 0.02, y + reach)]
        stripes.append(ribbon(line, [width, width * 1.1, 0.2 * width]))
    return stripes


def _rings(line: Points, width: float) -> list[Outline]:
    """Return rings across a leg or a tail."""
    middle = smooth(line, closed=False, steps=10)
    rings = []
    for k in range(6, len(middle) - 3, 6):
        x, y = middle[k]
        dx, dy = middle[k + 1] - middle[k - 1]
        rings.append(ellipse(x, y, 0.035, width, np.arctan2(dy, dx)))
    return rings


def _limb(
    canvas: Canvas,
    cat: Cat,
    line: list[tuple[float, float]],
    widths: list[float],
    flow: Flow,
    shaded: float = 0.0,
    tuft: float = 0.03,
) -> None:
    """Draw a leg or a tail as a ribbon whose end is pointed or white-tipped."""
    x, y = line[-1]
    markings = Markings(
        stripes=_rings(line, max(widths)),
        white=[ellipse(x, y, 0.16, 0.14)],
        points=[ribbon(line[len(line) // 3 :], [1.6 * max(widths)] * 2)],
    )
    draw_limb(canvas, cat.coat, line, widths, flow, markings, shaded, tuft)


def _paw(canvas: Canvas, cat: Cat, x: float, y: float, size: float = 0.13) -> None:
    draw_paw(canvas, cat.coat, x, y, size, 0.7 * size)
    for shift in (-0.33, 0.33):
        toe = ribbon(
            [(x + shift * size, y + 0.1 * size), (x + 1.15 * shift * size, y + 0.6 * size)],
            [0.022, 0.012],
        )
        canvas.fill(toe, darker(cat.coat.paws, 0.6), strength=0.75)


def _tail_line(rng: np.random.Generator, x: float, y: float) -> list[tuple[float, float]]:
    """Return a raised, curled or hanging tail that begins at a rump's right side."""
    style = rng.integers(3)
    if style == 0:
        return [(x, y), (x + 0.22, y - 0.18), (x + 0.24, y - 0.5), (x + 0.36, y - 0.75)]
    if style == 1:
        return [
            (x, y),
            (x + 0.3, y - 0.1),
            (x + 0.38, y - 0.45),
            (x + 0.2, y - 0.62),
            (x + 0.1, y - 0.48),
        ]
    return [(x, y), (x + 0.2, y + 0.15), (x + 0.28, y + 0.5), (x + 0.42, y + 0.72)]


def draw_portrait(rng: np.random.Generator) -> Figure:
    """Draw a close-up: a frontal face above the shoulders."""
    cat = pick_cat(rng)
    canvas = Canvas(rng, -1.5, -1.25, 1.5, 2.2)
    sway = rng.uniform(-0.12, 0.12)
    stripes = [
        ribbon([(sway + side * 0.9, y), (sway + side * 0.55, y + 0.12)], [0.1, 0.03])
        for side in (-1.0, 1.0)
        for y in (0.85, 1.1, 1.35, 1.6)
    ]
    body = draw_shoulders(
        canvas, cat.coat, sway, neck=0.45, chest=0.85, fluff=cat.fluff, stripes=stripes
    )
    canvas.shadow(body, ellipse(0.0, 0.45, 0.75, 0.5), 0.1, 0.45)
    if cat.collar:
        draw_collar(canvas, sway * 0.5, 0.66, 0.56)
    _head_at(canvas, cat, 0.0, 0.0, 1.0, rng.normal(0.0, 0.05))
    return finish(canvas, 1.55, bust=True)


def draw_sitting(rng: np.random.Generator) -> Figure:
    """Draw a cat that sits upright and looks at the viewer."""
    cat = pick_cat(rng)
    canvas = Canvas(rng)
    side = rng.choice([-1.0, 1.0])
    tail = [(0.35, 0.8), (0.7, 0.82), (0.92, 0.6), (0.86, 0.3), (0.98, 0.08)]
    if rng.random() < 0.5:
        tail = [(0.35, 0.82), (0.75, 0.9), (0.95, 0.82), (1.08, 0.68)]
    with canvas.frame(mirror=side < 0):
        _limb(canvas, cat, tail, [0.17, 0.17, 0.15, 0.09], radial(0.0, 0.8), tuft=0.65 * cat.fluff)
    trunk = symmetric(
        [
            (0.0, -0.3),
            (0.26, -0.2),
            (0.36, 0.15),
            (0.5, 0.5),
            (0.56, 0.78),
            (0.4, 0.94),
            (0.0, 0.95),
        ]
    )
    stripes = [
        ribbon([(s * 0.6, y), (s * 0.25, y + 0.07)], [0.08, 0.02])
        for s in (-1.0, 1.0)
        for y in (0.0, 0.16, 0.32, 0.48)
    ]
    bib = ellipse(0.0, 0.2, 0.2, 0.45)
    markings = Markings(stripes, [bib])
    body = coat_part(canvas, trunk, cat.coat, slanted(1.5), markings, tuft=0.65 * cat.fluff)
    _draw_legs(canvas, cat, body)
    canvas.shadow(body, ellipse(0.0, -0.1, 0.4, 0.22), 0.05, 0.4)
    if cat.collar:
        draw_collar(canvas, 0.0, -0.12, 0.29)
    _head_at(canvas, cat, 0.0, -0.5, 0.5, rng.normal(0.0, 0.08))
    return finish(canvas, 0.98)


def _draw_legs(canvas: Canvas, cat: Cat, body: Region) -> None:
    """Draw thighs, paws and forelegs of a cat that sits upright."""
    for s in (-1.0, 1.0):
        thigh = ellipse(s * 0.42, 0.7, 0.2, 0.25, s * 0.25)
        canvas.shadow(body, ellipse(s * 0.34, 0.72, 0.2, 0.25), 0.05, 0.3)
        streaks = [
            ribbon([(s * 0.66, y), (s * 0.34, y + 0.04)], [0.07, 0.02]) for y in (0.55, 0.7, 0.85)
        ]
        coat_part(canvas, thigh, cat.coat, slanted(1.4), Markings(streaks), tuft=0.03)
        _paw(canvas, cat, s * 0.44, 0.92)
    for s in (-1.0, 1.0):
        leg = [(s * 0.15, 0.12), (s * 0.15, 0.5), (s * 0.14, 0.88)]
        canvas.shadow(body, ribbon(leg, [0.28, 0.26, 0.22]), 0.04, 0.35)
        _limb(canvas, cat, leg, [0.2, 0.2, 0.17], slanted(1.57), tuft=0.02)
        _paw(canvas, cat, s * 0.15, 0.92)


def draw_sitting_sideways(rng: np.random.Generator) -> Figure:
    """Draw a cat that sits in side view with its face turned to the viewer."""
    cat = pick_cat(rng)
    canvas = Canvas(rng)
    tail = [(0.55, 0.86), (0.85, 0.88), (1.05, 0.72), (1.0, 0.45), (1.12, 0.25)]
    if rng.random() < 0.5:
        tail = [(0.55, 0.84), (0.8, 0.92), (1.0, 0.9), (1.2, 0.8)]
    _limb(canvas, cat, tail, [0.18, 0.17, 0.15, 0.09], radial(0.0, 0.7), tuft=0.65 * cat.fluff)
    trunk = smooth(
        [
            (-0.38, -0.25),
            (0.0, -0.25),
            (0.35, 0.1),
            (0.62, 0.5),
            (0.66, 0.82),
            (0.4, 0.95),
            (-0.2, 0.92),
            (-0.36, 0.4),
            (-0.48, 0.05),
        ]
    )
    stripes = [
        ribbon([(x + 0.15, y), (x - 0.3, y + 0.12)], [0.09, 0.02])
        for x, y in ((0.05, -0.1), (0.25, 0.08), (0.42, 0.28), (0.55, 0.48))
    ]
    bib = ellipse(-0.38, 0.2, 0.16, 0.4)
    _limb(
        canvas,
        cat,
        [(-0.1, 0.3), (-0.1, 0.6), (-0.14, 0.9)],
        [0.2, 0.18, 0.15],
        slanted(1.57),
        0.25,
    )
    body = coat_part(
        canvas, trunk, cat.coat, slanted(1.1), Markings(stripes, [bib]), tuft=0.65 * cat.fluff
    )
    _draw_legs_sideways(canvas, cat, body)
    canvas.shadow(body, ellipse(-0.2, -0.1, 0.4, 0.24), 0.05, 0.4)
    if cat.collar:
        draw_collar(canvas, -0.22, -0.12, 0.3)
    _head_at(canvas, cat, -0.24, -0.48, 0.5, rng.normal(-0.05, 0.08))
    return finish(canvas, 0.99)


def _draw_legs_sideways(canvas: Canvas, cat: Cat, body: Region) -> None:
    """Draw the near thigh, foreleg and paws of a cat that sits in side view."""
    canvas.shadow(body, ellipse(0.28, 0.68, 0.34, 0.32), 0.05, 0.3)
    streaks = [ribbon([(0.7, y), (0.2, y + 0.05)], [0.08, 0.02]) for y in (0.55, 0.7)]
    coat_part(
        canvas,
        ellipse(0.34, 0.68, 0.31, 0.27),
        cat.coat,
        slanted(1.0),
        Markings(streaks),
        tuft=0.03,
    )
    _paw(canvas, cat, 0.1, 0.93, 0.16)
    leg = [(-0.3, 0.2), (-0.3, 0.55), (-0.34, 0.9)]
    canvas.shadow(body, ribbon(leg, [0.3, 0.28, 0.24]), 0.04, 0.35)
    _limb(canvas, cat, leg, [0.24, 0.2, 0.16], slanted(1.57), tuft=0.02)
    _paw(canvas, cat, -0.37, 0.93, 0.14)


def draw_walking(rng: np.random.Generator) -> Figure:
    """Draw a cat that walks, in side view, its face turned to the viewer."""
    cat = pick_cat(rng)
    canvas = Canvas(rng)
    stride = rng.uniform(0.06, 0.2)
    _limb(
        canvas,
        cat,
        _tail_line(rng, 0.68, -0.1),
        [0.15, 0.14, 0.13, 0.08],
        radial(0.5, 0.0),
        tuft=0.65 * cat.fluff,
    )
    far = darker(cat.coat.tips, 0.25)
    for x, lean in ((-0.38, stride), (0.5, -stride)):
        line = [(x, 0.1), (x + 0.3 * lean, 0.4), (x + lean, 0.74)]
        _limb(canvas, cat, line, [0.24, 0.16, 0.12], slanted(1.57), 0.25, tuft=0.02)
        canvas.shade(canvas.fill(ellipse(x + lean - 0.04, 0.77, 0.1, 0.06), far), 0.3)
    trunk = smooth(
        [
            (-0.72, -0.12),
            (-0.45, -0.32),
            (0.0, -0.26),
            (0.45, -0.32),
            (0.76, -0.12),
            (0.72, 0.18),
            (0.3, 0.2),
            (-0.1, 0.26),
            (-0.55, 0.24),
        ]
    )
    stripes = _across([(x, -0.3) for x in np.linspace(-0.35, 0.65, 7)], 0.4, 0.07)
    markings = Markings(stripes, [ellipse(-0.25, 0.28, 0.5, 0.12), ellipse(-0.68, 0.1, 0.15, 0.25)])
    body = coat_part(canvas, trunk, cat.coat, slanted(0.3), markings, tuft=0.65 * cat.fluff)
    canvas.shadow(body, ellipse(0.0, 0.3, 0.7, 0.1), 0.07, 0.3)
    for x, lean in ((-0.52, -stride), (0.6, stride)):
        line = [(x, 0.05), (x + 0.2 * lean, 0.42), (x + lean, 0.8)]
        _limb(canvas, cat, line, [0.3, 0.19, 0.13], slanted(1.57), tuft=0.02)
        _paw(canvas, cat, x + lean - 0.04, 0.83, 0.12)
    canvas.shadow(body, ellipse(-0.6, -0.1, 0.36, 0.3), 0.05, 0.35)
    if cat.collar:
        draw_collar(canvas, -0.6, -0.06, 0.27)
    _head_at(canvas, cat, -0.64, -0.38, 0.45, rng.normal(0.0, 0.08))
    return finish(canvas, 0.9)


def draw_lying(rng: np.random.Generator) -> Figure:
    """Draw a cat that lies like a loaf, paws in front."""
    cat = pick_cat(rng)
    canvas = Canvas(rng)
    trunk = smooth(
        [
            (-0.62, 0.0),
            (-0.2, -0.2),
            (0.3, -0.24),
            (0.76, 0.0),
            (0.92, 0.38),
            (0.72, 0.62),
            (0.0, 0.66),
            (-0.66, 0.62),
            (-0.78, 0.3),
        ]
    )
    stripes = _across([(x, -0.2) for x in np.linspace(-0.1, 0.8, 6)], 0.45, 0.075)
    markings = Markings(stripes, [ellipse(-0.5, 0.45, 0.3, 0.26)])
    body = coat_part(canvas, trunk, cat.coat, slanted(0.5), markings, tuft=0.65 * cat.fluff)
    canvas.shadow(body, ellipse(0.46, 0.42, 0.33, 0.24), 0.05, 0.25)
    streaks = _across([(x, 0.2) for x in (0.4, 0.55, 0.7)], 0.3, 0.06)
    coat_part(
        canvas, ellipse(0.55, 0.4, 0.32, 0.24), cat.coat, slanted(0.6), Markings(streaks), tuft=0.03
    )
    tail = [(0.88, 0.5), (0.8, 0.66), (0.4, 0.7), (0.05, 0.66)]
    canvas.shadow(body, ribbon(tail, [0.24, 0.24, 0.2]), 0.04, 0.3)
    _limb(canvas, cat, tail, [0.14, 0.16, 0.15, 0.1], slanted(0.0), tuft=0.65 * cat.fluff)
    for x in (-0.68, -0.3):
        _paw(canvas, cat, x, 0.62, 0.17)
    canvas.shadow(body, ellipse(-0.42, 0.2, 0.48, 0.34), 0.06, 0.4)
    _head_at(canvas, cat, -0.46, 0.0, 0.54, rng.normal(0.0, 0.08))
    return finish(canvas, 0.72)


def draw_curled(rng: np.random.Generator) -> Figure:
    """Draw a cat asleep, curled up, its tail around it."""
    cat = pick_cat(rng)
    if rng.random() < 0.7:
        cat = replace(cat, eyes=replace(cat.eyes, open=0.0))
    canvas = Canvas(rng)
    flow = _around(0.1, 0.3)
    stripes = [
        ribbon(
            [(0.1 + r * np.cos(a), 0.3 + 0.75 * r * np.sin(a)) for r in (0.95, 0.7, 0.45)],
            [0.1, 0.08, 0.02],
        )
        for a in np.linspace(-2.3, 0.9, 8)
    ]
    markings = Markings(stripes, [ellipse(-0.2, 0.55, 0.4, 0.25)])
    trunk = ellipse(0.08, 0.22, 0.92, 0.62)
    body = coat_part(canvas, trunk, cat.coat, flow, markings, tuft=0.65 * cat.fluff)
    canvas.shadow(body, ellipse(0.42, 0.4, 0.4, 0.32), 0.06, 0.25)
    coat_part(canvas, ellipse(0.5, 0.38, 0.38, 0.32), cat.coat, flow, tuft=0.03)
    tail = [(0.95, 0.4), (0.82, 0.72), (0.4, 0.84), (-0.1, 0.84), (-0.5, 0.78)]
    canvas.shadow(body, ribbon(tail, [0.26, 0.28, 0.24]), 0.04, 0.35)
    canvas.shadow(body, ellipse(-0.36, 0.36, 0.5, 0.36), 0.07, 0.4)
    _head_at(canvas, cat, -0.38, 0.34, 0.52, rng.normal(-0.25, 0.1))
    _limb(canvas, cat, tail, [0.16, 0.19, 0.19, 0.12], _around(0.1, 0.2), tuft=0.65 * cat.fluff)
    _paw(canvas, cat, -0.12, 0.78, 0.15)
    return finish(canvas, 0.9)


def _around(x: float, y: float) -> Flow:
    return lambda u, v: np.arctan2(v - y, u - x) + np.pi / 2


def draw_from_behind(rng: np.random.Generator) -> Figure:
    """Draw a sitting cat seen from behind: a pear with two ears and a tail."""
    cat = pick_cat(rng)
    coat = cat.coat
    canvas = Canvas(rng)
    trunk = symmetric(
        [
            (0.0, -0.3),
            (0.3, -0.18),
            (0.42, 0.2),
            (0.58, 0.55),
            (0.6, 0.82),
            (0.4, 0.95),
            (0.0, 0.96),
        ]
    )
    stripes = [
        ribbon([(s * 0.6, y + 0.08), (s * 0.08, y)], [0.09, 0.03])
        for s in (-1.0, 1.0)
        for y in np.linspace(-0.1, 0.75, 6)
    ]
    stripes.append(ribbon([(0.0, -0.3), (0.0, 0.9)], [0.09, 0.07]))
    coat_part(canvas, trunk, coat, slanted(1.57), Markings(stripes), tuft=0.65 * cat.fluff)
    tail = [(0.0, 0.86), (0.35, 0.98), (0.75, 0.92), (0.95, 0.7), (0.88, 0.5)]
    _limb(canvas, cat, tail, [0.18, 0.18, 0.16, 0.1], radial(0.3, 0.6), tuft=0.65 * cat.fluff)
    colour = coat.tips
    with canvas.frame(0.0, -0.5, 0.5, rng.normal(0.0, 0.12)):
        for side in (-1.0, 1.0):
            ear = pointed_ear((0.75, -0.12), (0.68, -1.0), (0.13, -0.5)) * (side, 1.0)
            coat_part(canvas, ear, coat, radial(0.0, 0.2), colour=colour, tuft=0.03)
        skull = ellipse(0.0, 0.05, 0.78, 0.64)
        lines = [ribbon([(x, -0.5), (0.8 * x, 0.3)], [0.09, 0.05]) for x in (-0.3, 0.0, 0.3)]
        coat_part(canvas, skull, coat, radial(0.0, -0.9), Markings(lines), tuft=0.65 * cat.fluff)
    return finish(canvas, 0.99)
