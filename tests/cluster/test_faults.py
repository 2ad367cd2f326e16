"""Workers and schedulers that are lost while catclf trains."""

import os
import shutil
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import catclf
from catclf.cluster.connection import connected
from catclf.datasets.on_cluster import require_files
from catclf.errors import ClusterError, DataError
from catclf.solvers.cluster import OnCluster
from catclf.solvers.engine import worked_on_by
from tests.cluster.conftest import Processes, wait_until

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")

SETTINGS = {
    "descent": catclf.TrainingSettings(1e-5, iterations=60, init="random"),
    "lbfgs": catclf.TrainingSettings(solver="lbfgs", l2=1e-3, init="random", iterations=20),
    "auto": catclf.TrainingSettings("auto", init="random", iterations=20, dtype="float32"),
}


def train(shards: Path, kind: str = "descent", **options: Any) -> catclf.TrainingResult:
    dataset = catclf.load_dataset(shards, memory_limit=0)
    return catclf.train(dataset, SETTINGS[kind], seconds_between_calls=0, **options)


def train_on(
    processes: Processes, shards: Path, kind: str = "descent", *, patience: float = 30,
    on_wait: Callable[[str], None] | None = None, **options: Any,
) -> catclf.TrainingResult:  # fmt: skip
    with (
        connected(processes.address, patience=patience, on_wait=on_wait) as cluster,
        worked_on_by(OnCluster(cluster)),
    ):
        return train(shards, kind, **options)


def at(step: int, action: Callable[[], None]) -> Callable[[int, float, float], None]:
    """Do something in the middle of the pass that follows a step."""
    done = threading.Event()

    def on_step(steps: int, cost: float, accuracy: float) -> None:
        if steps >= step and not done.is_set():
            done.set()
            threading.Timer(0.01, action).start()

    return on_step


def assert_same(one: catclf.TrainingResult, other: catclf.TrainingResult) -> None:
    assert one.model.w.tobytes() == other.model.w.tobytes()
    assert one.model.b == other.model.b
    assert one.costs == other.costs


