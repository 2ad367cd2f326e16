"""A scene: a figure before a background, partly hidden, lit and exposed."""

import numpy as np
from PIL import Image, ImageFilter

from tools.drawn_images.backgrounds import cloudy, draw_background
from tools.drawn_images.canvas import PIXELS_PER_UNIT
from tools.drawn_images.figure import Figure
from tools.drawn_images.occluders import draw_occluder

WORKING_SIDE = 412
HIDDEN_SHARE = 0.22


def image_size(rng: np.random.Generator) -> tuple[int, int]:
    """Return a random width and height in pixels, landscape or portrait."""
    short = int(rng.integers(84, 137))
    long = int(short * rng.uniform(1.0, 1.3))
    return (long, short) if rng.random() < 0.55 else (short, long)


def compose(rng: np.random.Generator, figure: Figure, size: tuple[int, int]) -> Image.Image:
    """Return an image of a figure. Images of both classes come about in this one way.

    Parameters
    ----------
    rng
        Source of randomness.
    figure
        What to show.
    size
        Width and height of the image, in pixels.
    """
    short = min(size)
    working = (WORKING_SIDE * size[0] // short, WORKING_SIDE * size[1] // short)
    layer = _place(rng, figure, working)
    scene = _draw_contrasting(rng, layer)
    scene = _cast_shadow(rng, scene, layer, figure.bust)
    scene.paste(layer, mask=layer.getchannel("A"))
    if rng.random() < HIDDEN_SHARE:
        front = draw_occluder(rng, working)
        scene = _cast_shadow(rng, scene, front, behind=True)
        scene.paste(front, mask=front.getchannel("A"))
    return _expose(rng, scene.resize(size, Image.Resampling.LANCZOS))


def _draw_contrasting(rng: np.random.Generator, layer: Image.Image) -> Image.Image:
    """Return a background from which the figure stands out."""
    pixels = np.asarray(layer.resize((48, 48)), dtype=np.float32) / 255
    figure = np.average(pixels[..., :3], axis=(0, 1), weights=np.repeat(pixels[..., 3:], 3, 2))
    for _ in range(4):
        scene = draw_background(rng, layer.size)
        behind = np.asarray(scene.resize((48, 48)), dtype=np.float32) / 255
        around = np.average(
            behind, axis=(0, 1), weights=np.repeat(1 - pixels[..., 3:], 3, 2) + 0.05
        )
        if np.abs(figure - around).max() > 0.17:
            break
    return scene


def _place(rng: np.random.Generator, figure: Figure, size: tuple[int, int]) -> Image.Image:
    """Return a sheet of the given size with the figure turned, scaled, mirrored and moved."""
    width, height = size
    if figure.bust:
        scale = min(size) / 2 * rng.uniform(0.95, 1.13)
        x = width / 2 + rng.normal(0.0, 0.025) * width
        y = height / 2 + 0.05 * scale + rng.normal(0.0, 0.025) * height
        # The shoulders must reach the lower edge of the image.
        y = max(y, height - figure.base * scale)
        turn = np.clip(rng.normal(0.0, 5.0), -18, 18)
    else:
        scale = min(size) / 2 * rng.uniform(0.76, 0.92)
        x = width / 2 + rng.normal(0.0, 0.045) * width
        ground = height * rng.uniform(0.91, 0.97)
        y = min(ground - figure.base * scale, height / 2 + 0.1 * scale)
        turn = np.clip(rng.normal(0.0, 6.0), -20, 20)
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    flip = -1.0 if figure.mirrored and rng.random() < 0.5 else 1.0
    # Pillow wants the inverse: from a pixel of the image to one of the sheet.
    step = PIXELS_PER_UNIT / scale
    back = np.array([[flip * c, flip * s], [-s, c]]) * step
    origin = np.array([-figure.left, -figure.top]) * PIXELS_PER_UNIT - back @ (x, y)
    inverse = (back[0, 0], back[0, 1], origin[0], back[1, 0], back[1, 1], origin[1])
    return figure.image.transform(
        size, Image.Transform.AFFINE, inverse, resample=Image.Resampling.BILINEAR
    )


def _cast_shadow(
    rng: np.random.Generator, scene: Image.Image, layer: Image.Image, behind: bool
) -> Image.Image:
    """Darken the ground below a figure or, for a bust, what is behind it."""
    alpha = layer.getchannel("A")
    if behind:
        shift = (int(rng.integers(-14, 15)), 12)
        cast = Image.new("L", scene.size)
        cast.paste(alpha, shift)
    else:
        left, top, right, bottom = alpha.getbbox() or (0, 0, *scene.size)
        high = max(10, (bottom - top) // 9)
        flat = alpha.crop((left, top, right, bottom)).resize((right - left, high))
        cast = Image.new("L", scene.size)
        cast.paste(flat.point(lambda v: min(255, 2 * v)), (left + 4, bottom - high))
    soft = cast.filter(ImageFilter.GaussianBlur(9))
    shade = soft.point(lambda v: int(v * 0.5))
    dark = Image.new("RGB", scene.size, (24, 20, 24))
    return Image.composite(dark, scene, shade)


def _expose(rng: np.random.Generator, image: Image.Image) -> Image.Image:
    """Give an image its light, a little blur and the noise of a small camera."""
    if rng.random() < 0.3:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.8)))
    pixels = np.asarray(image, dtype=np.float32) / 255
    # As a camera's automatic exposure: part of the way to a medium brightness.
    gain = (rng.normal(0.52, 0.05) / pixels.mean()) ** 0.4
    light = 1 + 0.1 * cloudy(rng, image.size, 1)[..., None]
    tint = 1 + rng.normal(0.0, 0.025, 3)
    pixels = (pixels * gain * light * tint - 0.5) * rng.uniform(0.92, 1.08) + 0.5
    # Highlights are compressed, not clipped.
    pixels = np.where(pixels > 0.85, 0.85 + 0.15 * np.tanh((pixels - 0.85) / 0.15), pixels)
    pixels = pixels + rng.normal(0.0, rng.uniform(0.004, 0.013), pixels.shape)
    return Image.fromarray((np.clip(pixels, 0, 1) * 255).astype(np.uint8), "RGB")
