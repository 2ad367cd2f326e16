"""Time to the optimum of the penalised cost: catclf's L-BFGS and scikit-learn's."""

import statistics
import tempfile
from pathlib import Path

from benchmarks.machine import installed
from benchmarks.places import CATCLF, SHARED
from benchmarks.side_by_side import measurements, process
from benchmarks.synthetic import write_natural
from benchmarks.table import Less, count, print_row, print_skipped

PEER = "scikit-learn `LogisticRegression`, lbfgs, float32; one round"
IMAGES = 10_000
PENALTIES = (1e-2, 1e-3)
ROUNDS = 3

# catclf's final cost may be this much above the peer's.
_SAME_COST = 1e-5


def print_rows() -> None:
    """Measure, and print."""
    if not installed("sklearn"):
        print_skipped("the optimum with a penalty", PEER, "not installed")
        return
    with tempfile.TemporaryDirectory() as temporary:
        synthetic = Path(temporary, "synthetic.h5")
        write_natural(synthetic, IMAGES)
        _compare(f"{count(IMAGES)} synthetic images", synthetic, Less(15), Less(4))
        cifar = SHARED / "cifar-cats"
        if cifar.exists():
            packed = Path(temporary, "cifar.h5")
            process(CATCLF, "pack", cifar, packed)()
            _compare("4 000 images of CIFAR-10", packed, None, None)
        else:
            print_skipped("the optimum, images of CIFAR-10", PEER, f"no {cifar.name}")


def _compare(images: str, path: Path, time: Less | None, memory: Less | None) -> None:
    for l2 in PENALTIES:
        # One round of the peer takes half a minute or more; disturbances are short compared to it.
        theirs = measurements("fit_to_the_optimum", "scikit-learn", path, l2)
        rounds = [measurements("fit_to_the_optimum", "catclf", path, l2) for _ in range(ROUNDS)]
        ours = {name: statistics.median(round_[name] for round_ in rounds) for name in theirs}
        work = f"{images}, optimum with λ = {l2:g}"
        print_row(
            f"{work} (J = {ours['cost']:.6f}; the peer's {theirs['cost']:.6f})",
            PEER,
            ours["seconds"],
            theirs["seconds"],
            time,
            provided=ours["cost"] <= theirs["cost"] + _SAME_COST,
        )
        print_row(f"{work}: peak memory", PEER, ours["peak"], theirs["peak"], memory, memory=True)
