"""Time and memory of whole trainings, from a thousand images to fifty thousand."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.machine import installed, memory
from benchmarks.places import CATCLF
from benchmarks.synthetic import write_natural
from benchmarks.table import AsMuch, count, print_row, print_skipped

PLOT = Path(__file__).with_name("training-growth.png")
COUNTS = (1000, 2000, 4000, 8000, 16_000, 50_000)
LIMIT = 4 * 10**9

_WORK = "`catclf train --recipe best` on 50 000 synthetic images with 4 GB of memory (`ulimit -d`)"
_PEER = "itself with `--memory 12G`; one round"
_ENOUGH = 16 * 10**9
_SECONDS_BETWEEN_LOOKS = 0.02

_PRESETS = {
    "best": ["--recipe", "best"],
    "lecture": ["--learning-rate", "0.001"],
}
# Okabe and Ito's colours, which are safe for colour-blind readers.
_STYLES = {
    "best": ("the best preset", "#0072B2", "o-"),
    "lecture": ("the lecture's descent, 2 000 iterations", "#D55E00", "s-"),
}


class Cost(NamedTuple):
    """What a process took."""

    seconds: float
    memory: int
    """Bytes that it held itself, at most: files that it maps do not count."""


def print_rows() -> None:
    """Measure, print, and draw."""
    if not Path("/proc/self/status").exists() or memory() < _ENOUGH:
        print_skipped(_WORK, _PEER, "it takes Linux and 16 GB of memory")
        return
    curves: dict[str, dict[int, Cost]] = {name: {} for name in _PRESETS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "images.h5")
        for m in COUNTS:
            write_natural(path, m)
            for name, options in _PRESETS.items():
                curves[name][m] = _train(path, *options, "--memory", "12G")
        limited = _train(path, *_PRESETS["best"], limit=LIMIT)
    unlimited = curves["best"][COUNTS[-1]]
    print_row(_WORK, _PEER, limited.seconds, unlimited.seconds, AsMuch(2))
    print_row(f"{_WORK}: peak memory", _PEER, limited.memory, unlimited.memory, None, memory=True)
    for name, costs in curves.items():
        for m, cost in costs.items():
            work = f"`catclf train` on {count(m)} synthetic images, {_STYLES[name][0]}"
            print(f"{work}: {cost.seconds:.1f} s, {cost.memory / 1e6:.0f} MB", file=sys.stderr)
    if installed("matplotlib"):
        _draw(curves)


def _train(path: Path, *options: str, limit: int | None = None) -> Cost:
    out = path.with_name("model.npz")
    words = [CATCLF, "train", path, "-o", out, "--score", "none", "--quiet", *options]
    return _watched([str(word) for word in words], _limit_data(limit) if limit else None)


def _limit_data(limit: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _watched(command: list[str], before: Callable[[], None] | None) -> Cost:
    """Run a process, and watch its memory."""
    start, peak = time.perf_counter(), 0
    with subprocess.Popen(
        command, preexec_fn=before, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        status = Path(f"/proc/{process.pid}/status")
        while process.poll() is None:
            peak = max(peak, _anonymous(status))
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        seconds = time.perf_counter() - start
        if process.returncode:
            assert process.stderr
            sys.exit(f"{' '.join(command)} failed:\n{process.stderr.read()}")
    return Cost(seconds, peak)


def _anonymous(status: Path) -> int:
    """Bytes of memory that no file stands for."""
    lines = status.read_text().splitlines()
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("RssAnon:"))


def _draw(curves: dict[str, dict[int, Cost]]) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 5.5), layout="constrained")
    FigureCanvasAgg(figure)
    time_axes, memory_axes = figure.subplots(1, 2)
    for name, (label, colour, line) in _STYLES.items():
        m = list(curves[name])
        costs = curves[name].values()
        time_axes.loglog(m, [cost.seconds for cost in costs], line, color=colour, label=label)
        memory_axes.loglog(m, [cost.memory / 1e6 for cost in costs], line, color=colour)
    first = curves["best"][COUNTS[0]].seconds
    linear = [first * m / COUNTS[0] for m in COUNTS]
    time_axes.loglog(COUNTS, linear, ":", color="#000000", label="proportional to the images")
    for axes, unit in ((time_axes, "seconds"), (memory_axes, "MB of memory")):
        axes.set_xticks(COUNTS, [count(m) for m in COUNTS], rotation=30)
        axes.minorticks_off()
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_xlabel("images of 64 × 64", fontsize=13)
        axes.set_ylabel(unit, fontsize=13)
        axes.tick_params(labelsize=12)
        axes.grid(color="#DDDDDD")
    figure.suptitle("catclf train: time and memory of whole trainings", fontsize=14)
    figure.legend(loc="outside lower center", ncols=3, fontsize=11, frameon=False)
    figure.savefig(PLOT, dpi=110)
