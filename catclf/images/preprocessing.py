"""What an image is, once it is decoded, and the preprocessing by which it got that way."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catclf.errors import SettingsError

Images = NDArray[np.uint8]
"""Images (m, 64, 64, 3), or one of them without the first axis."""

SIDE = 64
"""Width and height, in pixels, of every image that a model sees."""

FITS = ("stretch", "crop")

_LARGEST_OVERSAMPLING = 64


@dataclass(frozen=True)
class Preprocessing:
    """How an image of any size and kind becomes 64 × 64 RGB; stored in the model.

    Parameters
    ----------
    fit : {"stretch", "crop"}
        Stretch the whole image to the square, as the course does, or take its centre square.
    jpeg_oversampling : int
        A large JPEG is decoded at the smallest scale that leaves at least so many pixels, along
        each side, for each pixel of the result: faster, and hardly different. 0: at full size.
    """

    fit: str = "stretch"
    jpeg_oversampling: int = 2

    def __post_init__(self) -> None:
        if self.fit not in FITS:
            raise SettingsError(f"fit must be one of {', '.join(FITS)}, not {self.fit!r}")

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of an image's array: height, width, channels."""
        return SIDE, SIDE, 3

    def to_dict(self) -> dict[str, Any]:
        """The preprocessing as it stands in a model file."""
        return {"side": SIDE, "resample": "bicubic", **asdict(self)}

    @classmethod
    def from_dict(cls, entries: object) -> "Preprocessing":
        """The preprocessing of a model file, if this version can follow it to the letter.

        Parameters
        ----------
        entries : dict
            What `to_dict` gave.

        Returns
        -------
        Preprocessing
            The same.

        Raises
        ------
        SettingsError
            If it is anything else.
        """
        if isinstance(entries, dict):
            fit, oversampling = entries.get("fit"), entries.get("jpeg_oversampling")
            if (
                fit in FITS
                and type(oversampling) is int
                and 0 <= oversampling <= _LARGEST_OVERSAMPLING
            ):
                preprocessing = cls(fit, oversampling)
                if preprocessing.to_dict() == entries:
                    return preprocessing
        raise SettingsError("images are prepared in a way that this version does not know")


def mirrored(images: Images) -> Images:
    """Mirror images, left for right, of images (m, 64, 64, 3)."""
    return np.ascontiguousarray(images[:, :, ::-1])
