"""Things: cars, houses, trees, mugs, letters and shapes, in the colours of the coats."""

import numpy as np

from tools.drawn_images.canvas import Canvas, Region, radial, slanted
from tools.drawn_images.coats import Coat, Markings, coat_part, pick_coat
from tools.drawn_images.curves import Outline, bend, box, ellipse, ribbon, smooth, turned
from tools.drawn_images.figure import Figure, finish
from tools.drawn_images.palette import (
    ACCENTS,
    BROWN,
    CREAM,
    FAWN,
    GINGER,
    GREENS,
    INK,
    WHITE,
    WOODS,
    Colour,
    darker,
    lighter,
    mix,
    pick,
    rgb,
    vary,
)

GLASS = rgb("#a9c3d0")
# Strokes of capital letters on a grid from -1 to 1; some are bent.
LETTERS: dict[str, list[list[tuple[float, float]]]] = {
    "A": [[(-0.6, 0.8), (0.0, -0.8)], [(0.0, -0.8), (0.6, 0.8)], [(-0.36, 0.25), (0.36, 0.25)]],
    "B": [
        [(-0.45, -0.8), (-0.45, 0.8)],
        [(-0.45, -0.75), (0.3, -0.7), (0.35, -0.15), (-0.4, -0.05)],
        [(-0.4, -0.05), (0.45, 0.05), (0.45, 0.7), (-0.45, 0.76)],
    ],
    "C": [[(0.5, -0.55), (0.0, -0.8), (-0.55, -0.3), (-0.55, 0.3), (0.0, 0.8), (0.5, 0.55)]],
    "E": [
        [(-0.45, -0.8), (-0.45, 0.8)],
        [(-0.45, -0.75), (0.5, -0.75)],
        [(-0.45, 0.0), (0.35, 0.0)],
        [(-0.45, 0.75), (0.5, 0.75)],
    ],
    "H": [[(-0.5, -0.8), (-0.5, 0.8)], [(0.5, -0.8), (0.5, 0.8)], [(-0.5, 0.0), (0.5, 0.0)]],
    "K": [[(-0.45, -0.8), (-0.45, 0.8)], [(0.5, -0.8), (-0.4, 0.05)], [(-0.2, -0.1), (0.55, 0.8)]],
    "M": [
        [(-0.65, 0.8), (-0.6, -0.8)],
        [(-0.6, -0.8), (0.0, 0.3)],
        [(0.0, 0.3), (0.6, -0.8)],
        [(0.6, -0.8), (0.65, 0.8)],
    ],
    "N": [[(-0.5, 0.8), (-0.5, -0.8)], [(-0.5, -0.8), (0.5, 0.8)], [(0.5, 0.8), (0.5, -0.8)]],
    "R": [
        [(-0.45, -0.8), (-0.45, 0.8)],
        [(-0.45, -0.75), (0.4, -0.7), (0.4, -0.05), (-0.4, 0.0)],
        [(-0.1, 0.0), (0.5, 0.8)],
    ],
    "S": [
        [
            (0.45, -0.6),
            (0.0, -0.8),
            (-0.45, -0.5),
            (0.0, 0.0),
            (0.45, 0.45),
            (0.0, 0.8),
            (-0.45, 0.6),
        ]
    ],
    "T": [[(-0.6, -0.75), (0.6, -0.75)], [(0.0, -0.75), (0.0, 0.8)]],
    "X": [[(-0.55, -0.8), (0.55, 0.8)], [(0.55, -0.8), (-0.55, 0.8)]],
}


def draw_car(rng: np.random.Generator) -> Figure:
    """Draw a small car in side view."""
    coat = pick_coat(rng)
    canvas = Canvas(rng)
    _draw_cabin(canvas, coat)
    trunk = smooth(
        [
            (-1.08, 0.3),
            (-1.05, 0.05),
            (-0.66, -0.08),
            (0.0, -0.12),
            (0.8, -0.1),
            (1.06, 0.08),
            (1.1, 0.4),
            (0.9, 0.5),
            (-0.9, 0.5),
        ]
    )
    body = canvas.fill(trunk, coat.base)
    canvas.shade(body, 0.6)
    canvas.fill(
        ribbon([(-1.0, 0.25), (1.02, 0.25)], [0.03, 0.03]), darker(coat.base, 0.4), within=body
    )
    canvas.fill(ribbon([(0.06, -0.1), (0.08, 0.44)], [0.016, 0.016]), darker(coat.base, 0.5))
    canvas.fill(ribbon([(0.14, 0.08), (0.28, 0.08)], [0.04, 0.04]), lighter(coat.base, 0.6))
    canvas.fill(ellipse(-1.0, 0.16, 0.07, 0.09), rgb("#f6e6a8"), within=body)
    canvas.fill(ellipse(1.04, 0.16, 0.06, 0.08), ACCENTS[0], within=body)
    _draw_wheels(canvas, coat, body)
    return finish(canvas, 0.77)


