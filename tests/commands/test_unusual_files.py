"""Files that never end, or hold more than they should."""

import os
from pathlib import Path

import pytest

from tests.conftest import Program, Runner, needs_posix


@needs_posix
@pytest.mark.parametrize(
    "words",
    [
        ("plot", "{pipe}.csv", "--kind", "cost", "-o", "x.png"),
        ("plot", "/dev/zero", "--kind", "cost", "-o", "x.png"),
        ("predict", "{pipe}.h5", "-m", "{model}"),
        ("evaluate", "{pipe}.h5", "-m", "{model}"),
        ("info", "{pipe}.csv"),
        ("train", "{pipe}.csv"),
    ],
)
def test_pipes_and_devices_are_not_waited_for(
    program: Program, tmp_path: Path, model_path: Path, words: tuple[str, ...]
) -> None:
    for ending in ("csv", "h5"):
        os.mkfifo(tmp_path / f"pipe.{ending}")
    filled = [word.format(pipe=tmp_path / "pipe", model=model_path) for word in words]
    err = program(*filled, status=1, timeout=20).stderr
    assert "not an ordinary file" in err or "is not a file" in err or "is not a data set" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'iteration,cost\n0,"' + b"1" * 200_000 + b'"\n', "field larger than field limit"),
        (b"iteration,cost\n" + b"0,1\n" * 2**25, "it is too large"),
    ],
)
def test_histories_that_are_none(
    catclf_run: Runner, tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "costs.csv"
    path.write_bytes(content)
    err = catclf_run("plot", path, "--kind", "cost", "-o", tmp_path / "x.png", status=1).err
    assert f"{path} is not a history of costs: {reason}" in err
    assert err.count("\n") == 1


def test_a_descent_that_diverges_in_the_folds_warns_of_nothing(
    program: Program, data: Path, tmp_path: Path
) -> None:
    err = program(
        "train", data, "-o", tmp_path / "m.npz", "--iterations", 3, "--l2", "auto",
        "--solver", "gd", "--learning-rate", "1e308", "--score", "none", "-q", status=1,
    ).stderr  # fmt: skip
    assert err.startswith("Error: after 1 iterations the cost is not finite")
    assert err.count("\n") == 1
