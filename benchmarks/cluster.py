"""Passes on a Dask cluster: what they cost beyond the arithmetic, and what that means at scale.

`python -m benchmarks.cluster`, or `make bench-cluster`, in about five minutes. Clusters are of
processes on this machine, over its loopback interface: nothing here says how real networks behave.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import psutil

from benchmarks.machine import description, installed
from benchmarks.synthetic import write_bytes
from benchmarks.table import count, duration
from catclf import load_dataset
from catclf.cluster.connection import connected
from catclf.logistic import LOSSES
from catclf.parallel import cores
from catclf.solvers.blocks import Blocks, OverShares
from catclf.solvers.cluster import OnCluster
from catclf.solvers.engine import Examples

PLOT = Path(__file__).with_name("scale.png")
IMAGES = (4000, 50_000, 200_000)
WORKERS = (1, 2, 4, 8, 16)

_FEW = 128 * max(WORKERS)
_PASSES, _MANY = 30, 2000
_W = 12_288 * 8

# What docs/scale.md assumes of machines that are not here.
_CORES, _BITS = 16, 10e9
_SIZES, _CLUSTERS = (10**6, 10**8, 10**9), (10, 100, 1000)


class Model(NamedTuple):
    """Seconds of a pass: image · m / cores + fixed + workers · each, and the network's."""

    image: float
    """For an image, on one core."""
    fixed: float
    """For a pass, whatever the number of workers."""
    each: float
    """For each worker, on the driver and the scheduler."""

    def seconds(self, m: float, workers: float, cores_of_all: float, bits: float = np.inf) -> float:
        """The time of a pass over a network of so many bits a second."""
        network = workers * 2 * _W * 8 / bits
        return self.image * m / cores_of_all + self.fixed + workers * self.each + network


def main() -> None:
    """Measure, and print."""
    if not installed("distributed"):
        sys.exit("this needs Dask: pip install 'catclf[cluster]'")
    print(f"{description()}\n")
    print("| images | one process, all cores | on a cluster of 2 workers | beyond it |")
    print("| --- | --- | --- | --- |")
    per_image = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for m in IMAGES:
            path = Path(folder, f"{m}.h5")
            write_bytes(path, m)
            examples = _examples(path)
            blocks = Blocks(examples.rows, examples.Y, 0.0, examples.loss, scale=1 / 255)
            alone = _median(blocks)
            with connected("local:2") as cluster:
                together = _median(OnCluster(cluster).cost(examples, 0.0, is_fused=False))
            beyond = f"{1000 * (together - alone):.1f} ms"
            print(f"| {count(m)} | {duration(alone)} | {duration(together)} | {beyond} |")
            per_image = alone * cores() / m
        _few(Path(folder, "few.h5"), Path(folder, f"{IMAGES[1]}.h5"), per_image)


def _few(path: Path, larger: Path, per_image: float) -> None:
    """What passes cost that compute next to nothing, and what the model says of others."""
    write_bytes(path, _FEW)
    few, many = _examples(path), _examples(larger)
    print("\n| workers | a pass over few images | sent for each worker | 50 000 images |")
    print("| --- | --- | --- | --- |")
    overheads, measured = [], []
    for workers in WORKERS:
        with connected(f"local:{workers}") as cluster:
            engine = OnCluster(cluster)
            cost = engine.cost(few, 0.0, is_fused=False)
            overheads.append(_median(cost) - per_image * _FEW / cores())
            sent = _sent(cost) / workers
            if workers == 4:
                grown = _growth(cost)
            measured.append(_median(engine.cost(many, 0.0, is_fused=False)))
        print(
            f"| {workers} | {duration(overheads[-1])} | {sent / _W:.2f} × {_W / 1000:.0f} kB "
            f"| {duration(measured[-1])} |",
            flush=True,
        )
    print(f"\nMemory of driver and scheduler over {count(_MANY)} passes with 4 workers: {grown}")
    each, fixed = np.polyfit(WORKERS, overheads, 1)
    model = Model(per_image, float(fixed), float(each))
    print(
        f"\nA pass takes {1e6 * model.image:.1f} µs · m / cores + {1000 * model.fixed:.1f} ms "
        f"+ {1000 * model.each:.2f} ms · workers\n"
    )
    print("| workers here | predicted | measured |\n| --- | --- | --- |")
    for workers, seconds in zip(WORKERS, measured, strict=True):
        predicted = model.seconds(IMAGES[1], workers, cores())
        print(f"| {workers} | {duration(predicted)} | {duration(seconds)} |")
    _print_scale(model)
    if installed("matplotlib"):
        _draw(model, measured)


