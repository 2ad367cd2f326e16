"""Which features a model uses, as its name says: "pixels", "patches+hog", "fourier:patches+hog"."""

from dataclasses import dataclass
from typing import Self

from catclf.errors import SettingsError

FEATURE_MAPS = {"pixels": "Pixels", "patches": "Patches", "hog": "Hog"}
"""The class of each feature map; the module in this folder has the feature map's name."""

_FOURIER = "fourier:"


@dataclass(frozen=True)
class FeatureSpecification:
    """One or more feature maps whose columns are stacked, perhaps with Fourier features of them.

    Parameters
    ----------
    parts : tuple of str
        Keys of `FEATURE_MAPS`, in the order of their features in a column; none of them twice.
    fourier : bool
        Whether to use random Fourier features of the parts instead of the parts themselves.

    Raises
    ------
    SettingsError
        If a part is unknown or repeated, or there are none.
    """

    parts: tuple[str, ...]
    fourier: bool = False

    def __post_init__(self) -> None:
        known = all(part in FEATURE_MAPS for part in self.parts)
        if not self.parts or not known or len(set(self.parts)) < len(self.parts):
            raise SettingsError(
                f"features must be one of {', '.join(FEATURE_MAPS)}, or several joined with +, "
                f"optionally prefixed with {_FOURIER}, not {self}"
            )

    @classmethod
    def parse(cls, name: str) -> Self:
        """The specification that a name stands for; `str` gives the name back.

        Parameters
        ----------
        name : str
            Parts joined with a plus sign; with "fourier:" before them, Fourier features of these.

        Raises
        ------
        SettingsError
            If the name is not valid.
        """
        return cls(tuple(name.removeprefix(_FOURIER).split("+")), name.startswith(_FOURIER))

    def __str__(self) -> str:
        return _FOURIER * self.fourier + "+".join(self.parts)

    def describe(self) -> str:
        """The features in words."""
        words = " + ".join(part.upper() if part == "hog" else part for part in self.parts)
        return f"{words}, random Fourier features" if self.fourier else words
