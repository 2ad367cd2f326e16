"""A Dask cluster of real processes on the loopback interface."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import catclf

if find_spec("distributed") is None:
    pytest.skip("dask is not installed (extra `cluster`)", allow_module_level=True)

from catclf.cluster.connection import connected

SECONDS = 60
"""That a test may take."""


def wait_until(is_so: Callable[[], Any], seconds: float = 30) -> None:
    """Wait for something, but not for ever."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


class Processes:
    """A scheduler and its workers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: list[subprocess.Popen[bytes]] = []
        self.file = folder / "scheduler.json"
        self.start_scheduler()

    def start_scheduler(self) -> None:
        self.file.unlink(missing_ok=True)
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
            "--scheduler-file", self.file,
        )  # fmt: skip
        wait_until(self.file.exists)

    @property
    def address(self) -> str:
        return str(json.loads(self.file.read_text())["address"])

    def start_worker(self, *options: str, env: dict[str, str] | None = None) -> Any:
        return self._start(
            "worker", self.address, "--nthreads", "1", "--no-dashboard",
            *([] if "--nanny" in options else ["--no-nanny"]),
            "--host", "127.0.0.1", "--local-directory", self._folder / "space",
            "--death-timeout", "60", *options, env=env,
        )  # fmt: skip

    def wait_for(self, workers: int) -> None:
        """Wait until so many workers are there."""
        with connected(self.address) as cluster:
            wait_until(lambda: len(cluster.workers) == workers)

    def _start(self, *words: object, env: dict[str, str] | None = None) -> Any:
        code = "import sys; from distributed.cli import dask_{0} as d; d.main(sys.argv[1:])"
        process = subprocess.Popen(
            [sys.executable, "-c", code.format(words[0]), *map(str, words[1:])],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"} | (env or {}),
            cwd=self._folder,
        )
        self._running.append(process)
        return process

    def stop(self) -> None:
        for process in self._running:
            process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
            process.wait()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """A scheduler without workers."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    running = Processes(folder)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """A cluster for tests that do it no harm."""
    running = Processes(tmp_path_factory.mktemp("cluster"))
    for _ in range(2):
        running.start_worker()
    running.wait_for(2)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 images in 5 shards, of noise that is a little brighter where there are cats."""
    folder = tmp_path_factory.mktemp("shards")
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 600)
    images = rng.integers(0, 250, (600, 64, 64, 3)) + 5 * labels[:, None, None, None]
    import h5py

    with h5py.File(folder / "all.h5", "w") as file:
        file["train_set_x"], file["train_set_y"] = images.astype(np.uint8), labels
        file["list_classes"] = np.array([b"non-cat", b"cat"])
    catclf.pack_shards(catclf.open_source(folder / "all.h5"), folder / "shards", 5)
    return folder / "shards"


@pytest.fixture(autouse=True)
def _limited(request: pytest.FixtureRequest) -> Iterator[None]:
    """End a test that hangs."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def give_up(*_: object) -> None:
        pytest.fail(f"{request.node.name} took more than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