def _draw_cabin(canvas: Canvas, coat: Coat) -> None:
    rng = canvas.rng
    high = rng.uniform(-0.72, -0.5)
    roof = rng.uniform(0.35, 0.62)
    cabin = smooth(
        [(-0.62, -0.02), (-0.4, high), (0.0, high - 0.06), (roof, high), (0.78, -0.02), (0.0, 0.1)],
        steps=6,
    )
    top = canvas.fill(cabin, coat.pale if coat.white_marked else darker(coat.base, 0.1))
    canvas.shade(top, 0.45)
    for left, right in ((-0.44, 0.02), (0.1, roof + 0.06)):
        pane = smooth(
            [
                (left, -0.05),
                (left + 0.12, high + 0.16),
                (right - 0.06, high + 0.13),
                (right, -0.05),
            ],
            steps=3,
        )
        window = canvas.fill(pane, mix(GLASS, INK, 0.25), within=top)
        gloss = ribbon([(left + 0.1, -0.1), (left + 0.3, high + 0.1)], [0.08, 0.05])
        canvas.fill(gloss, WHITE, 0.01, window, 0.45)


def _draw_wheels(canvas: Canvas, coat: Coat, body: Region) -> None:
    for x in (-0.58, 0.62):
        arch = canvas.fill(ellipse(x, 0.5, 0.3, 0.28), darker(coat.base, 0.75), within=body)
        canvas.shade(arch, 0.2)
        tyre = canvas.fill(ellipse(x, 0.52, 0.25, 0.25), rgb("#2c2a2b"))
        canvas.shade(tyre, 0.5)
        hub = canvas.fill(ellipse(x, 0.52, 0.13, 0.13), rgb("#b9bcc0"))
        canvas.shade(hub, 0.5)
        canvas.fill(ellipse(x, 0.52, 0.04, 0.04), INK)


def draw_house(rng: np.random.Generator) -> Figure:
    """Draw a house with a gable, a door and windows."""
    coat = pick_coat(rng)
    canvas = Canvas(rng)
    half = rng.uniform(0.62, 0.85)
    eaves = rng.uniform(-0.25, 0.0)
    if rng.random() < 0.6:
        x = half * 0.45
        chimney = canvas.fill(box(x, -0.92, x + 0.18, -0.3), darker(coat.base, 0.4))
        canvas.shade(chimney, 0.4)
    wall = canvas.fill(box(-half, eaves - 0.05, half, 0.92), coat.base)
    for y in np.arange(eaves, 0.92, 0.11):
        board = ribbon([(-half, y), (half, y)], [0.014, 0.014])
        canvas.fill(board, darker(coat.base, 0.35), within=wall, strength=0.6)
    tiles = coat.mark if coat.pattern != "plain" else pick(rng, [*WOODS, ACCENTS[0]])
    roof = canvas.fill(np.array([(-half - 0.2, eaves), (0.0, -0.98), (half + 0.2, eaves)]), tiles)
    for y in np.arange(-0.9, eaves, 0.1):
        row = ribbon([(-1.2, y), (1.2, y)], [0.018, 0.018])
        canvas.fill(row, darker(tiles, 0.4), within=roof, strength=0.7)
    canvas.shade(roof, 0.35)
    canvas.shadow(wall, box(-half, eaves, half, eaves + 0.08), 0.03, 0.5)
    canvas.shade(wall, 0.2)
    frame = WHITE if coat.base.mean() < 0.75 else darker(coat.base, 0.55)
    for x in (-0.58 * half, 0.58 * half):
        _window(canvas, x, eaves + 0.3, 0.19, frame)
    canvas.fill(ellipse(0.0, 0.55 * eaves - 0.3, 0.13, 0.13), frame)
    canvas.fill(ellipse(0.0, 0.55 * eaves - 0.3, 0.095, 0.095), mix(GLASS, INK, 0.3))
    door_colour = pick(rng, [*WOODS, *ACCENTS[:3]])
    canvas.fill(box(-0.2, 0.28, 0.2, 0.92), frame)
    door = canvas.fill(box(-0.16, 0.32, 0.16, 0.92), door_colour)
    canvas.shade(door, 0.35)
    canvas.fill(ellipse(0.1, 0.64, 0.025, 0.025), rgb("#e0c060"))
    return finish(canvas, 0.94)


