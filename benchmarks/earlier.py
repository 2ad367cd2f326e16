"""catclf compared with an earlier commit of itself, on work that took long then."""

import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from benchmarks.places import PYTHON, ROOT, SHARED
from benchmarks.side_by_side import medians
from benchmarks.table import Less, print_row, print_skipped

COMMIT = "004498b"
PEER = f"catclf at commit {COMMIT}"
COPIES = 4

_BEST = "`catclf train --recipe best` on 4 000 images of CIFAR-10, a whole process"
_DESCENT = "`catclf train` on them, 2 000 iterations, a whole process"
_PREDICT = "`catclf predict` with the best preset on 1 200 photographs (300, four times)"


def print_rows() -> None:
    """Measure, and print."""
    images, photos = SHARED / "cifar-cats", SHARED / "photos"
    if not images.exists() or not photos.exists():
        print_skipped(_BEST, PEER, "no real images")
        return
    with _earlier() as earlier, tempfile.TemporaryDirectory() as temporary:
        if earlier is None:
            print_skipped(_BEST, PEER, "not in the history of this clone")
            return
        folder = Path(temporary)
        trees = {"ours": ROOT, "theirs": earlier}

        def train(name: str, data: Path, *options: str) -> Callable[[], None]:
            # The earlier one had no score of its own accord.
            quiet = ["--score", "none", "--quiet"] if name == "ours" else []
            out = ["-o", folder / f"{name}.npz"]
            return _run(trees[name], "train", data, "--positive", "cat", *out, *quiet, *options)

        best = {name: train(name, images, "--recipe", "best") for name in trees}
        seconds = medians(best, rounds=1)
        print_row(_BEST, PEER, seconds["ours"], seconds["theirs"], Less(3))
        descent = {name: train(name, images, "--learning-rate", "0.001") for name in trees}
        seconds = medians(descent, rounds=1)
        print_row(_DESCENT, PEER, seconds["ours"], seconds["theirs"], Less(4))

        for copy in range(COPIES):
            shutil.copytree(photos, folder / "many" / str(copy))
        for name in trees:
            train(name, photos, "--recipe", "best")()
        predict = {
            name: _run(tree, "predict", folder / "many", "-m", folder / f"{name}.npz")
            for name, tree in trees.items()
        }
        seconds = medians(predict, rounds=3)
        print_row(_PREDICT, PEER, seconds["ours"], seconds["theirs"], Less(2.5))


@contextmanager
def _earlier() -> Iterator[Path | None]:
    """The files of the earlier commit; None where git does not have it."""
    archive = subprocess.run(
        ["git", "archive", COMMIT, "catclf"], cwd=ROOT, capture_output=True, check=False
    )
    if archive.returncode:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        yield Path(folder)


def _run(tree: Path, *words: object) -> Callable[[], None]:
    """The program as it is in a tree."""
    command = [PYTHON, "-m", "catclf", *map(str, words)]

    def run() -> None:
        environment = os.environ | {"PYTHONPATH": str(tree)}
        subprocess.run(command, cwd=tree, env=environment, capture_output=True, check=True)

    return run
