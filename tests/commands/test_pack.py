import json
from pathlib import Path
from typing import Any

import h5py
import pytest

import catclf
from tests.conftest import Runner, shared

QUICK = ("--iterations", 3, "--learning-rate", "auto")


@pytest.fixture
def packed(catclf_run: Runner, data: Path, tmp_path: Path) -> Any:
    catclf_run("pack", data, tmp_path / "p.h5")
    return tmp_path / "p.h5"


def test_it_tells_what_is_in_the_file(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    out = catclf_run("pack", data, tmp_path / "p.h5").out
    assert f"{data} (train split): 12 images (6 cat, 6 non-cat)" in out
    assert f"Packed into {tmp_path / 'p.h5'}: 0." in out
    document = json.loads(catclf_run("pack", data, tmp_path / "q.hdf5", "--json").out)
    assert document["splits"]["test"] == {"cat": 4, "non-cat": 4}
    assert document["bytes"] == (tmp_path / "q.hdf5").stat().st_size


def test_the_file_is_a_data_set_like_any(
    catclf_run: Runner, data: Path, packed: Any, tmp_path: Path
) -> None:
    weights = []
    for source in (data, packed):
        out = catclf_run("train", source, "-o", tmp_path / "m.npz", *QUICK).out
        assert f"Trained on {source} (train split): 12 images" in out
        weights.append(catclf.load_model(tmp_path / "m.npz").w.tobytes())
    assert weights[0] == weights[1]
    scores = [
        json.loads(catclf_run("evaluate", source, "-m", tmp_path / "m.npz", "--json").out)
        for source in (data, packed)
    ]
    assert scores[0] | {"data": ""} == scores[1] | {"data": ""}


@pytest.mark.parametrize("ways", [[], ["--csv"]])
def test_predictions_are_those_of_the_files(
    catclf_run: Runner, data: Path, packed: Any, model_path: Path, ways: Any
) -> None:
    of_files = catclf_run("predict", data / "test", data / "train", "-m", model_path, *ways).out
    of_pack = catclf_run("predict", packed, "-m", model_path, *ways).out
    renamed = of_pack.replace(f"{packed}[", f"{data}/").replace(".png]", ".png")
    assert sorted(renamed.splitlines()) == sorted(of_files.splitlines())
    assert len(of_pack.splitlines()) == 20 + (ways == ["--csv"])


def test_files_and_packs_in_the_order_given(
    catclf_run: Runner, data: Path, packed: Any, model_path: Path
) -> None:
    image = data / "test" / "cat" / "cat-100.png"
    out = catclf_run("predict", image, packed, "nowhere.png", "no.h5", image, "-m", model_path,
                     "--json", status=1)  # fmt: skip
    lines = [json.loads(line) for line in out.out.splitlines()]
    assert len(lines) == 1 + 20 + 2 + 1
    assert [line["path"] for line in (lines[0], *lines[-3:])] == [
        str(image), "nowhere.png", "no.h5", str(image),
    ]  # fmt: skip
    assert "no.h5" in lines[-2]["error"]
    assert "2 of 6 files could not be read" in out.err


@pytest.mark.real_data
def test_the_courses_files_are_predicted_as_they_are(catclf_run: Runner, model_path: Path) -> None:
    path = shared("catvnoncat", "test_catvnoncat.h5")
    assert len(catclf_run("predict", path, "-m", model_path).out.splitlines()) == 50


def test_crop_goes_with_the_file(
    catclf_run: Runner, data: Path, tmp_path: Path, model_path: Path
) -> None:
    path = tmp_path / "p.h5"
    catclf_run("pack", data, path, "--fit", "crop")
    catclf_run("train", path, "-o", tmp_path / "m.npz", *QUICK)
    assert catclf.load_model(tmp_path / "m.npz").preprocessing.resize == "crop"
    for arguments in (
        ("train", path, "--fit", "stretch", *QUICK),
        ("evaluate", path, "-m", model_path),
        ("predict", path, "-m", model_path),
    ):
        assert "packed with --side 64 --resize crop" in catclf_run(*arguments, status=1).err


def test_bad_images(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    (data / "test" / "dog" / "bad.png").write_text("no image")
    assert "--skip-bad" in catclf_run("pack", data, tmp_path / "p.h5", status=1).err
    result = catclf_run("pack", data, tmp_path / "p.h5", "--skip-bad")
    assert "Skipped 1 unreadable file" in result.out
    assert "bad.png: unsupported or damaged image" in result.err
    with h5py.File(tmp_path / "p.h5") as file:
        assert len(file["test_set_x"]) == 8


@pytest.mark.parametrize(
    ("arguments", "status", "reason"),
    [
        (["{data}", "{tmp}/p.zip"], 2, "must end in .h5 or .hdf5"),
        (["{data}", "{tmp}/no/p.h5"], 1, "there is no folder"),
        (["nowhere", "{tmp}/p.h5"], 1, "does not exist"),
        (["{data}"], 2, "Missing argument 'OUT'"),
        (["{tmp}/same.h5", "{tmp}/same.h5"], 2, "must be different files"),
        (["{data}", "{tmp}/p.h5", "--positive", "bird"], 1, "no class named bird"),
    ],
)
def test_mistakes_get_one_line(
    catclf_run: Runner, data: Path, tmp_path: Path, arguments: Any, status: int, reason: str
) -> None:
    arguments = [text.format(data=data, tmp=tmp_path) for text in arguments]
    result = catclf_run("pack", *arguments, status=status)
    assert result.err.startswith("Error: ")
    assert result.err.count("\n") == 1
    assert reason in result.err
    assert list(tmp_path.glob("*.h5")) == []


def test_folders_above_the_data_are_not_told(
    catclf_run: Runner, data: Path, tmp_path: Path
) -> None:
    table = tmp_path / "lists" / "all.csv"
    table.parent.mkdir()
    images = sorted((data / "train").glob("*/*.png"))
    table.write_text("".join(f"{image},{image.parent.name}\n" for image in images))
    catclf_run("pack", table, tmp_path / "p.h5")
    with h5py.File(tmp_path / "p.h5") as file:
        names = [name.decode() for name in file["train_set_names"][:]]
    assert names == [image.name for image in images]
    catclf_run("train", data, "-o", tmp_path / "m.npz", *QUICK)
    record = catclf.load_model(tmp_path / "m.npz").training
    assert record["test"]["data"] == f"{data.name} (test split)"
    assert str(tmp_path) not in json.dumps(record)
