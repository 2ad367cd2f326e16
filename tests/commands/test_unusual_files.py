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
        ("plot {costs} --kind cost -o {image}", "is there and is not a figure; name another"),
        ("lesson sigmoid --figure {image}", "is there and is not a figure"),
        ("export {model} {page}", "is there and is not an exported model"),
        ("train {data} -o {tmp}/m.npz --history {image}", "is one of the files of DATA, {data}"),
        ("train {data} -o {tmp}/m.npz --report {image}", "is one of the files of DATA, {data}"),
        ("train {data} -o {tmp}/m.npz --history {model}", "is there and is not a history of costs"),
        ("train {data} -o {tmp}/m.npz --checkpoint {costs}", "is there and is not a checkpoint"),
        ("train {data} -o {tmp}/m.npz --report {costs}", "is there and is not a page of catclf"),
        ("train {data} -o {tmp}/m.npz --cv 2 --doubtful {costs}", "is not a table of doubtful"),
        ("evaluate {data} -m {model} --report {costs}", "is there and is not a page of catclf"),
        ("pack {packs} {packs}/a.h5", "OUT {packs}/a.h5 is one of the files of DATA, {packs}"),
        ("pack {data} {costs}.h5", "is there and is not an HDF5 file"),
        ("split {data} {costs}", "is there and is not a table of images"),
        ("label {data} -m {model} --report {costs}", "is there and is not a page of catclf"),
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
    page = tmp_path / "page.html"
    page.write_text("<!DOCTYPE html><title>mine</title>")
    image = data / "train" / "cat" / "cat-001.png"
    names = {
        "data": data, "tmp": tmp_path, "model": model_path, "image": image, "packs": packs,
        "costs": costs, "page": page,
    }  # fmt: skip
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    filled = [word.format(**names) for word in words.split()]
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


@pytest.mark.parametrize(
    "words",
    [
        "plot {model} -o {other}.png",
        "plot {costs} -o {other}.pdf --kind cost",
        "explain {image} -m {model} -o {other}.svg",
        "lesson sigmoid --figure {other}.png",
        "train {data} -o {other}.npz --iterations 2",
        "train {data} -o {tmp}/m.npz --iterations 2 --history {other}.csv",
        "evaluate {data} -m {model} --report {other}.html",
        "export {model} {other}.html",
        "pack {data} {other}.h5",
        "split {data}/train {other}.csv --validation 0 --test 0.4",
        "label {data} -m {model} --report {other}.html",
    ],
)
def test_force_replaces_them_and_once_they_are_ours_nobody_has_to(
    catclf_run: Runner, data: Path, tmp_path: Path, model_path: Path, words: str
) -> None:
    costs = tmp_path / "costs.csv"
    costs.write_text("iteration,cost\n0,0.7\n1,0.6\n")
    image, other = data / "train" / "cat" / "cat-001.png", tmp_path / "other"
    filled = [
        word.format(
            data=data, tmp=tmp_path, model=model_path, image=image, other=other, costs=costs
        )
        for word in words.split()
    ]
    (path,) = (Path(word) for word in filled if word.startswith(str(other)))
    path.write_bytes(image.read_bytes())
    refused = catclf_run(*filled, status=1 if "-o {other}.npz" in words else 2).err
    assert "--force" in refused
    assert path.read_bytes() == image.read_bytes()
    catclf_run(*filled, "--force")
    assert path.read_bytes() != image.read_bytes()
    catclf_run(*filled)


def test_force_does_not_overwrite_what_is_read(
    catclf_run: Runner, data: Path, tmp_path: Path, model_path: Path
) -> None:
    image = data / "train" / "cat" / "cat-001.png"
    words = ("explain", image, "-m", model_path, "-o", image, "--force")
    assert "must be different files" in catclf_run(*words, status=2).err


@pytest.mark.parametrize("link", [False, True])
def test_force_does_not_overwrite_what_a_csv_file_names(
    catclf_run: Runner, data: Path, tmp_path: Path, model_path: Path, link: bool
) -> None:
    image, named = data / "train" / "cat" / "cat-001.png", data / "train" / "cat" / "cat-002.png"
    if link:
        named = tmp_path / "link.png"
        named.symlink_to(image)
    table = tmp_path / "labels.csv"
    table.write_text(f"path,label\n{named},cat\n")
    before = named.read_bytes()
    for output in {named, named.resolve()}:
        for words in (
            ("lesson", "unroll", "--data", table, "--figure", output),
            ("plot", model_path, "-o", output, "--kind", "learning-curve", "--data", table),
        ):
            err = catclf_run(*words, "--force", status=2).err
            assert f"{output} is one of the files of --data, {table}; name another file" in err
    assert named.read_bytes() == before
