"""What an encoder made of images: all that is kept of them at its own side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from catclf.errors import SettingsError
from catclf.images.preprocessing import Images, mirrored

if TYPE_CHECKING:
    from catclf.encoders.identity import EncoderIdentity

Floats = NDArray[np.float32]


class ImageEncoder(Protocol):
    """A frozen network that makes n features of an image of side × side pixels."""

    @property
    def identity(self) -> "EncoderIdentity":
        """Which one it is, and what it takes and gives."""

    @property
    def runtime(self) -> str:
        """Version of onnxruntime that runs it, or ran it when a model was trained."""

    @property
    def file(self) -> bytes:
        """Its ONNX file."""

    def prepare(self) -> None:
        """Begin to open it, on another thread, unless it is open."""

    def encode(self, images: Images) -> Floats:
        """Features of images.

        Parameters
        ----------
        images : uint8 array (m, side, side, 3)
            Images, red, green and blue.

        Returns
        -------
        float32 array (m, n)
            Of a map, the mean over its places.

        Raises
        ------
        EncoderError
            If the network is not there, fails, takes too long or too much memory, or gives what it
            should not.
        """

    def maps(self, images: Images) -> Floats:
        """Features of each place in images, for an encoder of kind "map".

        Parameters
        ----------
        images : uint8 array (m, side, side, 3)
            Images, red, green and blue.

        Returns
        -------
        float32 array (m, h, w, n)
            Its mean over h and w is what `encode` returns.

        Raises
        ------
        EncoderError
            As `encode`; or if the encoder gives no map.
        """


def entry_of(encoder: ImageEncoder | None) -> dict[str, Any]:
    """What files and JSON outputs say of an encoder: `encoder`, or nothing if there is none."""
    if encoder is None:
        return {}
    return {"encoder": {**encoder.identity.to_dict(), "onnxruntime": encoder.runtime}}


@dataclass(frozen=True)
class Encodings:
    """What an encoder made of some images."""

    encoder: ImageEncoder
    rows: Floats
    """(m, n): the features of each image."""
    mirrored: Floats | None = None
    """(m, n): those of its mirror image, where they are wanted."""

    @property
    def of_mirrored(self) -> Floats:
        """Those of the mirror images, which must be there."""
        if self.mirrored is None:
            raise SettingsError(
                "flips need images that were read with their mirror images: "
                "load_dataset(…, encoder=…, flip=True)"
            )
        return self.mirrored

    def __getitem__(self, chosen: slice | NDArray[np.bool_]) -> "Encodings":
        """Those of some of the images."""
        flipped = None if self.mirrored is None else self.mirrored[chosen]
        return replace(self, rows=self.rows[chosen], mirrored=flipped)


def encode(encoder: ImageEncoder, images: Images, *, flip: bool) -> Encodings:
    """Encode images.

    Parameters
    ----------
    encoder : ImageEncoder
        What with.
    images : uint8 array (m, side, side, 3)
        Images at the encoder's side.
    flip : bool
        Whether to encode the mirror images too.

    Returns
    -------
    Encodings
        Of the m images.

    Raises
    ------
    EncoderError
        If the encoder fails.
    """
    flipped = encoder.encode(mirrored(images)) if flip else None
    return Encodings(encoder, encoder.encode(images), flipped)


def concatenate(parts: Sequence[Encodings]) -> Encodings:
    """The encodings of several batches of images, by one encoder, as one; at least one batch."""
    flipped = [part.mirrored for part in parts if part.mirrored is not None]
    return replace(
        parts[0],
        rows=np.concatenate([part.rows for part in parts]),
        mirrored=np.concatenate(flipped) if flipped else None,
    )
