"""The plot of time per iteration against the number of images."""

from collections.abc import Mapping
from pathlib import Path

from benchmarks.table import count

# Label, colour and line style of each curve; Okabe and Ito's colours, which are safe for
# colour-blind readers.
_STYLES = {
    "products": ("two float32 matrix–vector products", "#D55E00", "s--"),
    "training": ("catclf: an iteration, with its share of the set-up", "#0072B2", "o-"),
    "pass": ("catclf: one pass over the images", "#56B4E9", "v-"),
    "compiled": ("catclf: one pass, with the extra fast", "#009E73", "^-"),
    "reading": ("reading the bytes once from memory", "#000000", ":"),
}


def draw(curves: Mapping[str, Mapping[int, float]], path: Path) -> None:
    """Draw the plot.

    Parameters
    ----------
    curves : mapping
        Seconds by number of images, for each of "products", "training", "pass", "compiled" and
        "reading".
    path : Path
        File to write.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for name, (label, colour, line) in _STYLES.items():
        if name in curves:
            m, seconds = zip(*curves[name].items(), strict=True)
            axes.loglog(m, [1000 * s for s in seconds], line, color=colour, label=label)
    counts = sorted({m for curve in curves.values() for m in curve})
    axes.set_xticks(counts, [count(m) for m in counts])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("images of 64 × 64", fontsize=13)
    axes.set_ylabel("milliseconds an iteration", fontsize=13)
    axes.set_title("Gradient descent: time for each iteration", fontsize=14)
    axes.tick_params(labelsize=12)
    axes.grid(color="#DDDDDD")
    axes.legend(fontsize=12, frameon=False)
    figure.savefig(path, dpi=110)
