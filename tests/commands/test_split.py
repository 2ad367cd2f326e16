import csv
import json
import shutil
from pathlib import Path

import pytest

import catclf
from tests.conftest import Runner, needs_posix, write_images


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    folder = tmp_path / "pets"
    write_images(folder / "cat" / "2024", 20, red=190)
    write_images(folder / "cat" / "2025", 20, red=191)
    write_images(folder / "dog", 40, red=80)
    return folder


def contents(folder: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in folder.rglob("*.png"))


def sides(table: Path) -> dict[str, str]:
    """The split of each image, by its content."""
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {(table.parent / row["path"]).read_bytes().hex(): row["split"] for row in rows}


@pytest.mark.parametrize("link", [False, True])
def test_folders(catclf_run: Runner, pets: Path, tmp_path: Path, link: bool) -> None:
    before = contents(pets)
    out = tmp_path / "out"
    printed = catclf_run("split", pets, out, *["--link"] * link).out
    assert contents(out) == before == contents(pets)
    splits = {path.name: len(contents(path)) for path in out.iterdir()}
    assert set(splits) == {"train", "validation", "test"}
    assert splits["train"] > splits["test"] > 0
    for line in printed.splitlines()[:3]:
        name, _, counts = line.partition(": ")
        assert counts.startswith(f"{splits[name]} images (")
    one = next((out / "train" / "cat" / "2024").iterdir())  # subfolders are kept
    assert one.samefile(pets / "cat" / "2024" / one.name) == link
    assert catclf.open_source(out).class_names() == {"cat": 40, "dog": 40}


def test_a_table_is_a_data_set_with_the_same_splits(
    catclf_run: Runner, pets: Path, tmp_path: Path
) -> None:
    catclf_run("split", pets, tmp_path / "out.csv")
    catclf_run("split", pets, tmp_path / "out")
    assert (tmp_path / "out.csv").read_text().startswith("path,label,split\npets/cat/2024/")
    for split, path in (("train", "out/train"), ("test", "out/test")):
        names = catclf.load_dataset(tmp_path / "out.csv", split).names
        assert sorted(Path(name).read_bytes() for name in names) == contents(tmp_path / path)
    out = catclf_run("train", tmp_path / "out.csv", "-o", tmp_path / "m.npz", "--iterations", 2).out
    assert "Test accuracy" in out


def test_images_keep_their_split_when_more_are_added(
    catclf_run: Runner, pets: Path, tmp_path: Path
) -> None:
    catclf_run("split", pets, tmp_path / "before.csv")
    before = sides(tmp_path / "before.csv")
    write_images(pets / "cat" / "2026", 15, red=189)
    write_images(pets / "bird", 15, red=60)
    (pets / "dog" / "dog-000.png").rename(pets / "dog" / "rex.png")
    catclf_run("split", pets, tmp_path / "after.csv")
    after = sides(tmp_path / "after.csv")
    assert len(after) == 110
    assert {name: after[name] for name in before} == before


def test_shares_and_seeds(catclf_run: Runner, pets: Path, tmp_path: Path) -> None:
    table = tmp_path / "out.csv"
    options = ("--test", 0.5, "--validation", 0, "--json")
    document = json.loads(catclf_run("split", pets, table, *options).out)
    assert set(document["splits"]) == {"train", "test"}
    assert document["groups"] == 80
    for counts in document["splits"].values():  # 20 ± 3.2 of each class on average
        assert all(10 <= count <= 30 for count in counts.values())
    first = sides(table)
    catclf_run("split", pets, table, *options, "--seed", 1)
    assert sides(table) != first


def test_what_belongs_together_comes_to_the_same_split(
    catclf_run: Runner, pets: Path, tmp_path: Path
) -> None:
    for path in sorted(pets.rglob("*.png")):
        shutil.copy(path, path.with_name(f"again-{path.name}"))
    out = catclf_run("split", pets, tmp_path / "out").out
    assert "Groups: 80 (near duplicates, bursts and the like come to the same split)" in out
    for split in ("train", "validation", "test"):
        images = contents(tmp_path / "out" / split)
        assert images[::2] == images[1::2]
    table = tmp_path / "out.csv"
    by_number = ("--group-by", r"-(\d\d)\d\.png", "--validation", 0, "--test", 0.5)
    catclf_run("split", pets, table, *by_number)
    split_of: dict[str, set[str]] = {}
    with table.open() as file:
        for row in csv.DictReader(file):
            split_of.setdefault(row["path"][-7:-5], set()).add(row["split"])
    assert all(len(splits) == 1 for splits in split_of.values())


def test_two_files_of_one_name(catclf_run: Runner, pets: Path, tmp_path: Path) -> None:
    paths = sorted(pets.rglob("*.png"))
    for i, path in enumerate(paths):
        (tmp_path / str(i)).mkdir()
        path.rename(tmp_path / str(i) / ("A.png" if i % 2 else "a.png"))
    rows = (f"{i}/{'Aa'[i % 2 == 0]}.png,{'cat' if i < 40 else '../dog'}" for i in range(80))
    (tmp_path / "labels.csv").write_text("\n".join(rows))
    catclf_run("split", tmp_path / "labels.csv", tmp_path / "out")
    names = [path.name.lower() for path in (tmp_path / "out" / "train" / "cat").rglob("*.png")]
    assert len(set(names)) == len(names) > 20
    assert len(contents(tmp_path / "out")) == 80


@pytest.mark.parametrize(
    ("arguments", "status", "reason"),
    [
        (["{pets}", "{tmp}"], 1, "exists already; name a new folder"),
        (["{pets}", "{tmp}/no/out"], 1, "there is no folder"),
        (["{pets}", "{tmp}/no/out.csv"], 1, "there is no folder"),
        (["{pets}", "out", "--test", "0.7", "--validation", "0.3"], 2, "no images to train on"),
        (["{pets}", "out", "--test", "0.01"], 1, "too few cat images for the test split"),
        (["{pets}", "out.csv", "--link"], 2, "--link is for folders"),
        (["{pets}/dog", "out"], 1, "has only|no class named cat"),
        (["none", "out"], 1, "none does not exist"),
        (["{data}", "out"], 1, "is divided already, into test and train"),
    ],
)
def test_mistakes(
    catclf_run: Runner,
    pets: Path,
    data: Path,
    tmp_path: Path,
    arguments: list[str],
    status: int,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = [text.format(pets=pets, data=data, tmp=tmp_path) for text in arguments]
    result = catclf_run("split", *arguments, status=status)
    assert reason.partition("|")[0] in result.err or reason.partition("|")[2] in result.err
    assert not list(tmp_path.glob("out*"))
    assert not list(tmp_path.glob(".catclf*"))


@needs_posix
def test_nothing_is_left_half_written(
    catclf_run: Runner, pets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[object] = []

    def copy(source: Path, target: Path) -> None:
        if len(copied) == 7:
            raise OSError(28, "No space left on device")
        copied.append(shutil.copyfile(source, target))

    monkeypatch.setattr("shutil.copy2", copy)
    error = catclf_run("split", pets, tmp_path / "out", status=1).err
    assert "out cannot be written: no space left on device" in error
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pets"]
