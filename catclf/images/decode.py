"""A picture file becomes a (64, 64, 3) array of uint8. Nothing else in the package decodes."""

import io
import logging
import stat
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from catclf.errors import PictureError
from catclf.images.preprocessing import SIDE, PictureRecipe, Pictures
from catclf.images.rgb import to_rgb
from catclf.parallel import cores, map_on_threads

MEGAPIXELS = 100
"""A picture with more is refused before it is decoded."""

# Formats that Pillow decodes by itself and that come as pictures. Others would start programs
# (EPS: Ghostscript) or are no pictures to most people (fonts, films, measurements).
_FORMATS = frozenset(
    "AVIF BMP DDS DIB GIF ICNS ICO JPEG JPEG2000 MPO PCX PNG PPM PSD QOI SGI SUN TGA TIFF WEBP XBM "
    "XPM".split()
)

# Pictures decoded together; no more results than that wait to be taken.
_PORTION = 128

_EXIF_ORIENTATION = 0x0112
_TURN = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Pillow logs some damage as errors, which would reach the terminal of a program that has not set up
# logging. What matters of it comes as an exception.
logging.getLogger("PIL").addHandler(logging.NullHandler())


def load_picture(source: Path | bytes, recipe: PictureRecipe) -> Pictures:
    """Decode one picture.

    EXIF orientation is applied, transparency is laid on white, and of an animation the first frame
    is taken.

    Parameters
    ----------
    source : Path or bytes
        A picture file, or what is in one.
    recipe : PictureRecipe
        How to bring it to 64 × 64.

    Returns
    -------
    uint8 array (64, 64, 3)
        Red, green and blue.

    Raises
    ------
    PictureError
        If there is no such file, or it is no picture, is damaged, or has more than 100 megapixels.
    """
    with _safe_pillow():
        return _decode(source, recipe)


def load_to_show(source: Path | bytes, side: int) -> Pictures:
    """Decode a picture for people to look at, in its own proportions.

    Parameters
    ----------
    source : Path or bytes
        A picture file, or what is in one.
    side : int
        Its longer side gets no more pixels than that.

    Returns
    -------
    uint8 array (height, width, 3)
        Red, green and blue.

    Raises
    ------
    PictureError
        As `load_picture`.
    """

    def reduced(picture: Image.Image) -> Image.Image:
        picture.thumbnail((side, side))
        return picture

    with _safe_pillow():
        return _decoded(source, side, reduced)


def format_and_size(path: Path) -> tuple[str, tuple[int, int]]:
    """Format of a picture file, and its width and height, from its first bytes.

    Parameters
    ----------
    path : Path
        A file that `load_picture` can decode.

    Returns
    -------
    str, (int, int)
        A name like "JPEG", and pixels.
    """
    with _safe_pillow(), Image.open(path) as picture:
        return str(picture.format), picture.size


def load_pictures(
    sources: Sequence[Path | bytes], recipe: PictureRecipe
) -> Iterator[Pictures | PictureError]:
    """Decode many pictures, on all cores.

    Parameters
    ----------
    sources : sequence of Path or bytes
        Picture files, or what is in them.
    recipe : PictureRecipe
        How to bring them to 64 × 64.

    Yields
    ------
    picture or error
        What `load_picture` would return or raise for each, in the order given.
    """
    for start in range(0, len(sources), _PORTION):
        portion = sources[start : start + _PORTION]
        with _safe_pillow():
            results = map_on_threads(
                lambda source: _picture_or_error(source, recipe), portion, cores()
            )
        yield from results


def resize_pictures(pictures: Pictures, recipe: PictureRecipe) -> Pictures:
    """Bring pictures that are already decoded to 64 × 64.

    Parameters
    ----------
    pictures : uint8 array (m, h, w, 3)
        Pictures of one size.
    recipe : PictureRecipe
        How to bring them to 64 × 64.

    Returns
    -------
    uint8 array (m, 64, 64, 3)
        The same array where it has that size already.
    """
    if pictures.shape[1:3] == (SIDE, SIDE):
        return pictures
    return np.stack([np.asarray(_fitted(Image.fromarray(p), recipe)) for p in pictures])


@contextmanager
def _safe_pillow() -> Iterator[None]:
    """Keep Pillow's warnings from the terminal, and Pillow from decoding what is too large.

    Its own limit also reaches pictures inside of others, as in an icon. It refuses from twice that
    number on, and warns below. Both switches are one for all threads.
    """
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = MEGAPIXELS * 1_000_000 // 2
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _picture_or_error(source: Path | bytes, recipe: PictureRecipe) -> Pictures | PictureError:
    try:
        return _decode(source, recipe)
    except PictureError as error:
        return error


def _decode(source: Path | bytes, recipe: PictureRecipe) -> Pictures:
    return _decoded(
        source, SIDE * recipe.jpeg_oversampling, lambda picture: _fitted(picture, recipe)
    )


def _decoded(
    source: Path | bytes, least: int, fit: Callable[[Image.Image], Image.Image]
) -> Pictures:
    """A picture, (height, width, 3), brought to its size by `fit`.

    A JPEG may be decoded at a smaller scale that leaves `least` pixels along each side, unless that
    is 0.
    """
    try:
        if isinstance(source, Path) and not stat.S_ISREG(source.stat().st_mode):
            raise PictureError("not an ordinary file")
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as picture:
            if picture.format not in _FORMATS:
                raise PictureError(f"{picture.format} files are not supported")
            _check_size(picture)
            if least:
                picture.draft(None, (least, least))  # does nothing unless it is a JPEG
            small = fit(to_rgb(picture))
            turn = _TURN.get(_orientation(picture))
            return np.array(small if turn is None else small.transpose(turn))
    except PictureError:
        raise
    except UnidentifiedImageError:
        raise PictureError("not a picture of a known kind") from None
    except Image.DecompressionBombError:
        raise PictureError(f"more than {MEGAPIXELS} megapixels") from None
    except FileNotFoundError:
        raise PictureError("no such file") from None
    except MemoryError:
        raise PictureError("not enough memory to decode it") from None
    except Exception as error:
        # Pillow's readers meet damage with all kinds of exceptions, from struct.error to KeyError.
        if isinstance(error, OSError) and error.strerror:
            raise PictureError(error.strerror.lower()) from error
        raise PictureError(f"cannot be decoded ({error or type(error).__name__})") from error


def _check_size(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MEGAPIXELS * 1_000_000:
        raise PictureError(
            f"{width} × {height} pixels; more than {MEGAPIXELS} megapixels are refused"
        )


def _fitted(picture: Image.Image, recipe: PictureRecipe) -> Image.Image:
    if recipe.fit == "crop":
        width, height = picture.size
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        picture = picture.crop((left, top, left + side, top + side))
    return picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def _orientation(picture: Image.Image) -> int:
    """EXIF orientation, 1 to 8. A damaged EXIF block counts as none: the picture may be fine."""
    try:
        return int(picture.getexif().get(_EXIF_ORIENTATION, 1))
    except Exception:
        return 1
