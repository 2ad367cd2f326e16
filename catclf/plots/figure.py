"""Images of numbers, in a file."""

import logging
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catclf.errors import OutputError, SettingsError
from catclf.storage import check_writable, written_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ENDINGS = (".png", ".svg", ".pdf")

# Colours that people with any kind of colour vision can tell apart (Okabe and Ito, "Color Universal
# Design", 2008).
BLUE, ORANGE, GREEN, RED, PINK, SKY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
)
COLOURS = (BLUE, RED, GREEN, ORANGE, PINK, SKY)
DIVERGING = "PuOr_r"
"""Name of a colour map for numbers around 0: orange above, purple below."""

_STYLE: Any = {
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "svg.hashsalt": "catclf",  # the same figure, the same bytes
    "agg.path.chunksize": 10_000,  # a line of millions of points is drawn in parts
}

# Matplotlib logs where it keeps its cache, which would reach the terminal of a program that has not
# set up logging.
logging.getLogger("matplotlib").addHandler(logging.NullHandler())


def check_figure(path: Path) -> None:
    """Find out before a long computation whether a figure can be drawn.

    Parameters
    ----------
    path : Path
        The file to be written later.

    Raises
    ------
    SettingsError
        If its ending is none of .png, .svg and .pdf.
    OutputError
        If matplotlib is missing, or the file cannot be written.
    """
    if path.suffix.lower() not in ENDINGS:
        raise SettingsError(
            f"{path}: a figure's name ends in {', '.join(ENDINGS)}; use one of these"
        )
    check_writable(path)
    try:
        import matplotlib.figure  # noqa: F401 - it takes long, and is needed anyway
    except ImportError:
        raise OutputError(
            "figures need matplotlib, which is not installed; install it with: "
            "pip install matplotlib"
        ) from None


def save_figure(draw: Callable[["Figure"], None], path: Path) -> None:
    """Draw a figure, and write it to a file.

    Parameters
    ----------
    draw : callable
        Draws on an empty figure; it may change its size.
    path : Path
        The file.

    Raises
    ------
    SettingsError, OutputError
        As `check_figure`.
    """
    check_figure(path)
    import matplotlib as mpl
    import numpy as np
    from matplotlib.figure import Figure

    kind = path.suffix.lower()[1:]
    # Numbers may be as large as floats can be.
    with mpl.rc_context(_STYLE), warnings.catch_warnings(), np.errstate(over="ignore"):
        # A file's name may have letters that the font has not.
        warnings.filterwarnings("ignore", message="Glyph")
        figure = Figure(figsize=(8, 4.5), dpi=120, layout="constrained")
        draw(figure)
        with written_whole(path) as file:
            # A date would make the same figure another file every day.
            dates = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
            figure.savefig(file, format=kind, metadata=dates.get(kind))


def label(text: str) -> str:
    """A text from outside, a file's name for instance, as matplotlib draws it letter by letter."""
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    # Between dollar signs it would look for formulas, and an underscore first would hide a label.
    plain = printable.replace("$", r"\$")
    return f" {plain}" if plain.startswith("_") else plain


def image_axes(axes: "Axes", title: str) -> None:
    """Make axes ready for an image: no scale, no grid."""
    axes.set_title(title)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
