"""An image file becomes a (side, side, 3) array of uint8. Nothing else in the package decodes."""

import io
import logging
import stat
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from catclf.errors import ImageError
from catclf.images import heic, limits
from catclf.images.bounds import MEGAPIXELS, MEMORY
from catclf.images.preprocessing import SMALLEST, Images, Preprocessing
from catclf.images.rgb import to_rgb
from catclf.parallel import cores, map_on_threads

T = TypeVar("T")
R = TypeVar("R")

# Formats that Pillow decodes by itself and that come as images. Others would start programs
# (EPS: Ghostscript) or are not what people call images (fonts, films, measurements).
_FORMATS = frozenset(
    "AVIF BMP DDS DIB GIF ICNS ICO JPEG JPEG2000 MPO PCX PNG PPM PSD QOI SGI SUN TGA TIFF WEBP XBM "
    "XPM".split()
) | {heic.FORMAT}

# Images decoded together; no more results than this wait to be taken.
_BATCH = 128

_JPEG_START = b"\xff\xd8\xff"

_BUDGET = limits.Budget(MEMORY)

_EXIF_MAKE, _EXIF_MODEL, _EXIF_ORIENTATION = 0x010F, 0x0110, 0x0112
_EXIF_DETAILS, _EXIF_TIME, _EXIF_SERIAL_NUMBER = 0x8769, 0x9003, 0xA431
_TURN = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Pillow logs some damage as errors, which would reach the terminal of a program that did not set up
# logging. Damage that matters also raises an exception.
logging.getLogger("PIL").addHandler(logging.NullHandler())


def load_image(source: Path | bytes, preprocessing: Preprocessing) -> Images:
    """Decode one image.

    EXIF orientation is applied, transparency is composited on white, and an animation is its first
    frame.

    Parameters
    ----------
    source : Path or bytes
        An image file, or its content.
    preprocessing : Preprocessing
        How to bring it to side × side.

    Returns
    -------
    uint8 array (side, side, 3)
        Red, green and blue.

    Raises
    ------
    ImageError
        If the file is missing, unsupported or damaged, or would take more than 1 GiB of memory, or
        too long.
    """
    return _alone(lambda: _decode(source, [preprocessing]))


def load_to_show(source: Path | bytes, side: int) -> Images:
    """Decode an image for display, in its own proportions.

    Parameters
    ----------
    source : Path or bytes
        An image file, or its content.
    side : int
        The most pixels along its longer side.

    Returns
    -------
    uint8 array (height, width, 3)
        Red, green and blue.

    Raises
    ------
    ImageError
        As `load_image`.
    """

    def reduced(image: Image.Image) -> Image.Image:
        image.thumbnail((side, side))
        return image

    return _alone(lambda: _decoded(source, [(side, reduced)]))


def load_whole(source: Path | bytes) -> Images:
    """Decode an image in its own size.

    Parameters
    ----------
    source : Path or bytes
        An image file, or its content.

    Returns
    -------
    uint8 array (height, width, 3)
        Red, green and blue.

    Raises
    ------
    ImageError
        As `load_image`.
    """
    return _alone(lambda: _decoded(source, [(0, lambda image: image)]))


def format_and_size(path: Path) -> tuple[str, tuple[int, int]]:
    """Format, width and height of an image file, from its first bytes.

    Parameters
    ----------
    path : Path
        A file that `load_image` can decode.

    Returns
    -------
    str, (int, int)
        A name like "JPEG"; width and height in pixels.

    Raises
    ------
    ImageError
        If it can no longer be opened.
    """
    with _safe_pillow(), _image_errors(), _opened(path) as image:
        return str(image.format), image.size


class Decoded(NamedTuple):
    """An image, brought to one or several sizes."""

    views: list[Images]
    """The image, once for each way to resize it."""
    size: tuple[int, int]
    """Width and height that the file says it has, in pixels."""

    @property
    def is_small(self) -> bool:
        """Whether the file has too few pixels along a side to show much."""
        return min(self.size) < SMALLEST


class Capture(NamedTuple):
    """What a camera wrote into a photograph of its making."""

    camera: str
    """Maker, model and, where there is one, serial number."""
    time: str
    """When it was taken, as "2026:11:24 09:30:00" if it is as EXIF wants it."""