def _window(canvas: Canvas, x: float, y: float, half: float, frame: Colour) -> None:
    canvas.fill(box(x - half, y - half, x + half, y + half), frame)
    inner = 0.82 * half
    glass = canvas.fill(box(x - inner, y - inner, x + inner, y + inner), mix(GLASS, INK, 0.35))
    gloss = ribbon([(x - inner, y + 0.3 * half), (x + 0.3 * half, y - inner)], [0.08, 0.08])
    canvas.fill(gloss, WHITE, 0.01, glass, 0.4)
    for bar in (
        box(x - 0.015, y - half, x + 0.015, y + half),
        box(x - half, y - 0.015, x + half, y + 0.015),
    ):
        canvas.fill(bar, frame)


def draw_tree(rng: np.random.Generator) -> Figure:
    """Draw a leafy tree or a fir, green or in the colours of autumn."""
    canvas = Canvas(rng)
    wood = pick(rng, WOODS)
    leaf = pick(rng, [*GREENS, GINGER, GINGER, BROWN, FAWN, CREAM, WHITE])
    trunk = smooth(
        [(-0.1, -0.2), (0.1, -0.2), (0.13, 0.5), (0.28, 0.95), (-0.28, 0.95), (-0.13, 0.5)], steps=5
    )
    stem = canvas.fill(trunk, wood)
    canvas.hair(stem, slanted(1.57), length=0.16, strength=0.4)
    canvas.shade(stem, 0.6)
    if rng.random() < 0.35:
        for y, reach in ((0.55, 0.72), (0.2, 0.6), (-0.15, 0.46), (-0.45, 0.32)):
            tier = np.array([(-reach, y), (0.0, y - 0.62), (reach, y), (0.0, y + 0.12)])
            plain = Coat("plain", leaf, leaf, leaf, leaf)
            coat_part(
                canvas, smooth(tier, steps=5), plain, radial(0.0, y - 0.9), tuft=0.08, strength=0.4
            )
        return finish(canvas, 0.97)
    for x, y in rng.uniform((-0.5, -0.65), (0.5, 0.05), (11, 2)):
        _leaf_cloud(canvas, x, y, rng.uniform(0.26, 0.4), vary(rng, leaf, 0.06))
    return finish(canvas, 0.97)


def _leaf_cloud(canvas: Canvas, x: float, y: float, size: float, colour: Colour) -> None:
    rng = canvas.rng
    cloud = canvas.fill(ellipse(x, y, size, 0.85 * size), darker(colour, 0.25))
    for _ in range(36):
        angle, reach = rng.uniform(0, 2 * np.pi), size * np.sqrt(rng.random())
        u, v = x + reach * np.cos(angle), y + 0.85 * reach * np.sin(angle)
        leaf = ellipse(u, v, 0.06, 0.035, rng.uniform(0, np.pi))
        canvas.fill(leaf, np.clip(colour * rng.uniform(0.75, 1.25), 0, 1))
    canvas.shade(cloud, 0.45)


