"""The colours that all images share, and helpers to mix and vary them."""

import numpy as np
from numpy.typing import NDArray

Colour = NDArray[np.float64]
"""Red, green and blue, 0 to 1."""


def rgb(code: str) -> Colour:
    """Return the colour of a code like ``#d98a45``."""
    return np.array([int(code[k : k + 2], 16) for k in (1, 3, 5)]) / 255.0


def mix(first: Colour, second: Colour, part: float) -> Colour:
    """Return `first` with the share `part` of `second` mixed in."""
    return first * (1.0 - part) + second * part


def lighter(colour: Colour, part: float) -> Colour:
    """Return `colour` moved towards a warm white."""
    return mix(colour, rgb("#fffaf2"), part)


def darker(colour: Colour, part: float) -> Colour:
    """Return `colour` moved towards a warm black."""
    return mix(colour, rgb("#1a1412"), part)


def vary(rng: np.random.Generator, colour: Colour, amount: float = 0.04) -> Colour:
    """Return `colour` with a random change of brightness and a smaller one of each channel."""
    shift = rng.normal(0.0, amount) + rng.normal(0.0, amount / 5, 3)
    return np.clip(colour + shift, 0.03, 0.98)


def pick(rng: np.random.Generator, colours: list[Colour], amount: float = 0.04) -> Colour:
    """Return a random one of `colours`, slightly varied."""
    return vary(rng, colours[rng.integers(len(colours))], amount)


GINGER = rgb("#d58a45")
GREY = rgb("#8f9196")
BLUE_GREY = rgb("#6d7581")
BLACK = rgb("#302e32")
BROWN = rgb("#80603f")
DARK_BROWN = rgb("#543d2e")
CREAM = rgb("#e6cfa6")
FAWN = rgb("#c4a077")
WHITE = rgb("#f0ece4")

COATS = [GINGER, GINGER, GREY, BLUE_GREY, BLACK, BROWN, DARK_BROWN, CREAM, FAWN, WHITE]

ACCENTS = [
    rgb(code)
    for code in ("#b8433f", "#3f6f9f", "#4f8a58", "#d9b23f", "#7d5796", "#3f9a9a", "#d67f94")
]

WALLS = [
    rgb(code)
    for code in (
        "#e8dcc4",
        "#cfd8d6",
        "#b9c7d6",
        "#d9b8a8",
        "#a9b89a",
        "#8c96a8",
        "#c9a27c",
        "#efe9df",
        "#77808a",
        "#b08d8d",
        "#6b7d6a",
        "#4f5663",
    )
]

WOODS = [rgb(code) for code in ("#a8754a", "#8a5a36", "#c79a68", "#6a4630", "#b58d63", "#d8b98c")]
GREENS = [rgb(code) for code in ("#6f9a45", "#5a8a4a", "#8aa650", "#4a7340", "#9aa85a")]
SKIES = [rgb(code) for code in ("#8fbbe0", "#a9cbe6", "#6fa3d4", "#d6c3c0", "#c2d3de", "#8797ad")]
PINK = rgb("#d9938f")
INK = rgb("#241d1c")
