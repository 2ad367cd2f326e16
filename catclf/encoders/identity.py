"""Which encoder a model was trained with: what a model file keeps of it."""

import re
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from catclf.encoders.convention import Convention
from catclf.encoders.output import MOST_FEATURES
from catclf.errors import EncoderError
from catclf.images.preprocessing import Preprocessing

_KINDS = ("map", "pooled")
_LONGEST_NAME = 255


@dataclass(frozen=True)
class EncoderIdentity:
    """An encoder without its network.

    Parameters
    ----------
    name : str
        What people call it; its file's name without the folder, if it came from a file.
    sha256 : str
        SHA-256, in hexadecimal, of its ONNX file.
    n : int
        Number of features.
    kind : {"map", "pooled"}
        Whether the features are means over a map of the image's places.
    convention : Convention
        How it wants its images.

    Raises
    ------
    EncoderError
        If a value makes no sense.
    """

    name: str
    sha256: str
    n: int
    kind: str
    convention: Convention

    def __post_init__(self) -> None:
        is_name = isinstance(self.name, str) and 0 < len(self.name) <= _LONGEST_NAME
        if not is_name or not self.name.isprintable() or set(self.name) & set("/\\:"):
            raise EncoderError(
                f"an encoder's name must have 1 to {_LONGEST_NAME} printable characters, without "
                "/, \\ or :"
            )
        if not isinstance(self.sha256, str) or not re.fullmatch("[0-9a-f]{64}", self.sha256):
            raise EncoderError("its encoder does not have a SHA-256")
        if type(self.n) is not int or not 0 < self.n <= MOST_FEATURES:
            raise EncoderError("its encoder does not have a number of features")
        if self.kind not in _KINDS:
            raise EncoderError("its encoder is of an unknown kind")

    @property
    def preprocessing(self) -> Preprocessing:
        """How an image becomes one that the encoder takes, unless the user wants it otherwise."""
        return Preprocessing(self.convention.resize, side=self.convention.side)

    @property
    def function(self) -> tuple[object, ...]:
        """What determines the features of an image's pixels: equal for equal encoders."""
        how = self.convention
        return self.sha256, how.mean, how.deviation, how.channels, how.tokens

    def to_dict(self) -> dict[str, Any]:
        """The identity as stored in files."""
        return asdict(self) | {"convention": self.convention.to_dict()}

    @classmethod
    def from_dict(cls, entries: object) -> Self:
        """The identity stored in a file.

        Raises
        ------
        EncoderError
            If it is anything else.
        """
        names = {field.name for field in fields(cls)}
        if not isinstance(entries, dict) or set(entries) != names:
            raise EncoderError("what it says of its encoder is incomplete or unknown")
        return cls(**(entries | {"convention": Convention.from_dict(entries["convention"])}))