def draw_mug(rng: np.random.Generator) -> Figure:
    """Draw a mug with a handle and a printed pattern."""
    coat = pick_coat(rng)
    canvas = Canvas(rng)
    handle = ribbon(
        [(0.5, -0.35), (0.92, -0.38), (1.0, 0.1), (0.86, 0.45), (0.5, 0.5)], [0.16, 0.17, 0.16]
    )
    canvas.shade(canvas.fill(handle, coat.base), 0.6)
    low = rng.uniform(0.46, 0.6)
    side = np.vstack(
        [
            bend((-0.62, -0.6), (-0.6, 0.3), (-low, 0.8)),
            bend((-low, 0.82), (0.0, 1.02), (low, 0.82)),
            bend((low, 0.8), (0.6, 0.3), (0.62, -0.6)),
        ]
    )
    body = canvas.fill(side, coat.base)
    _print_on_mug(canvas, coat, body)
    canvas.shade(body, 0.65)
    gloss = ribbon([(-0.46, -0.3), (-0.44, 0.2), (-0.38, 0.55)], [0.05, 0.09, 0.03])
    canvas.fill(gloss, WHITE, soft=0.02, strength=0.55)
    rim = canvas.fill(ellipse(0.0, -0.6, 0.64, 0.18), lighter(coat.base, 0.25))
    canvas.shade(rim, 0.3)
    inside = canvas.fill(ellipse(0.0, -0.58, 0.56, 0.135), darker(coat.base, 0.5))
    canvas.fill(ellipse(0.0, -0.53, 0.48, 0.09), rgb("#5a3a26"), 0.01, inside)
    for x in (-0.18, 0.14):
        steam = ribbon(
            [(x, -0.66), (x + 0.1, -0.85), (x - 0.04, -1.02), (x + 0.06, -1.2)], [0.05, 0.08, 0.02]
        )
        canvas.fill(steam, WHITE, soft=0.035, strength=0.55)
    return finish(canvas, 0.92)


def _print_on_mug(canvas: Canvas, coat: Coat, body: Region) -> None:
    trim = coat.mark if coat.pattern in ("tabby", "spotted", "points", "plain") else coat.pale
    if coat.pattern in ("spotted", "calico"):
        for x, y in (
            (-0.35, -0.1),
            (0.0, 0.15),
            (0.35, -0.1),
            (-0.3, 0.45),
            (0.3, 0.45),
            (0.0, 0.65),
        ):
            canvas.fill(ellipse(x, y, 0.1, 0.1), trim, within=body)
    elif coat.pattern != "plain":
        for y in (-0.15, 0.15, 0.45):
            band = bend((-0.7, y), (0.0, y + 0.22), (0.7, y))
            canvas.fill(ribbon(band[::2], [0.1] * 2), trim, within=body, strength=0.9)


def draw_letter(rng: np.random.Generator) -> Figure:
    """Draw a thick capital letter, furry or smooth."""
    coat = pick_coat(rng)
    canvas = Canvas(rng)
    strokes = LETTERS[str(rng.choice(sorted(LETTERS)))]
    thick = rng.uniform(0.3, 0.42)
    furry = rng.random() < 0.65
    for stroke in strokes:
        line = np.array(stroke) * 0.95
        canvas.fill(ribbon(line + 0.05, [thick] * 2), darker(coat.base, 0.6), 0.01)
    for stroke in strokes:
        outline = ribbon(np.array(stroke) * 0.95, [thick] * 2)
        stripes = [
            ribbon([(-1.0, y - 0.1), (0.0, y + 0.1), (1.0, y - 0.1)], [0.08, 0.08])
            for y in np.arange(-0.8, 1.0, 0.28)
        ]
        if furry:
            coat_part(canvas, outline, coat, slanted(1.5), Markings(stripes), tuft=0.05)
        else:
            canvas.shade(canvas.fill(outline, coat.base), 0.5)
    return finish(canvas, 0.96, mirrored=False)


def draw_ball(rng: np.random.Generator) -> Figure:
    """Draw a ball: of wool, furry, or with stripes."""
    coat = pick_coat(rng)
    canvas = Canvas(rng)
    outline = ellipse(0.0, 0.06, 0.88, 0.88)
    kind = rng.integers(3)
    if kind == 0:
        stripes = [
            ribbon([(-0.9, y), (0.0, y + 0.2), (0.9, y)], [0.1, 0.1])
            for y in np.arange(-0.8, 0.9, 0.3)
        ]
        coat_part(canvas, outline, coat, radial(0.0, 0.0), Markings(stripes), tuft=0.07)
        return finish(canvas, 0.95)
    ball = canvas.fill(outline, coat.base)
    if kind == 1:
        _wind_wool(canvas, ball, coat.base)
        thread = ribbon([(0.5, 0.75), (0.9, 0.92), (1.15, 0.88), (1.28, 0.94)], [0.06, 0.06])
        canvas.shade(canvas.fill(thread, coat.base), 0.4)
    else:
        other = coat.pale if coat.white_marked else pick(rng, [WHITE, coat.mark, *ACCENTS])
        for x, control in ((-0.45, -1.1), (0.0, 0.0), (0.45, 1.1)):
            band = bend((0.3 * x, -0.82), (control * 0.85, 0.06), (0.3 * x, 0.94))
            canvas.fill(
                ribbon(band[::2], [0.03, 0.19, 0.26, 0.29, 0.26, 0.19, 0.03]), other, within=ball
            )
        gloss = ellipse(-0.36, -0.36, 0.2, 0.13, -0.7)
        canvas.fill(gloss, WHITE, soft=0.04, strength=0.7)
    canvas.shade(ball, 0.75, depth=0.7)
    return finish(canvas, 0.95)