def _examples(path: Path) -> Examples:
    dataset = load_dataset(path, memory_limit=0)
    loss = LOSSES["cross-entropy"]
    return Examples(dataset.images, dataset.Y, 1 / 255, loss, np.dtype(np.float32))


def _median(cost: OverShares, passes: int = _PASSES) -> float:
    w = np.zeros((cost.n_x, 1))
    seconds = []
    for i in range(passes + 3):
        start = time.perf_counter()
        cost.propagate(w, 0.0)
        if i >= 3:
            seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def _sent(cost: OverShares) -> float:
    """Bytes of a pass, w and sums together. What passes through the scheduler counts twice here."""
    before = psutil.net_io_counters(pernic=True)["lo"].bytes_sent
    _median(cost, 20)
    after = psutil.net_io_counters(pernic=True)["lo"].bytes_sent
    return float(after - before) / 23 / 2


def _growth(cost: OverShares) -> str:
    memory: Callable[[], int] = lambda: psutil.Process().memory_info().rss  # noqa: E731
    _median(cost, _MANY // 2)  # until Dask's own logs are full
    before = memory()
    _median(cost, _MANY)
    return f"{before / 1e6:.0f} MB before, {memory() / 1e6:.0f} MB after"


def _print_scale(model: Model) -> None:
    print(
        f"\nPredicted, with {_CORES} cores for each worker and {_BITS / 1e9:g} Gbit/s at the "
        "driver:\n"
    )
    print("| images | in files | workers | a pass | 30 passes | 2 000 steps | not computing |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for m in _SIZES:
        for workers in _CLUSTERS:
            seconds = model.seconds(m, workers, workers * _CORES, _BITS)
            work = model.image * m / (workers * _CORES)
            print(
                f"| {count(m)} | {m * 12_288 / 1e12:.3g} TB | {count(workers)} "
                f"| {duration(seconds)} | {_long(30 * seconds)} | {_long(2000 * seconds)} "
                f"| {1 - work / seconds:.0%} |"
            )


def _long(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 7200 else f"{seconds / 3600:.3g} h"


def _draw(model: Model, measured: list[float]) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    workers = np.geomspace(1, 3000, 200)
    for m, colour in zip(_SIZES, ("#56B4E9", "#0072B2", "#000000"), strict=True):
        seconds = [model.seconds(m, n, n * _CORES, _BITS) for n in workers]
        axes.loglog(workers, seconds, color=colour, label=f"{count(m)} images: predicted")
    here = [model.seconds(IMAGES[1], n, cores()) for n in WORKERS]
    axes.loglog(WORKERS, here, "--", color="#D55E00", label="50 000 images here: predicted")
    axes.loglog(WORKERS, measured, "o", color="#D55E00", label="50 000 images here: measured")
    axes.set_xlabel("workers", fontsize=13)
    axes.set_ylabel("seconds of a pass", fontsize=13)
    axes.set_title(
        f"A pass on a cluster: {_CORES} cores a worker, {_BITS / 1e9:g} Gbit/s", fontsize=14
    )
    axes.xaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.tick_params(labelsize=12)
    axes.grid(color="#DDDDDD")
    axes.legend(fontsize=11, frameon=False)
    figure.savefig(PLOT, dpi=110)


if __name__ == "__main__":
    main()
