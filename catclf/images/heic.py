"""HEIC, in which many phones keep photographs: recognised by content, decoded by an extra."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from catclf.errors import ImageError

FORMAT = "HEIF"
"""What Pillow calls it."""

# What a file names after "ftyp" at its start: that it contains such images, and AVIF ones.
_BRANDS = frozenset(b"heic heix heim heis hevc hevx hevm hevs mif1 msf1".split())
_AVIF_BRANDS = frozenset(b"avif avis".split())

_START = 256

# Bytes: several times what the largest image that is not refused takes.
_LARGEST = 256 * 10**6


def is_heic(source: Path | BinaryIO) -> bool:
    """Whether a file's content is HEIC, whatever its name; not AVIF, which is similar."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            return is_heic(file)
    source.seek(0)
    start = source.read(_START)
    size = int.from_bytes(start[:4], "big")
    brands = {start[i : i + 4] for i in range(8, min(size, len(start)) - 3, 4) if i != 12}
    return start[4:8] == b"ftyp" and bool(brands & _BRANDS) and not brands & _AVIF_BRANDS


def open_heic(source: Path | BinaryIO) -> Image.Image:
    """Open a HEIC file.

    The file itself says how it is to be turned, and libheif turns it. An orientation in the EXIF
    data, which phones write as well, must not be applied once more: it reads as 1 here.

    Parameters
    ----------
    source : Path or binary file
        What `is_heic` accepts.

    Returns
    -------
    PIL.Image.Image
        Not decoded yet.

    Raises
    ------
    ImageError
        If the extra `heic` is not installed, or the file is larger than 256 MB.
    Exception
        Of any kind, if the file is damaged.
    """
    try:
        from pi_heif import HeifImageFile
    except ImportError:
        raise ImageError("HEIC images need an extra: pip install 'catclf[heic]'") from None
    content = _content(source)
    if not all(map(_is_text, _item_names(content))):
        raise ImageError("damaged: its items have names that are not text")
    image: Image.Image = HeifImageFile(io.BytesIO(content))
    return image


def _content(source: Path | BinaryIO) -> bytes:
    """The whole file, which libheif wants in memory."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            return _content(file)
    source.seek(0)
    content = source.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise ImageError(f"more than {_LARGEST // 10**6} MB")
    return content


def _item_names(content: bytes) -> Iterator[bytes]:
    """What the container says of its items' types; pi-heif crashes where that is not text."""
    for kind, start, end in _boxes(content):
        place = content.find(b"infe", start, end) if kind == b"meta" else -1
        while place >= 0:
            size = int.from_bytes(content[place - 4 : place], "big")
            version = content[place + 4]
            # After size, kind, version and flags: an id, longer from version 3 on, and an index.
            yield content[place + (12 if version < 3 else 14) : place - 4 + size]
            place = content.find(b"infe", place + 4, end)


def _boxes(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the outermost boxes of a container."""
    start = 0
    while start + 8 <= len(content):
        size = int.from_bytes(content[start : start + 4], "big")
        if size == 1:
            size = int.from_bytes(content[start + 8 : start + 16], "big")
        end = start + size if size >= 8 else len(content)  # 0: as far as the file goes
        yield content[start + 4 : start + 8], start, min(end, len(content))
        start = end


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
