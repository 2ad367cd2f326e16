"""Files that never end, hold more than they should, or would be lost."""

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


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("explain {image} -m {model} -o {image}", "IMAGE, --model and --figure must be different"),
        ("plot {costs} --kind cost -o {image}", ""),
        ("train {data} -o {tmp}/m.npz --history {image}", "is one of the files of DATA, {data}"),
        ("train {data} -o {tmp}/m.npz --report {image}", "is one of the files of DATA, {data}"),
        ("train {data} -o {tmp}/m.npz --history {model}", "is there and is not a history of costs"),
        ("train {data} -o {tmp}/m.npz --checkpoint {costs}", "is there and is not a checkpoint"),
        ("train {data} -o {tmp}/m.npz --report {costs}", "is there and is not an HTML page"),
        ("train {data} -o {tmp}/m.npz --cv 2 --doubtful {costs}", "is not a table of doubtful"),
        ("evaluate {data} -m {model} --report {costs}", "is there and is not an HTML page"),
        ("pack {packs} {packs}/a.h5", "OUT {packs}/a.h5 is one of the files of DATA, {packs}"),
        ("pack {data} {costs}.h5", "is there and is not an HDF5 file"),
        ("split {data} {costs}", "is there and is not a table of images"),
        ("label {data} -m {model} --report {costs}", "is there and is not an HTML page"),
    ],
)
def test_nothing_that_is_read_or_of_another_kind_is_lost(
    catclf_run: Runner, data: Path, tmp_path: Path, model_path: Path, words: str, message: str
) -> None:
    packs = tmp_path / "packs"
    packs.mkdir()
    catclf_run("pack", data, packs / "a.h5")
    costs = tmp_path / "costs.csv"
    costs.write_text("iteration,cost\n0,0.7\n1,0.6\n")
    (tmp_path / "costs.csv.h5").write_text("no HDF5")
    image = data / "train" / "cat" / "cat-001.png"
    names = {
        "data": data, "tmp": tmp_path, "model": model_path, "image": image, "packs": packs,
        "costs": costs,
    }  # fmt: skip
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    filled = [word.format(**names) for word in words.split()]
    if not message:  # a figure may take the place of a picture that is not read
        catclf_run(*filled)
        return
    err = catclf_run(*filled, status=2).err
    assert message.format(**names) in err
    assert err.count("\n") == 1
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_files_of_the_same_kind_are_replaced(
    catclf_run: Runner, data: Path, tmp_path: Path, model_path: Path
) -> None:
    options = ("--iterations", 2, "--learning-rate", "auto", "-o", tmp_path / "m.npz")
    files = {"--history": "c.csv", "--report": "r.html", "--checkpoint": "k.npz"}
    outputs = [word for option, name in files.items() for word in (option, data / name)]
    for _ in range(2):
        catclf_run("train", data, *options, *outputs)
        catclf_run("pack", data, tmp_path / "p.h5")
        catclf_run("plot", model_path, "-o", data / "weights.png")
        catclf_run("evaluate", data, "-m", model_path, "--report", tmp_path / "e.html")
