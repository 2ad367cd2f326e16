"""Arrays that do not fit into memory."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import catclf
from catclf.errors import OutputError
from catclf.memory import fits, free_memory, large_array, room_for_arrays
from tests.conftest import Runner, needs_posix

MB = 10**6


def test_free_memory_is_some_of_what_there_is() -> None:
    assert 50 * MB < free_memory() < 2**50


def test_the_least_limit_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("limit", "used", "system"):
        (tmp_path / name).write_text("max\n")
    monkeypatch.setattr("catclf.memory._MEMORY_OF_SYSTEM", tmp_path / "system")
    monkeypatch.setattr("catclf.memory._LIMIT_OF_GROUP", tmp_path / "limit")
    monkeypatch.setattr("catclf.memory._USE_OF_GROUP", tmp_path / "used")
    monkeypatch.setattr("catclf.memory._free_of_process", lambda: None)
    assert free_memory() == 4 * 2**30  # nothing is known
    (tmp_path / "system").write_text("MemTotal: 9 kB\nMemAvailable:  3000 kB\n")
    assert free_memory() == 3000 * 1024
    (tmp_path / "limit").write_text("2000000\n")
    (tmp_path / "used").write_text("1500000\n")
    assert free_memory() == 500_000
    assert fits(125_000)
    assert not fits(125_001)
    (tmp_path / "used").write_text("2500000\n")
    assert free_memory() == 0


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("kind", ["RLIMIT_AS", "RLIMIT_DATA"])
def test_limits_of_the_process_count(kind: str) -> None:
    code = (
        f"import resource as r; r.setrlimit(r.{kind}, (2 * 10**9, 2 * 10**9))\n"
        "from catclf.memory import free_memory; print(free_memory())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 100 * MB < int(done.stdout) < 2000 * MB


def test_what_is_too_large_for_memory_is_in_a_file_without_a_name(tmp_path: Path) -> None:
    told: list[int] = []
    with room_for_arrays(1000, tmp_path, told.append):
        small, large = large_array((10, 5), np.float32), large_array((100, 5), np.float64)
    assert told == [4000]
    assert not isinstance(small, np.memmap)
    assert not list(tmp_path.iterdir()) or os.name != "posix"
    large[:] = np.arange(500).reshape(100, 5)
    large -= large.mean(axis=0)
    assert large.sum() == pytest.approx(0)
    assert type(large) is np.ndarray
    assert large.shape == (100, 5)


def test_outside_a_quarter_of_the_free_memory_is_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("catclf.memory.free_memory", lambda: 4000)
    assert fits(1000)
    assert not fits(1001)
    assert large_array((1001,), np.uint8).shape == (1001,)


@needs_posix
def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with (
            room_for_arrays(1000, tmp_path),
            pytest.raises(OutputError, match=r"has no room for 0\.1 GB of features.*--memory"),
        ):
            large_array((MB, 100), np.uint8)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with room_for_arrays(10, tmp_path / "none"), pytest.raises(OutputError, match="no room"):
        large_array((100,), np.uint8)


@pytest.mark.parametrize(
    "options",
    [
        ("--features", "hog", "--solver", "lbfgs", "--l2", "auto", "--standardise"),
        ("--flip", "--iterations", "30"),
    ],
)
def test_training_from_a_file_gives_the_same_model(
    catclf_run: Runner,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
) -> None:
    monkeypatch.setattr("catclf.commands.options._LEAST_MEMORY", 1)
    models = []
    for name, limit in (("a.npz", "1G"), ("b.npz", "1k")):
        outcome = catclf_run("train", data, "-o", tmp_path / name, "--memory", limit, *options)
        assert ("are kept in a temporary file beside the model" in outcome.err) == (limit == "1k")
        models.append(catclf.load_model(tmp_path / name))
    assert sorted(path.name for path in tmp_path.glob("*cat*")) == []
    images = catclf.load_dataset(data, "test").images
    np.testing.assert_allclose(models[0].logits(images), models[1].logits(images), atol=1e-3)


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ("1k", "1k is too little to train with; allow 100M or more"),
        ("much", "'much' is not a size; write one like 500M or 4G"),
        ("-4G", "'-4G' is not a size"),
    ],
)
def test_sizes_that_make_no_sense(catclf_run: Runner, data: Path, size: str, message: str) -> None:
    assert message in catclf_run("train", data, "--memory", size, status=2).err
