"""Small JPEG images that are part of a page, within bounds of number and bytes."""

import base64
import io
from contextlib import suppress
from pathlib import Path

from catclf.datasets.dataset import Dataset
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


def image_to_show(dataset: Dataset, i: int) -> Images:
    """An image of a data set as people should see it.

    Parameters
    ----------
    dataset : Dataset
        The data set.
    i : int
        The image's position.

    Returns
    -------
    uint8 array (height, width, 3)
        In its own proportions, if it has a file that can be read; else as it is in memory, 64 × 64.
    """
    if dataset.has_files:
        from catclf.images.decode import load_to_show

        with suppress(ImageError):  # gone since it was read
            return load_to_show(Path(dataset.names[i]), SIDE)
    image: Images = dataset.images[i : i + 1][0]
    return image


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
            self._number = 0  # so that no more are decoded in vain
            return None
        self._number -= 1
        self._size -= len(uri)
        return uri

    def of_file(self, path: str | Path, side: int = SIDE) -> str | None:
        """A thumbnail of an image file, in its own proportions.

        Parameters
        ----------
        path : str or Path
            The file.
        side : int
            The most pixels along the longer side.

        Returns
        -------
        str or None
            A URI; None if that is too much.

        Raises
        ------
        ImageError
            If it cannot be decoded.
        """
        from catclf.images.decode import load_to_show

        return self.of_array(load_to_show(Path(path), side)) if self._number > 0 else None