@pytest.mark.parametrize("most", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_the_number_of_workers_changes_no_bit(
    processes: Processes, shards: Path, most: int
) -> None:
    alone = {kind: train(shards, kind) for kind in SETTINGS}
    for workers in range(1, most + 1):
        processes.start_worker()
        processes.wait_for(workers)
        for kind, expected in alone.items():
            assert_same(train_on(processes, shards, kind), expected)


@pytest.mark.parametrize("kind", SETTINGS)
def test_a_worker_that_is_killed_changes_no_bit(
    processes: Processes, shards: Path, kind: str
) -> None:
    workers = [processes.start_worker() for _ in range(3)]
    processes.wait_for(3)
    result = train_on(processes, shards, kind, on_step=at(5, workers[1].kill))
    assert workers[1].poll() is not None
    assert_same(result, train(shards, kind))


def test_when_all_workers_are_gone_it_says_so_and_goes_on_with_a_new_one(
    processes: Processes, shards: Path
) -> None:
    worker = processes.start_worker()
    processes.wait_for(1)
    lines: list[str] = []

    def waited(line: str) -> None:
        lines.append(line)
        processes.start_worker()

    result = train_on(processes, shards, on_step=at(5, worker.kill), on_wait=waited)
    assert len(lines) == 1
    assert lines[0].startswith(f"Waiting for a worker: there is none at {processes.address}")
    assert_same(result, train(shards))


def test_it_waits_with_patience_but_not_for_ever(
    processes: Processes, shards: Path, tmp_path: Path
) -> None:
    worker = processes.start_worker()
    processes.wait_for(1)
    checkpoint = tmp_path / "c.npz"
    with pytest.raises(ClusterError, match=r"no worker at tcp.* for 1 s; start one, and resume"):
        train_on(processes, shards, patience=1, on_step=at(5, worker.kill), checkpoint=checkpoint)
    assert_same(train(shards, resume=checkpoint), train(shards))


def test_a_scheduler_that_is_killed_leaves_a_checkpoint_for_another_cluster(
    processes: Processes, shards: Path, tmp_path: Path
) -> None:
    processes.start_worker()
    processes.wait_for(1)
    checkpoint = tmp_path / "c.npz"
    with pytest.raises(ClusterError, match=r"the scheduler at tcp.* is gone; start a clust"):
        train_on(processes, shards, on_step=at(5, processes.scheduler.kill), checkpoint=checkpoint)
    processes.start_scheduler()
    processes.start_worker()
    result = train_on(processes, shards, resume=checkpoint)
    assert_same(result, train(shards))
    assert 0 < len(np.load(checkpoint)["costs"]) < 61


def test_ctrl_c_in_a_pass_leaves_the_cluster_as_it_was(
    processes: Processes, shards: Path, tmp_path: Path
) -> None:
    processes.start_worker()
    processes.wait_for(1)
    checkpoint = tmp_path / "c.npz"
    interrupt = at(5, lambda: os.kill(os.getpid(), signal.SIGINT))

    def on_step(steps: int, cost: float, accuracy: float) -> None:
        interrupt(steps, cost, accuracy)
        if steps > 40:  # it came where Python ignores exceptions, as when an object is deleted
            raise KeyboardInterrupt

    # Whoever runs the tests in the background may have it ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            train_on(processes, shards, on_step=on_step, checkpoint=checkpoint)
    finally:
        signal.signal(signal.SIGINT, before)
    with connected(processes.address) as cluster:
        assert len(cluster.workers) == 1
    assert_same(train_on(processes, shards, resume=checkpoint), train(shards))


def preload(folder: Path, code: str) -> tuple[str, str]:
    """The option that lets a worker run some code first."""
    path = folder / "preload.py"
    path.write_text(code)
    return "--preload", str(path)


def test_a_worker_that_dies_of_the_work_again_and_again(
    processes: Processes, shards: Path, tmp_path: Path
) -> None:
    code = "import os; from catclf.solvers.cluster import Part; Part.sums = lambda *_: os._exit(1)"
    processes.start_worker("--nanny", *preload(tmp_path, code))
    processes.wait_for(1)
    with pytest.raises(ClusterError, match="workers died one after the other at the same work"):
        train_on(processes, shards)


def test_a_worker_with_another_version(processes: Processes, tmp_path: Path) -> None:
    code = (
        "import importlib.metadata as m\n"
        "m.version = lambda name, real=m.version: '1.0' if name == 'numpy' else real(name)"
    )
    processes.start_worker()
    processes.wait_for(1)
    processes.start_worker(*preload(tmp_path, code))
    with connected(processes.address) as cluster:
        wait_until(lambda: len(cluster.workers) == 2)
        with pytest.raises(ClusterError, match=r"worker tcp.* has numpy 1.0, not .*; install"):
            cluster.require_same_versions()


def test_a_file_that_one_worker_cannot_open(
    processes: Processes, shards: Path, tmp_path: Path
) -> None:
    code = (
        "from pathlib import Path\n"
        "def open_(self, *a, real=Path.open, **k):\n"
        "    if 'train-00002' in self.name: raise PermissionError(13, 'Permission denied')\n"
        "    return real(self, *a, **k)\n"
        "Path.open = open_"
    )
    processes.start_worker()
    processes.start_worker(*preload(tmp_path, code))
    processes.wait_for(2)
    source = catclf.open_source(shards)
    with (
        connected(processes.address) as cluster,
        pytest.raises(ClusterError, match=r"the worker tcp.* cannot open /.*train-00002.*denied"),
    ):
        require_files(cluster, source)


def damaged(shards: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A copy of the shards, and one of its files."""
    copy = shutil.copytree(shards, tmp_path / "copy")
    return copy, copy / "train-00004-of-00005.h5"


def flip_a_byte(path: Path) -> None:
    with path.open("r+b") as file:  # in place: a file that is written anew is empty for a moment
        file.seek(500_000)
        (byte,) = file.read(1)
        file.seek(500_000)
        file.write(bytes([byte ^ 1]))


def test_a_shard_that_is_not_the_one_that_was_packed(
    processes: Processes, shards: Path, tmp_path: Path
) -> None:
    copy, path = damaged(shards, tmp_path)
    flip_a_byte(path)
    processes.start_worker()
    processes.wait_for(1)
    with pytest.raises(DataError, match=r"train-00004-of-00005.h5 has changed since it was packed"):
        train_on(processes, copy)


def test_a_shard_that_changes_while_it_is_in_use(
    processes: Processes, shards: Path, tmp_path: Path
) -> None:
    copy, path = damaged(shards, tmp_path)
    processes.start_worker()
    processes.wait_for(1)
    with pytest.raises(DataError, match=r"train-00004-of-00005.h5 has changed while it was in use"):
        train_on(processes, copy, on_step=at(5, lambda: flip_a_byte(path)))


def test_a_shard_that_vanishes_before_a_worker_is_lost(
    processes: Processes, shards: Path, tmp_path: Path
) -> None:
    copy, path = damaged(shards, tmp_path)
    workers = [processes.start_worker() for _ in range(2)]
    processes.wait_for(2)

    def vanish() -> None:
        path.unlink()
        for worker in workers:
            worker.kill()
        processes.start_worker()

    with pytest.raises(DataError, match=r"train-00004-of-00005.h5 cannot be read: no such file"):
        train_on(processes, copy, on_step=at(5, vanish))
