"""Backgrounds: rooms, meadows, skies and plain colours, the same for both classes."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from tools.drawn_images.palette import (
    ACCENTS,
    COATS,
    GREENS,
    SKIES,
    WALLS,
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

Size = tuple[int, int]


def ink(colour: Colour) -> tuple[int, int, int]:
    """Return a colour as Pillow takes it, 0 to 255."""
    red, green, blue = (int(255 * min(max(part, 0.0), 1.0)) for part in colour.tolist())
    return red, green, blue


def cloudy(rng: np.random.Generator, size: Size, cells: int) -> NDArray[np.float32]:
    """Return smooth noise between about -1 and 1, with `cells` waves across."""
    width, height = size
    coarse = rng.normal(0.0, 0.5, (cells + 1, cells + 1)).astype(np.float32)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def blend(size: Size, top: Colour, bottom: Colour, angle: float = 0.0) -> Image.Image:
    """Return a gradient from one colour to another; angle 0 runs downwards."""
    y, x = np.mgrid[0:48, 0:48] / 47
    along = (x - 0.5) * np.sin(angle) + (y - 0.5) * np.cos(angle) + 0.5
    part = np.clip(along, 0, 1)[..., None]
    return _image(top * (1 - part) + bottom * part).resize(size, Image.Resampling.BICUBIC)


def _image(colours: NDArray[np.floating]) -> Image.Image:
    return Image.fromarray((np.clip(colours, 0, 1) * 255).astype(np.uint8), "RGB")


def _grain(rng: np.random.Generator, image: Image.Image, cells: int, amount: float) -> Image.Image:
    noise = cloudy(rng, image.size, cells)[..., None] * amount
    return _image(np.asarray(image, dtype=np.float32) / 255 * (1 + noise))


def _plain(rng: np.random.Generator, size: Size) -> Image.Image:
    colour = pick(rng, WALLS + COATS)
    other = mix(colour, pick(rng, WALLS + COATS), rng.uniform(0.2, 0.8))
    return _grain(rng, blend(size, colour, other, rng.uniform(0, 2 * np.pi)), 6, 0.08)


def _wall(rng: np.random.Generator, size: Size) -> Image.Image:
    colour = pick(rng, WALLS)
    wall = _grain(rng, blend(size, lighter(colour, 0.12), darker(colour, 0.12)), 8, 0.05)
    if rng.random() < 0.35:
        pen = ImageDraw.Draw(wall)
        stripe = int(rng.integers(26, 60))
        tone = ink(mix(colour, pick(rng, WALLS), 0.3))
        for x in range(0, size[0], 2 * stripe):
            pen.rectangle((x, 0, x + stripe, size[1]), fill=tone)
    return wall


def _floor_line(rng: np.random.Generator, size: Size) -> int:
    return int(size[1] * rng.uniform(0.55, 0.78))


def _wooden_floor(rng: np.random.Generator, size: Size) -> Image.Image:
    image = _wall(rng, size)
    _lay_boards(rng, image, _floor_line(rng, size))
    return image


def _lay_boards(rng: np.random.Generator, image: Image.Image, top: int) -> None:
    width, height = image.size
    pen = ImageDraw.Draw(image)
    wood = pick(rng, WOODS)
    count = int(rng.integers(7, 13))
    edges = np.linspace(-0.6, 1.6, count + 1)
    for left, right in pairwise(edges):
        # Boards run towards a vanishing point above the floor.
        near = [width * left, width * right]
        far = [width * (0.5 + 0.6 * (edge - 0.5)) for edge in (left, right)]
        tone = ink(wood * rng.uniform(0.88, 1.1))
        pen.polygon([(far[0], top), (far[1], top), (near[1], height), (near[0], height)], fill=tone)
        pen.line([(far[0], top), (near[0], height)], fill=ink(darker(wood, 0.5)), width=3)
        for _ in range(5):
            place = rng.uniform(0.1, 0.9)
            u, v = (a + place * (b - a) for a, b in (far, near))
            pen.line([(u, top), (v, height)], fill=ink(wood * rng.uniform(0.82, 0.98)), width=1)
    pen.rectangle((0, top - 12, width, top), fill=ink(lighter(wood, 0.5)))
    pen.line((0, top, width, top), fill=ink(darker(wood, 0.5)), width=3)


def _carpet(rng: np.random.Generator, size: Size) -> Image.Image:
    width, height = size
    image = _wall(rng, size)
    top = _floor_line(rng, size)
    colour = pick(rng, ACCENTS + COATS)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, top, width, height), fill=ink(mix(colour, rgb("#a8a29a"), 0.35)))
    other = mix(colour, pick(rng, WALLS), 0.5)
    kind = rng.integers(3)
    for y in range(top, height, 34):
        if kind == 0:
            pen.rectangle((0, y, width, y + 12), fill=ink(other))
        elif kind == 1:
            for x in range(-20 + 26 * (((y - top) // 34) % 2), width, 52):
                pen.polygon(
                    [(x, y), (x + 18, y + 14), (x, y + 28), (x - 18, y + 14)], fill=ink(other)
                )
    return _pile(rng, image, top)


def _pile(rng: np.random.Generator, image: Image.Image, top: int) -> Image.Image:
    """Give everything below `top` the grain of a woven or furry fabric."""
    pixels = np.asarray(image, dtype=np.float32) / 255
    grain = rng.normal(0.0, 1.0, pixels.shape[:2]).astype(np.float32)
    grain = (grain + np.roll(grain, 1, axis=0) + np.roll(grain, 2, axis=0)) / 1.7
    grain[:top] = 0.0
    return _image(pixels * (1 + 0.09 * grain[..., None]))


def _sofa(rng: np.random.Generator, size: Size) -> Image.Image:
    width, height = size
    image = _wall(rng, size)
    pen = ImageDraw.Draw(image)
    fabric = pick(rng, ACCENTS + COATS + WALLS)
    fabric = mix(fabric, rgb("#8f8a84"), 0.25)
    back, seat = int(height * rng.uniform(0.08, 0.3)), int(height * rng.uniform(0.62, 0.75))
    pen.rounded_rectangle((-60, back, width + 60, height), 50, fill=ink(fabric))
    parts = int(rng.integers(2, 4))
    for k in range(parts):
        left, right = width * k / parts, width * (k + 1) / parts
        pen.rounded_rectangle(
            (left + 3, back + 14, right - 3, seat + 20), 34, fill=ink(lighter(fabric, 0.1))
        )
        pen.rounded_rectangle(
            (left + 1, seat, right - 1, height + 40), 30, fill=ink(lighter(fabric, 0.2))
        )
        pen.line((left, seat + 3, right, seat + 3), fill=ink(darker(fabric, 0.35)), width=5)
    for _ in range(int(rng.integers(0, 3))):
        _lay_pillow(rng, image, seat)
    return _pile(rng, image, back)


def _lay_pillow(rng: np.random.Generator, image: Image.Image, seat: int) -> None:
    x, half = rng.uniform(0, image.width), rng.uniform(60, 95)
    y = seat - half * 0.7
    pillow = Image.new("L", image.size)
    corners = [
        (x - half, y - half),
        (x + half, y - half * 0.8),
        (x + half * 0.9, y + half),
        (x - half, y + half * 0.9),
    ]
    ImageDraw.Draw(pillow).polygon(corners, fill=255)
    soft = pillow.filter(ImageFilter.GaussianBlur(12)).point(lambda v: 255 if v > 110 else 0)
    image.paste(ink(pick(rng, ACCENTS + WALLS)), mask=soft.filter(ImageFilter.GaussianBlur(2)))


def _meadow(rng: np.random.Generator, size: Size) -> Image.Image:
    width, height = size
    sky = pick(rng, SKIES)
    image = blend(size, sky, lighter(sky, 0.5))
    pen = ImageDraw.Draw(image)
    top = int(height * rng.uniform(0.25, 0.6))
    green = pick(rng, GREENS)
    x = np.arange(0, width + 8, 8)
    for k, lift in enumerate((50, 20)):
        wave = top - lift + 22 * np.sin(x / rng.uniform(60, 140) + rng.uniform(0, 6))
        hill = [(0, height), *zip(x.tolist(), wave.tolist(), strict=True), (width, height)]
        pen.polygon(hill, fill=ink(mix(green, sky, 0.55 - 0.25 * k)))
    pen.rectangle((0, top, width, height), fill=ink(darker(green, 0.1)))
    for y in np.sort(rng.uniform(top, height + 30, 900)):
        near = (y - top) / (height - top + 1)
        root, reach = rng.uniform(0, width), 8 + 34 * near
        tone = ink(mix(green, sky, 0.25 * (1 - near)) * rng.uniform(0.7, 1.2))
        lean = rng.normal(0, 0.35) * reach
        pen.line((root, y, root + lean, y - reach), fill=tone, width=1 + int(3 * near))
    bloom = pick(rng, [WHITE, *ACCENTS])
    for _ in range(int(rng.integers(0, 26))):
        u, v = rng.uniform(0, width), rng.uniform(top + 10, height)
        r = 2 + 7 * (v - top) / (height - top)
        pen.ellipse((u - r, v - r, u + r, v + r), fill=ink(vary(rng, bloom)))
    return image


def _sky(rng: np.random.Generator, size: Size) -> Image.Image:
    width, height = size
    sky = pick(rng, SKIES)
    clear = np.asarray(blend(size, darker(sky, 0.1), lighter(sky, 0.35)), dtype=np.float32) / 255
    noise = cloudy(rng, size, 4) + 0.5 * cloudy(rng, size, 9) + 0.25 * cloudy(rng, size, 20)
    cover = np.clip(1.4 * noise + rng.uniform(-0.3, 0.3), 0, 0.9)[..., None]
    image = _image(clear * (1 - cover) + rgb("#f7f7f5") * cover)
    top = int(height * rng.uniform(0.78, 0.88))
    ground = pick(rng, GREENS + WOODS + [rgb("#b9ad94")])
    pen = ImageDraw.Draw(image)
    pen.ellipse((-width * 0.4, top, width * 1.4, height * 1.6), fill=ink(ground))
    return image


def _bricks(rng: np.random.Generator, size: Size) -> Image.Image:
    width, height = size
    colour = pick(rng, [*WALLS, *WOODS, rgb("#a85f48"), rgb("#b5765a")])
    image = Image.new("RGB", size, ink(mix(lighter(colour, 0.35), rgb("#8a8680"), 0.3)))
    pen = ImageDraw.Draw(image)
    high = int(rng.integers(30, 48))
    for row, y in enumerate(range(0, height, high)):
        long = 2.3 * high
        for x in np.arange(-long * (0.5 * (row % 2)), width, long):
            tone = ink(colour * rng.uniform(0.85, 1.12))
            pen.rounded_rectangle((x + 2, y + 2, x + long - 2, y + high - 2), 4, fill=tone)
    image = _grain(rng, image, 40, 0.08)
    if rng.random() < 0.6:
        _lay_boards(rng, image, _floor_line(rng, size))
    return image


def _tiles(rng: np.random.Generator, size: Size) -> Image.Image:
    width, height = size
    colour = pick(rng, WALLS)
    other = mix(colour, pick(rng, WALLS + ACCENTS), 0.4)
    image = Image.new("RGB", size, ink(lighter(colour, 0.5)))
    pen = ImageDraw.Draw(image)
    side = int(rng.integers(56, 100))
    for row, y in enumerate(range(0, height, side)):
        for column, x in enumerate(range(0, width, side)):
            tone = (colour if (row + column) % 2 else other) * rng.uniform(0.95, 1.04)
            pen.rectangle((x + 2, y + 2, x + side - 2, y + side - 2), fill=ink(tone))
    return _grain(rng, image, 5, 0.06)


def _window(rng: np.random.Generator, size: Size) -> Image.Image:
    width, height = size
    image = _wall(rng, size)
    left, right = int(width * rng.uniform(0.04, 0.2)), int(width * rng.uniform(0.8, 0.96))
    top, sill = int(height * rng.uniform(-0.05, 0.1)), int(height * rng.uniform(0.66, 0.82))
    outside = _sky(rng, size) if rng.random() < 0.5 else _meadow(rng, size)
    image.paste(
        outside.filter(ImageFilter.GaussianBlur(5)).crop((left, top, right, sill)), (left, top)
    )
    pen = ImageDraw.Draw(image)
    frame = pick(rng, [WHITE, WHITE, *WOODS])
    middle = (left + right) // 2
    pen.rectangle((left, top, right, sill), outline=ink(frame), width=16)
    pen.rectangle((middle - 8, top, middle + 8, sill), fill=ink(frame))
    cross = top + int(0.35 * (sill - top))
    pen.rectangle((left, cross - 6, right, cross + 6), fill=ink(frame))
    pen.rectangle((0, sill, width, sill + 34), fill=ink(lighter(frame, 0.1)))
    pen.rectangle((0, sill + 34, width, sill + 44), fill=ink(darker(frame, 0.35)))
    return image


def _shelves(rng: np.random.Generator, size: Size) -> Image.Image:
    width, height = size
    wood = pick(rng, WOODS)
    image = Image.new("RGB", size, ink(darker(wood, 0.55)))
    pen = ImageDraw.Draw(image)
    high = int(rng.integers(120, 190))
    for shelf in range(int(rng.integers(60, 150)), height + high, high):
        x = -rng.uniform(0, 30)
        while x < width:
            thick, tall = rng.uniform(14, 40), high * rng.uniform(0.55, 0.88)
            cover = pick(rng, ACCENTS + WALLS + COATS)
            if rng.random() < 0.88:
                pen.rectangle((x, shelf - tall, x + thick - 2, shelf), fill=ink(cover))
                band = shelf - tall * rng.uniform(0.6, 0.85)
                pen.rectangle((x, band, x + thick - 2, band + 8), fill=ink(lighter(cover, 0.45)))
            x += thick
        pen.rectangle((0, shelf, width, shelf + 14), fill=ink(wood))
        pen.line((0, shelf + 14, width, shelf + 14), fill=ink(darker(wood, 0.6)), width=4)
    return image


def _lights(rng: np.random.Generator, size: Size) -> Image.Image:
    width, height = size
    first, second = pick(rng, WALLS + COATS), pick(rng, WALLS + COATS + GREENS)
    image = blend(size, darker(first, 0.3), darker(second, 0.2), rng.uniform(0, 2 * np.pi))
    for _ in range(int(rng.integers(14, 34))):
        x, y, r = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(14, 60)
        disc = Image.new("L", size)
        ImageDraw.Draw(disc).ellipse((x - r, y - r, x + r, y + r), fill=int(rng.uniform(40, 130)))
        image.paste(ink(pick(rng, ACCENTS + WALLS + SKIES)), mask=disc)
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(2, 8)))


BACKGROUNDS: list[tuple[Callable[[np.random.Generator, Size], Image.Image], float]] = [
    (_plain, 0.14),
    (_meadow, 0.14),
    (_sky, 0.06),
    (_wooden_floor, 0.13),
    (_bricks, 0.08),
    (_tiles, 0.06),
    (_carpet, 0.10),
    (_sofa, 0.12),
    (_window, 0.07),
    (_shelves, 0.05),
    (_lights, 0.05),
]


def draw_background(rng: np.random.Generator, size: Size) -> Image.Image:
    """Draw a random background, sharp or as if behind the plane of focus.

    Parameters
    ----------
    rng
        Source of randomness.
    size
        Width and height in pixels; patterns are made for a shorter side of about 410.
    """
    shares = np.array([share for _, share in BACKGROUNDS])
    kind = rng.choice(len(BACKGROUNDS), p=shares / shares.sum())
    image = BACKGROUNDS[kind][0](rng, size)
    if rng.random() < 0.6:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(1.0, 6.0)))
    return image