def captures(paths: Sequence[Path]) -> list[Capture | None]:
    """The EXIF data of photographs that tell when and by which camera they were taken.

    Parameters
    ----------
    paths : sequence of Path
        Image files.

    Returns
    -------
    list of Capture or None
        None for a file that does not name both camera and time, or cannot be read.
    """
    with _safe_pillow():
        return list(map_on_threads(_capture, paths, cores()))


def load_images(
    sources: Sequence[Path | bytes], preprocessing: Preprocessing
) -> Iterator[Images | ImageError]:
    """Decode many images, on all cores.

    Parameters
    ----------
    sources : sequence of Path or bytes
        Image files, or their contents.
    preprocessing : Preprocessing
        How to bring them to side × side.

    Yields
    ------
    image or error
        What `load_image` would return or raise for each, in order.
    """
    for outcome in load_views(sources, [preprocessing]):
        yield outcome if isinstance(outcome, ImageError) else outcome.views[0]


def load_views(
    sources: Sequence[Path | bytes], preprocessings: Sequence[Preprocessing]
) -> Iterator[Decoded | ImageError]:
    """Decode many images, on all cores, and bring each to several sizes.

    Parameters
    ----------
    sources : sequence of Path or bytes
        Image files, or their contents.
    preprocessings : sequence of Preprocessing
        Ways to make an image square. A file is decoded once, but for a JPEG that they want at
        different scales.

    Yields
    ------
    Decoded or error
        For each source, in order: what `load_image` would return for each preprocessing, or the
        error that it would raise.
    """
    for start in range(0, len(sources), _BATCH):
        batch = sources[start : start + _BATCH]
        yield from _on_threads(lambda source: _views_or_error(source, preprocessings), batch)


def resize_images(images: Images, preprocessing: Preprocessing) -> Images:
    """Resize decoded images to side × side.

    Parameters
    ----------
    images : uint8 array (m, h, w, 3)
        Images of the same size.
    preprocessing : Preprocessing
        How to make them square.

    Returns
    -------
    uint8 array (m, side, side, 3)
        The array itself if it already has that size.
    """
    if images.shape[1:] == preprocessing.shape:
        return images
    resized = np.empty((len(images), *preprocessing.shape), np.uint8)  # (m, side, side, 3)

    def fill(i: int) -> None:
        resized[i] = np.asarray(_resized(Image.fromarray(images[i]), to=preprocessing))

    map_on_threads(fill, range(len(images)), cores())
    return resized


def reduce_images(images: Images) -> Images:
    """Reduce square images of any side to 64 × 64, for features and near duplicates.

    Parameters
    ----------
    images : uint8 array (m, side, side, 3)
        Images.

    Returns
    -------
    uint8 array (m, 64, 64, 3)
        The array itself if it already has that size.
    """
    return resize_images(images, Preprocessing())


@contextmanager
def _safe_pillow() -> Iterator[None]:
    """Silence Pillow's warnings, and stop it from decoding what is too large.

    Its own limit covers images inside others, as in an icon: Pillow warns above the limit and
    refuses above twice the limit. Both switches are global to all threads.
    """
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = MEGAPIXELS * 1_000_000 // 2
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _on_threads(decode: Callable[[T], R], sources: Sequence[T]) -> list[R]:
    """What a function decodes of sources, on all cores.

    Never on the calling thread, where an interrupt might leave `_BUDGET` locked.
    """
    with _safe_pillow():
        return map_on_threads(decode, sources, cores(), caller_works=False)


def _alone(decode: Callable[[], Decoded]) -> Images:
    (decoded,) = _on_threads(lambda _: decode(), [None])
    return decoded.views[0]


def _views_or_error(
    source: Path | bytes, preprocessings: Sequence[Preprocessing]
) -> Decoded | ImageError:
    try:
        return _decode(source, preprocessings)
    except ImageError as error:
        return error


def _decode(source: Path | bytes, preprocessings: Sequence[Preprocessing]) -> Decoded:
    return _decoded(
        source,
        [(p.side * p.jpeg_oversampling, partial(_resized, to=p)) for p in preprocessings],
        crops=any(p.resize == "crop" for p in preprocessings),
    )


def _decoded(
    source: Path | bytes,
    wanted: Sequence[tuple[int, Callable[[Image.Image], Image.Image]]],
    *,
    crops: bool = False,
) -> Decoded:
    """An image, (height, width, 3), after each of several ways to resize it.

    A JPEG may be decoded at a smaller scale that leaves so many pixels along each side; 0 forbids
    that. One of the ways may crop the image first.
    """
    with _image_errors(), ExitStack() as reserved:
        if isinstance(source, Path) and not stat.S_ISREG(source.stat().st_mode):
            raise ImageError("not a regular file")
        return _within_limits(source, wanted, reserved, crops=crops)


