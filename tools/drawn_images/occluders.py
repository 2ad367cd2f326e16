"""Things in front of a figure: a plank, a cushion, grass, a curtain, a plant."""

import numpy as np
from PIL import Image

from tools.drawn_images.canvas import PIXELS_PER_UNIT, Canvas, slanted
from tools.drawn_images.curves import box, ellipse, ribbon, smooth, symmetric
from tools.drawn_images.palette import (
    ACCENTS,
    COATS,
    GREENS,
    WALLS,
    WOODS,
    darker,
    lighter,
    mix,
    pick,
)


def _plank(canvas: Canvas, half_x: float, half_y: float) -> None:
    rng = canvas.rng
    top = half_y * rng.uniform(0.68, 0.84)
    wood = pick(rng, WOODS)
    board = canvas.fill(box(-half_x - 0.2, top, half_x + 0.2, half_y + 0.3), wood)
    canvas.hair(board, slanted(0.0), length=0.4, strength=0.35)
    for y in np.arange(top + 0.22, half_y, 0.24):
        canvas.fill(box(-half_x, y, half_x, y + 0.015), darker(wood, 0.55), within=board)
    canvas.fill(box(-half_x, top, half_x, top + 0.035), lighter(wood, 0.35), within=board)


def _cushion(canvas: Canvas, half_x: float, half_y: float) -> None:
    rng = canvas.rng
    x = half_x * rng.uniform(-0.6, 0.6)
    y = half_y * rng.uniform(0.98, 1.08)
    colour = mix(pick(rng, ACCENTS + COATS), WALLS[0], 0.25)
    half = [(0.0, -0.3), (0.9, -0.36), (0.85, 0.0), (0.9, 0.5), (0.0, 0.45)]
    outline = symmetric(half) + np.array([x, y])
    pillow = canvas.fill(outline, colour)
    for shift in np.arange(-0.8, 0.9, 0.28):
        seam = ribbon([(x + shift, y - 0.45), (x + 0.8 * shift, y + 0.5)], [0.05, 0.05])
        canvas.fill(seam, lighter(colour, 0.35), within=pillow, strength=0.7)
    canvas.shade(pillow, 0.6)


def _grass(canvas: Canvas, half_x: float, half_y: float) -> None:
    rng = canvas.rng
    green = pick(rng, GREENS)
    for root in np.arange(-half_x, half_x, 0.045):
        high = rng.uniform(0.2, 0.46)
        lean = rng.normal(0.0, 0.12)
        blade = ribbon(
            [
                (root, half_y + 0.05),
                (root + 0.3 * lean, half_y - 0.5 * high),
                (root + lean, half_y - high),
            ],
            [0.055, 0.045, 0.008],
        )
        canvas.fill(blade, np.clip(green * rng.uniform(0.65, 1.25), 0, 1))


def _curtain(canvas: Canvas, half_x: float, half_y: float) -> None:
    rng = canvas.rng
    reach = half_x * rng.uniform(0.24, 0.42)
    colour = pick(rng, ACCENTS + WALLS + COATS)
    edge = [(-half_x + reach * rng.uniform(0.85, 1.1), y) for y in np.linspace(-half_y, half_y, 5)]
    outline = np.vstack(
        [[(-half_x - 0.2, -half_y)], smooth(edge, closed=False), [(-half_x - 0.2, half_y)]]
    )
    cloth = canvas.fill(outline, colour)
    for x in np.arange(-half_x, -half_x + reach, 0.12):
        fold = ribbon([(x, -half_y), (x + 0.03, 0.0), (x, half_y)], [0.05, 0.07])
        canvas.fill(fold, darker(colour, 0.4), soft=0.02, within=cloth, strength=0.55)
    canvas.shade(cloth, 0.35)


def _plant(canvas: Canvas, half_x: float, half_y: float) -> None:
    rng = canvas.rng
    green = pick(rng, GREENS)
    root = np.array([-half_x * rng.uniform(0.75, 0.95), half_y + 0.05])
    for angle in np.linspace(-2.5, -0.35, 9) + rng.normal(0.0, 0.1, 9):
        reach = rng.uniform(0.45, 0.85)
        ahead = np.array([np.cos(angle), np.sin(angle)])
        tip = root + reach * ahead + (0.0, 0.12)
        leaf = ribbon([root, root + 0.55 * reach * ahead, tip], [0.03, 0.17, 0.02])
        colour = np.clip(green * rng.uniform(0.7, 1.2), 0, 1)
        canvas.shade(canvas.fill(leaf, colour), 0.4)
        canvas.fill(ribbon([root, tip], [0.015, 0.006]), lighter(colour, 0.3))
    pot = ellipse(root[0], half_y + 0.12, 0.3, 0.28)
    canvas.shade(canvas.fill(pot, pick(rng, [*WOODS, ACCENTS[0]])), 0.5)


OCCLUDERS = [_plank, _cushion, _grass, _curtain, _plant]


def draw_occluder(rng: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    """Draw something that hides the bottom or one side of an image of the given size."""
    half_x, half_y = (length / 2 / PIXELS_PER_UNIT for length in size)
    canvas = Canvas(rng, -half_x, -half_y, half_x, half_y)
    draw = OCCLUDERS[rng.choice(len(OCCLUDERS))]
    with canvas.frame(mirror=bool(rng.random() < 0.5)):
        draw(canvas, half_x, half_y)
    return canvas.image()
