"""What earlier runs measured: a line for each row of each run, and how the ratios changed."""

import csv
import subprocess
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

from benchmarks.machine import installed, processor
from benchmarks.places import ROOT
from benchmarks.table import Row

HISTORY = Path(__file__).with_name("history.csv")
PLOT = Path(__file__).with_name("history.png")

_COLUMNS_OF_PLOT = 4
_COLUMNS = ("date", "commit", "machine", "work", "peer", "catclf", "the peer")


def append(rows: Sequence[Row]) -> None:
    """Add the rows of this run to the file."""
    is_new = not HISTORY.exists()
    git = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, cwd=ROOT, capture_output=True, text=True).stdout.strip()
    run = time.strftime("%Y-%m-%d"), commit, processor()
    with HISTORY.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if is_new:
            writer.writerow(_COLUMNS)
        writer.writerows((*run, r.work, r.peer, f"{r.ours:.4g}", f"{r.theirs:.4g}") for r in rows)
    if installed("matplotlib"):
        _draw()


def _draw() -> None:
    """Draw catclf's share of the peer's time or memory, run by run."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with HISTORY.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    runs = list(dict.fromkeys((line["date"], line["commit"]) for line in lines))
    ratios: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for line in lines:
        at = runs.index((line["date"], line["commit"]))
        # Without what differs from run to run: a cost, an accuracy, the speed of the memory.
        work = line["work"].partition(" (J =")[0].partition(" (accuracy")[0]
        peer = line["peer"].partition(", at ")[0]
        ratios[work, peer][at] = float(line["catclf"]) / float(line["the peer"])
    rows = -(-len(ratios) // _COLUMNS_OF_PLOT)
    figure = Figure(figsize=(14, 1.7 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, _COLUMNS_OF_PLOT, squeeze=False).ravel()  # (rows · columns,)
    for each in axes[len(ratios) :]:
        each.remove()
    for each, ((work, peer), points) in zip(axes, ratios.items(), strict=False):
        each.plot(list(points), list(points.values()), "o-", markersize=4)
        each.set_ylim(bottom=0)
        each.set_xticks(range(len(runs)), [commit for _, commit in runs], fontsize=6)
        each.set_title(fill(f"{work} / {peer}", 52)[:200], fontsize=6)
        each.tick_params(labelsize=6)
        each.grid(color="#DDDDDD")
    figure.suptitle("catclf's time or memory as a share of the peer's, run by run", fontsize=11)
    figure.savefig(PLOT, dpi=80)
