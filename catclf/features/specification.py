"""temporary"""

from typing import NamedTuple

from catclf.errors import SettingsError

_K = ("pixels", "patches", "hog")


class FeatureSpecification(NamedTuple):
    """x."""

    parts: tuple[str, ...]
    fourier: bool

    @classmethod
    def parse(cls, name: str) -> "FeatureSpecification":
        """X."""
        f = name.startswith("fourier:")
        parts = tuple(name.removeprefix("fourier:").split("+"))
        if not set(parts) <= set(_K) or len(set(parts)) < len(parts):
            raise SettingsError(
                f"features must be one of pixels, patches, hog, or several joined with +, perhaps with fourier: before them, not {name}"
            )
        return cls(parts, f)

    def __str__(self) -> str:
        return "fourier:" * self.fourier + "+".join(self.parts)

    def describe(self) -> str:
        """X."""
        words = {"hog": "HOG"}
        joined = " + ".join(words.get(p, p) for p in self.parts)
        return joined + ", random Fourier features" * self.fourier
