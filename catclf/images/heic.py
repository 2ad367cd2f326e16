"""HEIC, in which many phones keep photographs: recognised by content, decoded by an extra."""

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
        If the extra `heic` is not installed.
    Exception
        Of any kind, if the file is damaged.
    """
    try:
        from pi_heif import HeifImageFile
    except ImportError:
        raise ImageError("HEIC images need an extra: pip install 'catclf[heic]'") from None
    if not isinstance(source, Path):
        source.seek(0)
    image: Image.Image = HeifImageFile(source)
    return image
