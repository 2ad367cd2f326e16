"""Small JPEG images that are part of a page, within bounds of number and bytes."""

import base64
import io
from pathlib import Path

from catclf.errors import ImageError
from catclf.images.preprocessing import Images

SIDE = 144
"""The most pixels along the longer side of a thumbnail of a file."""

_QUALITY = 78


def data_uri(image: Images) -> str:
    """An image as a JPEG inside a URI.

    Parameters
    ----------
    image : uint8 array (height, width, 3)
        An image.

    Returns
    -------
    str
        `data:image/jpeg;base64,…`; the same for the same image.
    """
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=_QUALITY, optimize=True)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


class Thumbnails:
    """The thumbnails of one page.

    Parameters
    ----------
    number : int
        The most of them.
    size : int
        The most bytes of their URIs together.
    """

    def __init__(self, number: int = 1000, size: int = 7_000_000) -> None:
        self._number, self._size = number, size

    def of_array(self, image: Images) -> str | None:
        """A thumbnail of an array (height, width, 3), as a URI; None if that is too much."""
        if self._number < 1:
            return None
        uri = data_uri(image)
        if len(uri) > self._size:
            return None
        self._number -= 1
        self._size -= len(uri)
        return uri

    def of_file(
        self, path: str | Path, side: int = SIDE, *, otherwise: Images | None = None
    ) -> str | None:
        """A thumbnail of an image file, in its own proportions.

        Parameters
        ----------
        path : str or Path
            The file.
        side : int
            The most pixels along the longer side.
        otherwise : uint8 array (height, width, 3), optional
            What to show where there is no such file, or no image in it.

        Returns
        -------
        str or None
            A URI; None if there is nothing to show, or that is too much.
        """
        if self._number < 1:
            return None
        from catclf.images.decode import load_to_show

        try:
            image = load_to_show(Path(path), side)
        except ImageError:
            if otherwise is None:
                return None
            image = otherwise
        return self.of_array(image)