def _wind_wool(canvas: Canvas, ball: Region, colour: Colour) -> None:
    rng = canvas.rng
    for turn in rng.uniform(0, np.pi, 7):
        for shift in np.arange(-0.6, 0.65, 0.14):
            line = turned([(-0.95, shift), (0.0, shift * 1.35 + 0.1), (0.95, shift)], turn)
            region = canvas.region(ribbon(line + np.array([0.0, 0.06]), [0.1, 0.1]), 0.0, ball)
            canvas.paint(region, darker(colour, 0.35), 0.6)
            thread = ribbon(line + np.array([0.0, 0.05]), [0.07, 0.07])
            canvas.fill(thread, np.clip(colour * rng.uniform(0.92, 1.12), 0, 1), within=ball)


def draw_shape(rng: np.random.Generator) -> Figure:
    """Draw a star, a heart, a triangle, a cube or a cushion; most are furry."""
    coat = pick_coat(rng)
    canvas = Canvas(rng)
    stripes = [
        ribbon([(x, -1.0), (x + 0.1, 0.0), (x, 1.0)], [0.1, 0.1]) for x in np.arange(-0.9, 1.0, 0.3)
    ]
    kind = str(rng.choice(["star", "heart", "triangle", "cube", "cushion"]))
    if kind == "cube":
        _draw_cube(canvas, coat)
    else:
        outline = _shape_outline(kind)
        if rng.random() < 0.3:
            canvas.shade(canvas.fill(outline, coat.base), 0.6)
        else:
            coat_part(canvas, outline, coat, radial(0.0, 0.0), Markings(stripes), tuft=0.06)
    return finish(canvas, 0.92)


def _shape_outline(kind: str) -> Outline:
    if kind == "star":
        t = np.arange(10) * np.pi / 5 - np.pi / 2
        reach = np.where(np.arange(10) % 2 == 0, 1.0, 0.45)
        return np.column_stack([reach * np.cos(t), reach * np.sin(t) + 0.08])
    if kind == "heart":
        t = np.linspace(0, 2 * np.pi, 60, endpoint=False)
        x = np.sin(t) ** 3
        y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) / 16
        return np.column_stack([0.95 * x, 0.9 * y])
    if kind == "triangle":
        return smooth(
            [(0.0, -0.95), (0.5, 0.0), (0.95, 0.88), (0.0, 0.9), (-0.95, 0.88), (-0.5, 0.0)]
        )
    return smooth(
        [
            (-0.9, -0.75),
            (0.0, -0.62),
            (0.9, -0.75),
            (0.8, 0.0),
            (0.9, 0.8),
            (0.0, 0.7),
            (-0.9, 0.8),
            (-0.8, 0.0),
        ]
    )


def _draw_cube(canvas: Canvas, coat: Coat) -> None:
    top = np.array([(-0.85, -0.45), (0.05, -0.8), (0.9, -0.5), (0.0, -0.1)])
    left = np.array([(-0.85, -0.45), (0.0, -0.1), (0.0, 0.9), (-0.8, 0.5)])
    right = np.array([(0.0, -0.1), (0.9, -0.5), (0.85, 0.45), (0.0, 0.9)])
    tones = (lighter(coat.base, 0.3), coat.base, darker(coat.base, 0.35))
    for face, tone in zip((top, left, right), tones, strict=True):
        region = canvas.fill(face, tone)
        canvas.hair(region, slanted(0.3), length=0.15, strength=0.2)
        x, y = face.mean(axis=0)
        canvas.fill(ellipse(x, y, 0.14, 0.12), coat.pale, within=region, strength=0.8)
        canvas.shade(region, 0.2)
