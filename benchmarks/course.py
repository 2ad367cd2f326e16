"""Whole processes on the course's data: from files to saved weights."""

import tempfile
from pathlib import Path

import numpy as np

import catclf
from benchmarks.machine import installed
from benchmarks.places import CATCLF, PEERS, PYTHON, SHARED
from benchmarks.side_by_side import medians, process
from benchmarks.table import Less, print_row, print_skipped

WORK = "`catclf train` on the course's data: a whole process, 2000 iterations"

# Name, script, the package that it needs, and the target.
OTHERS = [
    ("plain numpy script", "plain_numpy.py", "numpy", Less(10)),
    ("scikit-learn `LogisticRegression` script", "scikit_learn.py", "sklearn", Less(12)),
    ("PyTorch script, full-batch SGD in float32", "pytorch.py", "torch", Less(20)),
]


def print_rows() -> None:
    """Measure, and print."""
    folder = SHARED / "catvnoncat"
    if not folder.exists():
        print_skipped(WORK, "every peer", f"no {folder.name}")
        return
    with tempfile.TemporaryDirectory() as temporary:
        ours, plain = Path(temporary, "catclf.npz"), Path(temporary, "plain_numpy.npz")
        tasks = {"catclf": process(CATCLF, "train", folder, "-o", ours)}
        for peer, script, package, _ in OTHERS:
            if installed(package):
                out = Path(temporary, script).with_suffix(".npz")
                tasks[peer] = process(PYTHON, PEERS / script, folder, out)
        seconds = medians(tasks, rounds=5)
        with np.load(plain) as weights:
            np.testing.assert_allclose(catclf.load_model(ours).w, weights["w"], rtol=0, atol=1e-9)
    for peer, _, _, target in OTHERS:
        if peer in seconds:
            print_row(WORK, peer, seconds["catclf"], seconds[peer], target)
        else:
            print_skipped(WORK, peer, "not installed")
