"""What earlier runs measured: a line for each row of each run, and how the ratios changed."""

import csv
import subprocess
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machine import installed, processor
from benchmarks.places import ROOT
from benchmarks.table import Row

HISTORY = Path(__file__).with_name("history.csv")
PLOT = Path(__file__).with_name("history.png")

_COLUMNS = ("date", "commit", "machine", "work", "peer", "catclf", "the peer")


def append(rows: Sequence[Row]) -> None:
    """Add the rows of this run to the file."""
    is_new = not HISTORY.exists()
    git = ["git", "describe", "--always", "--dirty"]
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
    """Draw catclf's share of the peer's time or memory, run by run; each row is a line."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with HISTORY.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    runs = list(dict.fromkeys((line["date"], line["commit"]) for line in lines))
    ratios: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for line in lines:
        at = runs.index((line["date"], line["commit"]))
        # Without what differs from run to run, such as a cost.
        work = line["work"].partition(" (J =")[0]
        ratios[work, line["peer"]][at] = float(line["catclf"]) / float(line["the peer"])
    figure = Figure(figsize=(9, 12), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for (work, _), points in ratios.items():
        axes.semilogy(list(points), list(points.values()), "o-", markersize=3, label=work[:90])
    axes.set_xticks(range(len(runs)), [f"{date}\n{commit}" for date, commit in runs], fontsize=8)
    axes.set_ylabel("catclf / the peer")
    axes.grid(color="#DDDDDD")
    figure.legend(loc="outside lower center", fontsize=6, frameon=False)
    figure.savefig(PLOT, dpi=110)
