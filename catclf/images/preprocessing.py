"""What a decoded image is, and the preprocessing that made it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catclf.errors import SettingsError

Images = NDArray[np.uint8]
"""Images (m, 64, 64, 3), or one of them without the first axis."""

SIDE = 64
"""Width and height, in pixels, of every image that a model sees."""

IMAGE_SHAPE = (SIDE, SIDE, 3)
"""Shape of its array: height, width, channels."""

RESIZES = ("stretch", "crop")
"""Ways to make an image square."""

_LARGEST_OVERSAMPLING = 64


@dataclass(frozen=True)
class Preprocessing:
    """How an image of any size and kind becomes 64 × 64 RGB; stored in the model.

    Parameters
    ----------
    resize : {"stretch", "crop"}
        Stretch the whole image to the square, as the course does, or take its centre square.
    jpeg_oversampling : int
        A large JPEG is decoded at the smallest scale that leaves at least this many pixels, along
        each side, for each pixel of the result: faster, and hardly different. 0: full size.
    """

    resize: str = "stretch"
    jpeg_oversampling: int = 2

    def __post_init__(self) -> None:
        if self.resize not in RESIZES:
            raise SettingsError(f"resize must be one of {', '.join(RESIZES)}, not {self.resize!r}")

    def to_dict(self) -> dict[str, Any]:
        """The preprocessing as stored in files, where `resize` keeps its first name, `fit`."""
        return {
            "side": SIDE,
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
            if (
                resize in RESIZES
                and type(oversampling) is int
                and 0 <= oversampling <= _LARGEST_OVERSAMPLING
            ):
                preprocessing = cls(resize, oversampling)
                if preprocessing.to_dict() == entries:
                    return preprocessing
        raise SettingsError("images are preprocessed in a way that this version does not support")


def mirrored(images: Images) -> Images:
    """Images (m, 64, 64, 3) flipped left to right."""
    return np.ascontiguousarray(images[:, :, ::-1])
