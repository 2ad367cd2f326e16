"""What a decoded image is, and the preprocessing that made it."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catclf.errors import SettingsError

Images = NDArray[np.uint8]
"""Images (m, side, side, 3), or one of them without the first axis."""

SIDE = 64
"""Width and height, in pixels, of the images that pixels, patches and HOG are taken from.

Fingerprints are too, whatever the side that a model works at, so that all models know each other's
images."""

IMAGE_SHAPE = (SIDE, SIDE, 3)
"""Shape of the array of such an image: height, width, channels."""

SIDES = (16, 1024)
"""The smallest and the largest side that a preprocessing can have."""

SMALLEST = 16
"""An image with fewer pixels along a side shows too little to be recognised."""

RESIZES = ("stretch", "crop")
"""Ways to make an image square."""

_LARGEST_OVERSAMPLING = 64


@dataclass(frozen=True)
class Preprocessing:
    """How an image of any size and kind becomes side × side RGB; stored in the model.

    Parameters
    ----------
    resize : {"stretch", "crop"}
        Stretch the whole image to the square, as the course does, or take its centre square.
    jpeg_oversampling : int
        A large JPEG is decoded at the smallest scale that leaves at least this many pixels, along
        each side, for each pixel of the result: faster, and hardly different. 0: full size.
    side : int
        Width and height of the result in pixels: 64, but for an encoder, which has its own.
    """

    resize: str = "stretch"
    jpeg_oversampling: int = 2
    side: int = SIDE

    def __post_init__(self) -> None:
        smallest, largest = SIDES
        if type(self.side) is not int or not smallest <= self.side <= largest:
            raise SettingsError(f"side must be from {smallest} to {largest}, not {self.side}")
        if self.resize not in RESIZES:
            raise SettingsError(f"resize must be one of {', '.join(RESIZES)}, not {self.resize!r}")

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of a result's array: height, width, channels."""
        return self.side, self.side, 3

    def at(self, side: int) -> "Preprocessing":
        """The same for another side."""
        return replace(self, side=side)

    def to_dict(self) -> dict[str, Any]:
        """The preprocessing as stored in files, where `resize` keeps its first name, `fit`."""
        return {
            "side": self.side,
            "resample": "bicubic",
            "fit": self.resize,
            "jpeg_oversampling": self.jpeg_oversampling,
        }

    @classmethod
    def from_dict(cls, entries: object) -> "Preprocessing":
        """The preprocessing stored in a file, if this version can reproduce it exactly.

        Parameters
        ----------
        entries : dict
            What `to_dict` returned.

        Returns
        -------
        Preprocessing
            The preprocessing that was stored.

        Raises
        ------
        SettingsError
            If it is anything else.
        """
        if isinstance(entries, dict):
            resize, oversampling = entries.get("fit"), entries.get("jpeg_oversampling")
            side = entries.get("side")
            if (
                resize in RESIZES
                and type(oversampling) is int
                and 0 <= oversampling <= _LARGEST_OVERSAMPLING
                and type(side) is int
                and SIDES[0] <= side <= SIDES[1]
            ):
                preprocessing = cls(resize, oversampling, side)
                if preprocessing.to_dict() == entries:
                    return preprocessing
        raise SettingsError("images are preprocessed in a way that this version does not support")


def mirrored(images: Images) -> Images:
    """Images (m, side, side, 3) flipped left to right."""
    return np.ascontiguousarray(images[:, :, ::-1])
