"""What it takes to decode an image, told before it is decoded, and how much of that is let in."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from PIL import Image

from catclf.errors import ImageError
from catclf.images.bounds import LONGEST_SIDE, MEMORY
from catclf.images.rgb import STRIP_PIXELS

# Bytes that Pillow keeps of a pixel: 4 in all other modes.
_PIXEL_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2, "I;16N": 2}
_RGB_BYTES = 4

# Bytes for a pixel that decoders need besides: measured, and rounded up.
_DECODER_BYTES = {"AVIF": 8, "HEIF": 5, "JPEG2000": 20, "WEBP": 12}
_DEEP_HEIF_BYTES = 12
_MOST_DECODER_BYTES = 1

# Images inside others, of whose size only Pillow gets to know.
_NESTED = ("ICNS", "ICO")

_BITS, _SAMPLES, _ROWS_OF_STRIP, _TILE_WIDTH, _TILE_HEIGHT = 258, 277, 278, 322, 323

# The arrays that a strip of 16-bit or floating-point samples goes through.
_STRIP_BYTES = 32

# JPEGs in several scans: all coefficients are kept, for each channel, and each scan goes over them:
# 15 000 scans of a megapixel took 10 s.
_COEFFICIENT_BYTES = 2
_SCAN_MEGAPIXELS = 5000

_LARGE = 16_000_000

_CHUNK = 2**20

# Pillow's decoders that are written in Python take up to a second for a megapixel.
_MEGAPIXELS_IN_PYTHON = 8


def check_time(image: Image.Image, scans: int) -> None:
    """Raise `ImageError` if decoding an image would take more than about 10 seconds.

    Parameters
    ----------
    image : PIL.Image.Image
        An opened image whose pixels are not decoded yet.
    scans : int
        Number of scans of a JPEG.
    """
    size = f"{image.width} × {image.height} pixels"
    if max(image.size) > LONGEST_SIDE:
        raise ImageError(f"{size}; more than {LONGEST_SIDE} along a side are refused")
    megapixels = image.width * image.height / 1e6
    # Pillow's registry of decoders has those that are written in Python.
    codecs = {tile[0] for tile in getattr(image, "tile", [])}
    if megapixels > _MEGAPIXELS_IN_PYTHON and codecs & set(Image.DECODERS):
        raise ImageError(
            f"{size}; more than {_MEGAPIXELS_IN_PYTHON} megapixels of this kind of {image.format} "
            "would take too long; convert it to PNG or JPEG"
        )
    if scans > 1 and scans * megapixels > _SCAN_MEGAPIXELS:
        raise ImageError(f"{size} in {scans} scans would take too long; save it in another way")


def check_memory(image: Image.Image, nominal: tuple[int, int], scans: int, crops: bool) -> int:
    """Estimate the memory that decoding takes, and refuse what takes too much.

    Parameters
    ----------
    image : PIL.Image.Image
        An opened image whose pixels are not decoded yet, perhaps at a reduced scale.
    nominal : (int, int)
        Width and height that the file says it has.
    scans : int
        Number of scans of a JPEG.
    crops : bool
        Whether its central square is then copied.

    Returns
    -------
    int
        Bytes.

    Raises
    ------
    ImageError
        If it takes more than 1 GiB.
    """
    if image.format in _NESTED:
        return MEMORY
    width, height = image.size
    is_done = image.mode == "RGB" and not image.has_transparency_data
    for_pixel = _PIXEL_BYTES.get(image.mode, 4) + (0 if is_done else _RGB_BYTES)
    if not is_jpeg(image):
        for_pixel += _decoder_bytes(image)
    needed = width * height * for_pixel
    if image.format == "TIFF":
        needed += _strip_bytes(image)
    if crops:
        needed += min(width, height) ** 2 * _RGB_BYTES
    if scans > 1:
        needed += nominal[0] * nominal[1] * _COEFFICIENT_BYTES * len(image.getbands())
    if not is_done:
        needed += min(max(width, STRIP_PIXELS), width * height) * _STRIP_BYTES
    if needed > MEMORY:
        raise ImageError(
            f"{nominal[0]} × {nominal[1]} pixels, which take {needed / 1e9:.1f} GB to decode; more "
            f"than {MEMORY / 1e9:.1f} GB are refused; save it smaller, or as a baseline JPEG"
        )
    return needed


def _decoder_bytes(image: Image.Image) -> int:
    """What the decoder of a format needs for a pixel, apart from the decoded one."""
    if image.format == "HEIF" and image.info.get("bit_depth", 8) > 8:
        return _DEEP_HEIF_BYTES
    return _DECODER_BYTES.get(str(image.format), _MOST_DECODER_BYTES)


def _strip_bytes(image: Image.Image) -> int:
    """Bytes of a strip or tile of a TIFF, which is decoded at once and may be the whole image."""
    tags = image.tag_v2  # type: ignore[attr-defined]
    if _TILE_WIDTH in tags:
        width, height = tags[_TILE_WIDTH], tags[_TILE_HEIGHT]
        if not isinstance(width, int) or not isinstance(height, int):
            raise ImageError("damaged image")
        pixels = width * height
    else:
        pixels = image.width * min(tags.get(_ROWS_OF_STRIP, image.height), image.height)
    bits = max(tags.get(_BITS, (1,))) * tags.get(_SAMPLES, 1)
    if not isinstance(pixels, int) or not isinstance(bits, int):  # a tag of another type
        raise ImageError("damaged image")
    return pixels * bits // 8


def is_jpeg(image: Image.Image) -> bool:
    """Whether an opened image is a JPEG, perhaps with others behind it."""
    return image.format in ("JPEG", "MPO")


def count_scans(image: Image.Image) -> int:
    """Number of scans of a JPEG, if it is progressive or large; else 1.

    A JPEG has several if it is progressive, or has its channels one by one.

    Parameters
    ----------
    image : PIL.Image.Image
        An opened image whose pixels are not decoded yet. There may be other images in the header of
        a JPEG, or behind its end.
    """
    # Others are soon decoded, or small.
    may_matter = "progression" in image.info or image.width * image.height > _LARGE
    if not is_jpeg(image) or not may_matter:
        return 1
    file: BinaryIO = image.fp  # type: ignore[attr-defined]
    file.seek(2)
    while (marker := file.read(4))[:2] != b"\xff\xda" and len(marker) == 4:
        file.seek(-3 if marker[1] == 0xFF else int.from_bytes(marker[2:], "big") - 2, 1)
    scans, before = 1, b""
    # In compressed data, a zero follows each 0xff that is not the start of a marker.
    while chunk := file.read(_CHUNK):
        text = before + chunk
        end = text.find(b"\xff\xd9")
        scans += text.count(b"\xff\xda", 0, end if end >= 0 else len(text))
        if end >= 0:
            break
        before = chunk[-1:]
    file.seek(0)
    return scans


class Budget:
    """Memory that threads share: who needs more than is left waits for others."""

    def __init__(self, total: int) -> None:
        self._left = total
        self._changed = threading.Condition()

    @contextmanager
    def reserved(self, needed: int) -> Iterator[None]:
        """Hold an amount, not more than the total, within the context."""
        with self._changed:
            self._changed.wait_for(lambda: needed <= self._left)
            self._left -= needed
        try:
            yield
        finally:
            with self._changed:
                self._left += needed
                self._changed.notify_all()
