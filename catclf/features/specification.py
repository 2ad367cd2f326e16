"""Which features a model uses, as its name says: "pixels", "patches+hog", "fourier:patches+hog"."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from catclf.errors import SettingsError

FEATURE_MAPS = {"pixels": "Pixels", "patches": "Patches", "hog": "Hog"}
"""The class of each feature map; the module in this folder has the feature map's name."""

ENCODER = "encoder"
"""The part that stands for the features of an encoder."""

_FOURIER = "fourier:"
_ONNX = "onnx:"
_PARTS = (*FEATURE_MAPS, ENCODER)

# An encoder's file may have a plus sign in its name: it ends where only known parts follow.
_ENCODER_FILE = re.compile(rf"(?:^|(?<=\+)){_ONNX}(?P<file>.+?)(?=(\+({'|'.join(_PARTS)}))*$)")


@dataclass(frozen=True)
class FeatureSpecification:
    """One or more feature maps whose columns are stacked, perhaps with Fourier features of them.

    Parameters
    ----------
    parts : tuple of str
        Keys of `FEATURE_MAPS`, or "encoder", in the order of their features in a column; none of
        them twice.
    fourier : bool
        Whether to use random Fourier features of the parts instead of the parts themselves.
    encoder_file : str, optional
        The encoder's ONNX file, if it is not the built-in one.

    Raises
    ------
    SettingsError
        If a part is unknown or repeated, or there are none.
    """

    parts: tuple[str, ...]
    fourier: bool = False
    encoder_file: str | None = None

    def __post_init__(self) -> None:
        known = all(part in _PARTS for part in self.parts)
        if not self.parts or not known or len(set(self.parts)) < len(self.parts):
            raise SettingsError(
                f"features must be one of {', '.join(_PARTS)}, {_ONNX}FILE, or several joined "
                f"with +, at most one of them an encoder, optionally prefixed with {_FOURIER}, "
                f"not {self}"
            )

    @classmethod
    def parse(cls, name: str) -> Self:
        """The specification that a name stands for; `str` gives the name back.

        Parameters
        ----------
        name : str
            Parts joined with a plus sign, where "onnx:FILE" is an encoder in a file; with
            "fourier:" before them, Fourier features of these.

        Raises
        ------
        SettingsError
            If the name is not valid.
        """
        text = name.removeprefix(_FOURIER)
        file = _ENCODER_FILE.search(text)
        parts = _ENCODER_FILE.sub(ENCODER, text, count=1).split("+")
        return cls(tuple(parts), name.startswith(_FOURIER), file and file["file"])

    @property
    def has_encoder(self) -> bool:
        """Whether an encoder is one of the parts."""
        return ENCODER in self.parts

    def __str__(self) -> str:
        encoder = _ONNX + self.encoder_file if self.encoder_file else ENCODER
        parts = [encoder if part == ENCODER else part for part in self.parts]
        return _FOURIER * self.fourier + "+".join(parts)

    def describe(self) -> str:
        """The features in words."""
        names = {"hog": "HOG"}
        if self.encoder_file:
            names[ENCODER] = f"encoder {Path(self.encoder_file).name}"
        words = " + ".join(names.get(part, part) for part in self.parts)
        return f"{words}, random Fourier features" if self.fourier else words
