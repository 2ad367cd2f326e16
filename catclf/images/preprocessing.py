"""What a picture is, once it is decoded, and the recipe by which it got that way."""

from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from catclf.errors import SettingsError

Pictures = NDArray[np.uint8]
"""Pictures (m, 64, 64, 3), or one of them without the first axis."""

SIDE = 64
"""Width and height, in pixels, of every picture that a model sees."""

FITS = ("stretch", "crop")

_LARGEST_OVERSAMPLING = 64


class Images(Protocol):
    """Pictures (m, 64, 64, 3) of uint8: an array, or what gives such arrays for slices."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(m, 64, 64, 3)."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """uint8."""

    def __len__(self) -> int:
        """Number of pictures."""

    def __getitem__(self, rows: slice, /) -> Pictures:
        """Some of the pictures."""


@dataclass(frozen=True)
class PictureRecipe:
    """How a picture of any size and kind becomes 64 × 64 RGB; stored in the model.

    Parameters
    ----------
    fit : {"stretch", "crop"}
        Stretch the whole picture to the square, as the course does, or take its centre square.
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
        """Shape of a picture's array: height, width, channels."""
        return SIDE, SIDE, 3

    def to_dict(self) -> dict[str, Any]:
        """The recipe as it stands in a model file."""
        return {"side": SIDE, "resample": "bicubic", **asdict(self)}

    @classmethod
    def from_dict(cls, entries: object) -> "PictureRecipe":
        """The recipe of a model file, if it is one that this version can follow to the letter.

        Parameters
        ----------
        entries : dict
            What `to_dict` gave.

        Returns
        -------
        PictureRecipe
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
                recipe = cls(fit, oversampling)
                if recipe.to_dict() == entries:
                    return recipe
        raise SettingsError("pictures are prepared in a way that this version does not know")


def mirrored(pictures: Pictures) -> Pictures:
    """Mirror images, left for right, of pictures (m, 64, 64, 3)."""
    return np.ascontiguousarray(pictures[:, :, ::-1])
