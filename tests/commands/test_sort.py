import json
from pathlib import Path
from typing import Any

import pytest

import catclf
from catclf.sorting.journal import hash_of
from tests.conftest import Runner, needs_posix


@pytest.fixture
def sort(catclf_run: Runner, model_path: Path) -> Any:
    def run(*args: Any, **options: Any) -> Any:
        return catclf_run("sort", *args, "-m", model_path, **options)

    return run


def names(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_images_are_copied_by_label(sort: Runner, data: Path, tmp_path: Path) -> None:
    out = sort(data / "test", tmp_path / "out").out
    assert out.splitlines() == [
        "Copied 8 files (4 cat, 4 non-cat)", f"Undo with: catclf sort --undo {tmp_path}/out"
    ]  # fmt: skip
    assert names(tmp_path / "out") == [
        *(f"cat/cat/cat-10{i}.png" for i in range(4)),
        *(f"non-cat/dog/dog-10{i}.png" for i in range(4)),
        "sorted.jsonl",
    ]
    again = sort(data / "test", tmp_path / "out").out
    assert again == "Left out: 8 files that are there already\nCopied 0 files\n"


@pytest.mark.parametrize("way", ["--move", "--link"])
def test_they_come_back(
    sort: Runner, catclf_run: Runner, data: Path, tmp_path: Path, way: str
) -> None:
    before = names(data)
    sort(data, tmp_path / "out", way)
    assert (names(data) == before) == (way == "--link")
    document = json.loads(catclf_run("sort", "--undo", tmp_path / "out", "--json").out)
    assert document == {"files": 20, "kept": []}
    assert names(data) == before
    assert not (tmp_path / "out").exists()


def test_a_dry_run_does_nothing(sort: Runner, data: Path, tmp_path: Path) -> None:
    arguments = (data / "test", tmp_path / "out", "--dry-run", "--unsure", 0, 1)
    lines = sort(*arguments).out.splitlines()
    assert len(lines) == 8
    label, probability, source, target = lines[0].split("\t")
    assert (label, source) == ("unsure", f"{data}/test/cat/cat-100.png")
    assert target == f"{tmp_path}/out/unsure/cat/cat-100.png"
    assert 0 <= float(probability) <= 1
    document = json.loads(sort(*arguments, "--json").out)
    assert [row["to"] for row in document["files"]] == [line.split("\t")[3] for line in lines]
    assert not (tmp_path / "out").exists()


def test_unreadable_files_stay(sort: Runner, data: Path, tmp_path: Path) -> None:
    bad = data / "test" / "cat" / "bad\x1b.jpg"
    bad.write_text("no image")
    result = sort(data / "test", tmp_path / "out", "--move", status=1)
    assert r"bad\x1b.jpg: unsupported or damaged image" in result.err
    assert names(data / "test") == ["cat/bad\x1b.jpg"]
    document = json.loads(sort(data / "train", tmp_path / "out", "--json").out)
    assert document["files"] == {"cat": 6, "non-cat": 6}


def test_a_folder_where_a_copy_would_grow_stays(sort: Runner, data: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "cat" / "cat" / "cat-100.png"
    kept = target.with_name(f".catclf-{hash_of(target.name)}.partial") / "kept.txt"
    kept.parent.mkdir(parents=True)
    kept.touch()
    sort(data / "test", tmp_path / "out", status=1)
    assert kept.exists()


@needs_posix
def test_links_are_copied_but_not_moved(sort: Runner, data: Path, tmp_path: Path) -> None:
    link = data / "test" / "cat" / "link.png"
    link.symlink_to(data / "train" / "cat" / "cat-000.png")
    result = sort(data / "test", tmp_path / "moved", "--move", status=1)
    assert f"Not moved: {link}: a symbolic link" in result.err
    assert names(data / "test") == ["cat/link.png"]
    sort(data / "test", tmp_path / "copied")
    copy = tmp_path / "copied" / "cat" / "cat" / "link.png"
    assert not copy.is_symlink()
    assert copy.read_bytes() == link.read_bytes()


def test_a_models_class_name_cannot_lead_elsewhere(
    catclf_run: Runner, data: Path, tmp_path: Path, model_path: Path
) -> None:
    model = catclf.load_model(model_path)
    hostile = type(model)(**{**vars(model), "positive": "../../../cat"})
    catclf.save_model(hostile, tmp_path / "hostile.npz")
    catclf_run(
        "sort", data / "test", tmp_path / "a" / "b", "-m", tmp_path / "hostile.npz", status=1
    )
    (tmp_path / "a").mkdir()
    catclf_run("sort", data / "test", tmp_path / "a" / "b", "-m", tmp_path / "hostile.npz")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]
    assert len(names(tmp_path / "a" / "b")) == 9


@pytest.mark.parametrize(
    ("arguments", "status", "reason"),
    [
        (["{data}"], 2, "two folders are wanted: FOLDER and OUT"),
        (["{data}", "out", "--link", "--move"], 2, "--link and --move exclude each other"),
        (["none", "out"], 1, "none is not a folder; name a folder of images"),
        (["{data}", "no/out"], 1, "out cannot be made: there is no folder no"),
        (["{data}", "{data}/train/cat/cat-000.png"], 1, "is not a folder; name a folder to sort"),
        (["empty", "out"], 1, "empty has no images to sort"),
        (["--undo"], 2, "--undo wants one folder"),
        (["--undo", "{data}"], 1, "has no sorted.jsonl"),
        (["{data}", "out", "--unsure", "0.7", "0.3"], 2, "LOW must not be above HIGH"),
    ],
)
def test_mistakes(
    sort: Runner,
    data: Path,
    tmp_path: Path,
    arguments: list[str],
    status: int,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    result = sort(*(text.format(data=data) for text in arguments), status=status)
    assert reason in result.err
    assert result.err.count("\n") == 1
    assert not (tmp_path / "out").exists()
