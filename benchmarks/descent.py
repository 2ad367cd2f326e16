"""Time per iteration of gradient descent, from a thousand images to fifty thousand."""

from pathlib import Path

from benchmarks.growth import draw
from benchmarks.machine import installed, memory
from benchmarks.side_by_side import measurements
from benchmarks.table import AsMuch, count, print_row, print_skipped

ITERATIONS = {1_000: 200, 4_000: 100, 16_000: 50, 50_000: 20}
"""Iterations of a training, by number of images."""

PRODUCTS = "two float32 matrix–vector products, all cores"
PLOT = Path(__file__).with_name("growth.png")

_N_X = 12_288


def print_rows() -> None:
    """Measure, print, and draw."""
    rate = measurements("read_memory")["rate"]
    reading = f"reading the bytes once, at {rate / 1e9:.1f} GB/s (largest byte, all cores)"
    curves: dict[str, dict[int, float]] = {}
    for m, iterations in ITERATIONS.items():
        # A float32 number takes four bytes; half of the memory is left to other processes.
        room = 2 * 5 * _N_X * m < memory()
        products = "with-products" if room else "without-products"
        seconds = measurements("descend", m, iterations, products)
        seconds["reading"] = _N_X * m / rate
        training = (
            f"gradient descent on {count(m)} images: time per iteration, over {iterations}, "
            "set-up included"
        )
        one_pass = f"one pass over {count(m)} images"
        for name, work in (("training", training), ("pass", one_pass)):
            if room:
                print_row(work, PRODUCTS, seconds[name], seconds["products"], AsMuch(1))
            else:
                print_skipped(work, PRODUCTS, "not enough memory")
        print_row(one_pass, reading, seconds["pass"], seconds["reading"], None)
        compiled = f"{one_pass}, with the extra `fast`"
        if "compiled" in seconds:
            print_row(compiled, reading, seconds["compiled"], seconds["reading"], AsMuch(2.5))
        else:
            print_skipped(compiled, reading, "numba is not installed")
        for name, value in seconds.items():
            curves.setdefault(name, {})[m] = value
    if installed("matplotlib"):
        draw(curves, PLOT)
    else:
        print_skipped(f"the plot, {PLOT.name}", "", "matplotlib is not installed")
