"""Time to the optimum of the penalised cost: catclf's L-BFGS and its peers' solvers."""

import statistics
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks.machine import installed
from benchmarks.places import CATCLF, SHARED
from benchmarks.side_by_side import measurements, process
from benchmarks.synthetic import write_natural
from benchmarks.table import Less, count, print_row, print_skipped

IMAGES = 10_000
PENALTIES = (1e-2, 1e-3)
ROUNDS = 3

# catclf's final cost may be this much above the peer's.
_SAME_COST = 1e-5


class Peer(NamedTuple):
    """A package that does the same."""

    package: str
    name: str
    time: Less | None
    memory: Less | None


PEERS = (
    Peer(
        "sklearn",
        "scikit-learn `LogisticRegression`, lbfgs, float32; one round",
        Less(15),
        Less(4),
    ),
    Peer("sklearnex", "the same in Extension for Scikit-learn; one round", Less(4), None),
    Peer("snapml", "Snap ML `LogisticRegression`, float32, all cores; one round", Less(1), None),
)


def print_rows() -> None:
    """Measure, and print."""
    peers = []
    for peer in PEERS:
        if installed(peer.package):
            peers.append(peer)
        else:
            print_skipped("the optimum with a penalty", peer.name, "not installed")
    with tempfile.TemporaryDirectory() as temporary:
        synthetic = Path(temporary, "synthetic.h5")
        write_natural(synthetic, IMAGES)
        _compare(f"{count(IMAGES)} synthetic images", synthetic, peers)
        cifar = SHARED / "cifar-cats"
        if cifar.exists():
            packed = Path(temporary, "cifar.h5")
            process(CATCLF, "pack", cifar, packed)()
            others = [peer._replace(time=None, memory=None) for peer in peers]
            _compare("4 000 images of CIFAR-10", packed, others)
        else:
            print_skipped("the optimum, images of CIFAR-10", PEERS[0].name, f"no {cifar.name}")


def _compare(images: str, path: Path, peers: list[Peer]) -> None:
    for l2 in PENALTIES:
        rounds = [measurements("fit_to_the_optimum", "catclf", path, l2) for _ in range(ROUNDS)]
        ours = {name: statistics.median(round_[name] for round_ in rounds) for name in rounds[0]}
        work = f"{images}, optimum with λ = {l2:g}"
        for peer in peers:
            # A round takes half a minute or more; disturbances are short compared to it.
            theirs = measurements("fit_to_the_optimum", peer.package, path, l2)
            print_row(
                f"{work} (J = {ours['cost']:.6f}; the peer's {theirs['cost']:.6f})",
                peer.name,
                ours["seconds"],
                theirs["seconds"],
                peer.time,
                provided=ours["cost"] <= theirs["cost"] + _SAME_COST,
            )
            print_row(
                f"{work}: peak memory",
                peer.name,
                ours["peak"],
                theirs["peak"],
                peer.memory,
                memory=True,
            )
