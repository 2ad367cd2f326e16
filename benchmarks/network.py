"""The best preset and a small convolutional network, on the same folds."""

from time import perf_counter

from benchmarks import accuracy
from benchmarks.labelled_images import TASKS
from benchmarks.machine import installed
from benchmarks.places import SHARED
from benchmarks.table import Less, print_row, print_skipped
from catclf.training.settings import PRESETS

_WORK = "five-fold cross-validation of the best preset on 4 000 images of CIFAR-10"
_PEER = "small CNN in PyTorch, the same folds; one round"


def print_rows() -> None:
    """Measure, and print."""
    if not installed("torch"):
        print_skipped(_WORK, _PEER, "not installed")
        return
    if not (SHARED / "cifar-cats").exists():
        print_skipped(_WORK, _PEER, "no cifar-cats")
        return
    (task,) = (task for task in TASKS if task.name.startswith("CIFAR-10"))
    task.load(None, False)  # before the clock starts
    measured = []
    for contender in (
        accuracy.preset("best", PRESETS["best"], seeds=1),
        accuracy.small_cnn(seeds=1),
    ):
        start = perf_counter()
        (score,) = accuracy.measure(task, contender)
        measured.append((perf_counter() - start, score.metrics.accuracy))
    (seconds, ours), (seconds_of_peer, theirs) = measured
    work = f"{_WORK} (accuracy {ours:.3f}; the peer's {theirs:.3f})"
    print_row(work, _PEER, seconds, seconds_of_peer, Less(5), provided=ours >= theirs)
