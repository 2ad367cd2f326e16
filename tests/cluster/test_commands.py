"""The commands with `--scheduler`: the same results as without."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import catclf
from catclf.solvers.cluster import OnCluster, Parts
from catclf.solvers.engine import Examples
from tests.cluster.conftest import Processes, wait_until
from tests.conftest import Program, Runner

DESCENT = ("--learning-rate", 1e-5, "--iterations", 5, "--init", "random", "--score", "none")


def test_a_training_gives_the_same_model(
    catclf_run: Runner, two_workers: Processes, shards: Path, tmp_path: Path
) -> None:
    out = {
        name: catclf_run("train", shards, *DESCENT, "-o", tmp_path / f"{name}.npz", *options).out
        for name, options in (("one", ()), ("two", ("--scheduler", two_workers.address)))
    }
    assert out["one"].replace("one.npz", "two.npz") == out["two"]
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_the_progress_shows_passes_and_workers(
    catclf_run: Runner, two_workers: Processes, shards: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("catclf.commands.progress._SECONDS_BETWEEN_LINES", 0)
    err = catclf_run(
        "train", shards, *DESCENT, "-o", tmp_path / "m.npz", "--scheduler", two_workers.address
    ).err
    assert re.search(r"Training: step \d of 5.*passes \d+.*workers 2", err), err


@pytest.mark.parametrize("options", [("--solver", "lbfgs", "--l2", 0.01, "--dtype", "float32"),
                                     ("--learning-rate", "auto", "--iterations", 3)])  # fmt: skip
def test_held_out_scores_are_the_same(
    catclf_run: Runner, two_workers: Processes, shards: Path, tmp_path: Path, options: Any
) -> None:
    words = ("train", shards, "--init", "random", "-o", tmp_path / "m.npz", "--json", *options)
    one, two = (
        json.loads(catclf_run(*words, *more).out)
        for more in ((), ("--scheduler", two_workers.address))
    )
    assert one["held_out"] == two["held_out"]
    assert one["cost"] == two["cost"]


@pytest.mark.slow
def test_the_best_preset_comes_to_the_same_result(
    catclf_run: Runner, two_workers: Processes, shards: Path, tmp_path: Path
) -> None:
    models = []
    for name, options in (("one", ()), ("two", ("--scheduler", two_workers.address))):
        path = tmp_path / f"{name}.npz"
        catclf_run(
            "train", shards, "--recipe", "best", "--tolerance", 1e-6, "--score", "none",
            "-o", path, *options,
        )  # fmt: skip
        models.append(catclf.load_model(path))
    one, two = models
    assert one.training["l2"] == two.training["l2"]
    assert one.training["accuracy"] == pytest.approx(two.training["accuracy"], abs=0.002)
    images = catclf.load_dataset(shards).images[:50]
    np.testing.assert_allclose(one.logits(images), two.logits(images), atol=2e-3)


@pytest.mark.parametrize("features", ["pixels", "hog"])
def test_features_are_standardised_by_the_workers(
    catclf_run: Runner, two_workers: Processes, shards: Path, tmp_path: Path, features: str
) -> None:
    models = []
    for options in ((), ("--scheduler", two_workers.address)):
        catclf_run(
            "train", shards, "--features", features, "--standardise", "--flip", "--solver", "lbfgs",
            "--l2", 1, "--tolerance", 1e-9, "--score", "none", "-o", tmp_path / "m.npz", *options,
        )  # fmt: skip
        models.append(catclf.load_model(tmp_path / "m.npz"))
    one, two = models
    images = catclf.load_dataset(shards).images[:50]
    np.testing.assert_allclose(one.logits(images), two.logits(images), atol=1e-6)


def test_mirror_images_of_pixels_are_made_by_the_workers(
    catclf_run: Runner, two_workers: Processes, shards: Path, tmp_path: Path
) -> None:
    weights = []
    for options in ((), ("--scheduler", two_workers.address)):
        catclf_run("train", shards, *DESCENT, "--flip", "-o", tmp_path / "m.npz", *options)
        weights.append(catclf.load_model(tmp_path / "m.npz").w)
    assert weights[0].tobytes() == weights[1].tobytes()


def test_predictions_and_evaluations_are_the_same(
    catclf_run: Runner, two_workers: Processes, shards: Path, data: Path, model_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(data.parent)
    (data / "test" / "cat" / "cat-102.png").write_bytes(b"no image")
    on_cluster = ("--scheduler-file", two_workers.file)
    for words, status in (
        (("predict", data, shards, "nowhere.png", data / "test", "-m", model_path, "--json"), 1),
        (("evaluate", shards, "-m", model_path, "--split", "train", "--mistakes"), 0),
        (("evaluate", data.relative_to(Path.cwd()), "-m", model_path, "--mistakes"), 1),
    ):
        one = catclf_run(*words, status=status)
        two = catclf_run(*words, *on_cluster, status=status)
        assert two.out == one.out
        assert two.err == one.err
    page = data / "page.html"
    catclf_run("evaluate", shards, "-m", model_path, "--split", "train", "--report", page,
               *on_cluster)  # fmt: skip
    assert "<img" in page.read_text()
    assert len(catclf_run("predict", shards, "-m", model_path, *on_cluster).out.split("\n")) == 601


def test_packing_gives_the_same_files(
    catclf_run: Runner, two_workers: Processes, data: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    catclf_run("pack", data.relative_to(tmp_path), "one", "--shards", 3)
    catclf_run(
        "pack", data.relative_to(tmp_path), "two", "--shards", 3,
        "--scheduler", two_workers.address,
    )  # fmt: skip
    files = sorted(path.name for path in Path("one").iterdir())
    assert files == sorted(path.name for path in Path("two").iterdir())
    for name in files:
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes()


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["train", "{data}"], 1, "holds image files; pack them for a cluster: catclf pack"),
        (["pack", "{data}", "{tmp}/a.h5"], 2, "say how many with --shards"),
        (["train", "{shards}", "--recipe", "transfer"], 2, "encoder does not work on a cluster"),
    ],
)
def test_what_a_cluster_cannot_do(
    catclf_run: Runner, two_workers: Processes, shards: Path, data: Path, tmp_path: Path,
    words: list[str], status: int, message: str,
) -> None:  # fmt: skip
    filled = [word.format(data=data, tmp=tmp_path, shards=shards) for word in words]
    output = ["-o", str(tmp_path / "m.npz")] if words[0] == "train" else []
    err = catclf_run(*filled, *output, "--scheduler", two_workers.address, status=status).err
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--scheduler", "local:0"], "local:0 is not a cluster; give a number, as in local:4"),
        (["--scheduler", "local:x"], "local:x is not a cluster"),
        (["--scheduler", "nonsense"], "there is no scheduler at nonsense"),
        (["--scheduler", "foo://1:2"], "there is no scheduler at foo://1:2"),
        (["--scheduler-file", "missing.json"], "missing.json cannot be read: no such file"),
        (["--scheduler-file", __file__], "was not written by a scheduler of Dask"),
    ],
)
def test_addresses_that_lead_nowhere(
    catclf_run: Runner, shards: Path, tmp_path: Path, options: list[str], message: str
) -> None:
    err = catclf_run("train", shards, "-o", tmp_path / "m.npz", *options, status=1).err
    assert message in err
    assert err.count("\n") == 1


def test_without_dask_it_says_what_to_install(
    catclf_run: Runner, shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    err = catclf_run("train", shards, "-o", tmp_path / "m.npz", "--scheduler", "local",
                     status=1).err  # fmt: skip
    assert err == "Error: a cluster needs Dask; install it: pip install 'catclf[cluster]'\n"


def test_a_cluster_on_this_machine(program: Program, shards: Path, tmp_path: Path) -> None:
    words = ("train", shards, *DESCENT, "-q", "-o")
    program(*words, tmp_path / "one.npz")
    done = program(*words, tmp_path / "two.npz", "--scheduler", "local:2")
    assert done.stderr == ""
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
def test_a_scheduler_that_dies_prints_one_line(
    processes: Processes, shards: Path, tmp_path: Path
) -> None:
    processes.start_worker()
    processes.wait_for(1)
    checkpoint = tmp_path / "c.npz"
    command = [
        str(Path(sys.executable).with_name("catclf")), "train", str(shards), "-q", "-o",
        str(tmp_path / "m.npz"), "--scheduler", processes.address, "--iterations", "100000",
        "--score", "none", "--checkpoint", str(checkpoint), "--learning-rate", "1e-5",
    ]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as training:
        wait_until(lambda: _is_training(processes), 90)
        processes.scheduler.kill()
        _, err = training.communicate(timeout=30)
    assert training.returncode == 1
    assert err == (
        f"Error: the scheduler at {processes.address} is gone; start a cluster again, and resume "
        "from a checkpoint\n"
    )
    assert len(np.load(checkpoint)["costs"]) > 1


def _is_training(processes: Processes) -> bool:
    """Whether the scheduler has seen the tasks of some hundred passes."""
    from distributed import Client

    with Client(processes.address, set_as_default=False) as client:
        return int(client.run_on_scheduler(_transitions)) > 1000


def _transitions(dask_scheduler: Any) -> int:
    return int(dask_scheduler.transition_counter)


def test_images_in_memory_are_sent_only_if_they_are_few(two_workers: Processes) -> None:
    from catclf.cluster.connection import connected
    from catclf.errors import ClusterError
    from catclf.logistic import LOSSES

    def examples(m: int) -> Examples:
        rows = np.broadcast_to(np.uint8(1), (m, 64, 64, 3))
        return Examples(rows, np.ones((1, m)), 1.0, LOSSES["cross-entropy"], np.dtype("float32"))

    with connected(two_workers.address) as cluster:
        cost = OnCluster(cluster).cost(examples(100), 0.0, is_fused=False)
        assert cost.propagate(np.zeros((12288, 1)), 0.0).correct == 100
        with pytest.raises(ClusterError, match="pack them for a cluster: catclf pack DATA OUT"):
            Parts(cluster, examples(10_000))