@contextmanager
def _image_errors() -> Iterator[None]:
    """Turn whatever Pillow raises into `ImageError`."""
    try:
        yield
    except ImageError:
        raise
    except UnidentifiedImageError:
        raise ImageError("unsupported or damaged image") from None
    except Image.DecompressionBombError:
        raise ImageError(f"more than {MEGAPIXELS} megapixels") from None
    except FileNotFoundError:
        raise ImageError("no such file") from None
    except MemoryError:
        raise ImageError("not enough memory to decode it") from None
    except Exception as error:
        # Pillow's readers meet damage with all kinds of exceptions, from struct.error to KeyError.
        if isinstance(error, OSError) and error.strerror:
            raise ImageError(error.strerror.lower()) from error
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ImageError(f"cannot be decoded ({reason})") from error


def _within_limits(
    source: Path | bytes,
    wanted: Sequence[tuple[int, Callable[[Image.Image], Image.Image]]],
    reserved: ExitStack,
    *,
    crops: bool,
) -> Decoded:
    """What `_decoded` returns; memory stays reserved until what this function holds is free."""
    by_size: dict[tuple[int, int], tuple[Image.Image, Image.Transpose | None]] = {}
    results = []
    for least, resize in wanted:
        with _opened(source) as image:
            if image.format not in _FORMATS:
                raise ImageError(f"{image.format} files are not supported")
            nominal = image.size
            scans = limits.count_scans(image)
            limits.check_time(image, scans)
            if least:
                image.draft(None, (least, least))  # does nothing unless it is a JPEG
            size = image.size
            if size not in by_size:
                needed = limits.check_memory(image, nominal, scans, crops)
                reserved.close()  # as two threads that hold some and want more wait for ever
                reserved.enter_context(_BUDGET.reserved(needed))
                by_size[size] = to_rgb(image), _TURN.get(_orientation(image))
            rgb, turn = by_size[size]
            small = resize(rgb)
            results.append(np.array(small if turn is None else small.transpose(turn)))
    return Decoded(results, nominal)


def _opened(source: Path | bytes) -> Image.Image:
    """An image whose pixels are not decoded yet."""
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        return Image.open(file)
    except UnidentifiedImageError:
        if not heic.is_heic(file):
            raise
        return heic.open_heic(file)
    except Image.DecompressionBombError:
        # For a JPEG, its size says little of what it takes to decode.
        if not _starts_as_jpeg(file):
            raise
        if isinstance(file, io.BytesIO):
            file.seek(0)
        return JpegImageFile(file)


def _starts_as_jpeg(file: Path | io.BytesIO) -> bool:
    if isinstance(file, Path):
        with file.open("rb") as opened:
            return opened.read(3) == _JPEG_START
    return file.getvalue()[:3] == _JPEG_START


def _resized(image: Image.Image, to: Preprocessing) -> Image.Image:
    if to.resize == "crop":
        width, height = image.size
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        image = image.crop((left, top, left + side, top + side))
    # Along the width, and then along the height: the two passes do not commute, as each rounds to
    # bytes, and in one call Pillow 13 begins with the height where that is quicker.
    wide = image.resize((to.side, image.height), Image.Resampling.BICUBIC)
    return wide.resize((to.side, to.side), Image.Resampling.BICUBIC)


def _capture(path: Path) -> Capture | None:
    try:
        with _opened(path) as image:
            exif = image.getexif()
            details = exif.get_ifd(_EXIF_DETAILS)
        names = [exif.get(_EXIF_MAKE), exif.get(_EXIF_MODEL), details.get(_EXIF_SERIAL_NUMBER)]
        camera = " ".join(str(name).strip("\0 ") for name in names if name)
        time = str(details.get(_EXIF_TIME, "")).strip("\0 ")
    except Exception:  # of any kind: Pillow's readers meet damage, and the image may be fine
        return None
    return Capture(camera, time) if camera and time else None


def _orientation(image: Image.Image) -> int:
    """EXIF orientation, 1 to 8; 1 if the EXIF block is damaged, as the image may be fine."""
    try:
        return int(image.getexif().get(_EXIF_ORIENTATION, 1))
    except Exception:
        return 1
