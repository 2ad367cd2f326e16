"""Writing figures to files, and what all figures share: colours, style, labels."""

import contextlib
import logging
import os
import sys
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

# Colours that are distinct with any kind of colour vision (Okabe and Ito, "Color Universal Design",
# 2008).
BLUE, ORANGE, GREEN, RED, PINK, SKY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
)
COLOURS = (BLUE, RED, GREEN, ORANGE, PINK, SKY)
STYLES = ("-", "--", "-.", ":")
"""Of lines: several can be told apart in black and white."""
DIVERGING = "PuOr_r"
"""Name of a colour map for numbers around 0: positive is orange, negative is purple."""

# Dots per inch, of figures that are 8 × 4.5 inches: 960 and 1920 pixels wide.
ON_A_PAGE, PROJECTED = 120, 240

_STYLE: Any = {
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "svg.hashsalt": "catclf",  # the same figure, the same bytes
    "agg.path.chunksize": 10_000,  # draws lines of millions of points in parts
}

# Matplotlib logs where its cache is, and without this line Python would print that on the terminal.
logging.getLogger("matplotlib").addHandler(logging.NullHandler())


def check_figure(path: Path) -> None:
    """Check before a long computation that a figure can be drawn.

    Parameters
    ----------
    path : Path
        The file to be written later.

    Raises
    ------
    SettingsError
        If its suffix is not .png, .svg or .pdf.
    OutputError
        If matplotlib is missing, or the file cannot be written.
    """
    if path.suffix.lower() not in ENDINGS:
        raise SettingsError(
            f"{path}: a figure's name ends in {', '.join(ENDINGS)}; use one of these"
        )
    check_writable(path)
    try:
        _import_matplotlib()
    except ImportError:
        raise OutputError(
            "figures need matplotlib, which is not installed; install catclf's extra [plot], or: "
            "pip install matplotlib"
        ) from None


def _import_matplotlib() -> None:
    """Import it, which is slow, without what it reads in the current folder and the environment.

    A file `matplotlibrc` there, which nobody has named, could let it run LaTeX, or take all memory.
    """
    if "matplotlib" in sys.modules:
        import matplotlib.figure

        return
    kept = {name: os.environ.pop(name, None) for name in ("MATPLOTLIBRC", "MPLBACKEND")}
    try:
        with contextlib.chdir(Path(__file__).parent):
            import matplotlib.figure  # noqa: F401
    finally:
        os.environ.update({name: value for name, value in kept.items() if value is not None})


def save_figure(
    draw: Callable[["Figure"], None], path: Path, *, dots_per_inch: int = ON_A_PAGE
) -> None:
    """Draw a figure and write it to a file.

    Parameters
    ----------
    draw : callable
        Draws on an empty figure; it may change its size.
    path : Path
        The file; its suffix determines the format.
    dots_per_inch : int
        Resolution of a .png; figures are 8 inches wide unless they say otherwise.

    Raises
    ------
    SettingsError, OutputError
        As for `check_figure`.
    """
    check_figure(path)
    import matplotlib as mpl
    import numpy as np
    from matplotlib.figure import Figure

    kind = path.suffix.lower()[1:]
    # Costs may be as large as a float can be.
    with mpl.rc_context(_STYLE), warnings.catch_warnings(), np.errstate(over="ignore"):
        # A file name may contain characters that the font does not have.
        warnings.filterwarnings("ignore", message="Glyph")
        figure = Figure(figsize=(8, 4.5), dpi=dots_per_inch, layout="constrained")
        draw(figure)
        with written_whole(path) as file:
            # Without a date, the same figure is always the same file.
            no_date = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
            figure.savefig(
                file,
                format=kind,
                metadata=no_date.get(kind),
                bbox_inches="tight",
                pad_inches="layout",
            )


def label(text: str) -> str:
    """Escape a text from outside, such as a file name, so that matplotlib draws it literally."""
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    # Text between dollar signs is a formula, and a label that begins with an underscore is hidden.
    plain = printable.replace("$", r"\$")
    return f" {plain}" if plain.startswith("_") else plain


def legend_below(axes: "Axes", *, columns: int) -> None:
    """Put the legend of axes below them, where it covers no curve."""
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=columns)


def image_axes(axes: "Axes", title: str) -> None:
    """Prepare axes for an image: a title, but no ticks, grid or frame."""
    axes.set_title(title)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
