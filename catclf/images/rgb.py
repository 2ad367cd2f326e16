"""Any decoded image as 8-bit RGB on white."""

from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image

from catclf.errors import ImageError

# Factor from the samples of a PNG with fewer than 8 bits to 0 … 255: Pillow scales the samples to
# 8 bits, but not the sample that stands for "transparent".
_PNG_SAMPLE_SCALE = {"1": 255, "L;2": 85, "L;4": 17}

_TIFF_BITS_PER_SAMPLE = 258

STRIP_PIXELS = 2**21
"""Pixels of a large image that are converted at once, so that what lies between takes little."""

_Convert = Callable[[Image.Image], Image.Image]


def to_rgb(image: Image.Image) -> Image.Image:
    """Convert to 8-bit RGB, with transparency composited on white.

    Grey of 9 to 16 bits is scaled so that white stays white. 32-bit integers and floating point
    have no standard white level and are stretched from their smallest to their largest value.

    Parameters
    ----------
    image : PIL.Image.Image
        An opened image, of any mode.

    Returns
    -------
    PIL.Image.Image
        Mode RGB, the same size; the image itself if nothing is to be done.

    Raises
    ------
    ImageError
        If floating-point samples are not finite.
    """
    transparent_sample = _transparent_sample(image)  # before the image is loaded
    image.load()
    if transparent_sample is not None:
        image.info["transparency"] = transparent_sample
    if image.mode == "RGB" and not image.has_transparency_data:
        return image
    convert = _conversion(image, transparent_sample)
    width, height = image.size
    if width * height <= STRIP_PIXELS:
        return convert(image)
    rgb = Image.new("RGB", image.size)
    for strip, box in _strips(image):
        rgb.paste(convert(strip), box)
    return rgb


def _conversion(image: Image.Image, transparent_sample: object) -> _Convert:
    """What makes RGB of a part of an image."""
    if image.mode.startswith("I;16") or (image.mode, image.format) == ("I", "PPM"):
        return _from_16_bit(image, transparent_sample)
    if image.mode in ("I", "F"):
        return _stretched(image)
    if image.has_transparency_data:
        return _on_white
    return lambda part: part.convert("RGB")


def _strips(image: Image.Image) -> Iterator[tuple[Image.Image, tuple[int, int, int, int]]]:
    """Horizontal strips of an image, and their places."""
    width, height = image.size
    rows = max(1, STRIP_PIXELS // width)
    for top in range(0, height, rows):
        box = (0, top, width, min(top + rows, height))
        yield image.crop(box), box


def _transparent_sample(image: Image.Image) -> int | tuple[int, ...] | None:
    """The grey or colour that a PNG declares transparent, in the range of the decoded samples."""
    sample = image.info.get("transparency")
    if image.format != "PNG" or not isinstance(sample, int | tuple) or image.mode == "P":
        return None
    raw_mode = image.tile[0].args  # type: ignore[attr-defined]
    if isinstance(sample, int):
        return sample * _PNG_SAMPLE_SCALE.get(str(raw_mode), 1)
    if "16" in str(raw_mode):
        return tuple(value >> 8 for value in sample)
    return sample


def _on_white(part: Image.Image) -> Image.Image:
    rgba = part.convert("RGBA")
    white = Image.new("RGBA", rgba.size, "white")
    return Image.alpha_composite(white, rgba).convert("RGB")


def _from_16_bit(image: Image.Image, transparent_sample: object) -> _Convert:
    white = 65535
    if image.format == "TIFF":  # the one format whose samples of 9 to 15 bits stay unscaled
        bits: int = image.tag_v2.get(_TIFF_BITS_PER_SAMPLE, (16,))[0]  # type: ignore[attr-defined]
        white = 2**bits - 1

    def convert(part: Image.Image) -> Image.Image:
        grey16 = np.asarray(part).astype(np.float32)  # (h, w)
        grey = np.rint(grey16 * (255 / white)).clip(0, 255).astype(np.uint8)
        if transparent_sample is not None:
            grey[grey16 == transparent_sample] = 255
        return Image.fromarray(grey).convert("RGB")

    return convert


def _stretched(image: Image.Image) -> _Convert:
    extremes = []
    for strip, _ in _strips(image):
        grey = np.asarray(strip)  # (h, w)
        if not np.isfinite(grey).all():
            raise ImageError("damaged: its samples are not finite numbers")
        extremes += [float(grey.min()), float(grey.max())]
    darkest = min(extremes)
    scale = 255 / ((max(extremes) - darkest) or 1)

    def convert(part: Image.Image) -> Image.Image:
        grey = np.asarray(part).astype(np.float64)  # (h, w)
        return Image.fromarray(np.rint((grey - darkest) * scale).astype(np.uint8)).convert("RGB")

    return convert
