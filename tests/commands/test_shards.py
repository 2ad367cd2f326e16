"""`catclf pack --shards`, and a folder of shards as a data set."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import catclf
from catclf.datasets import pack_shards
from catclf.datasets.hdf5 import splits as hdf5
from catclf.datasets.shards import load_index, random_order
from catclf.errors import OutputError
from tests.conftest import Runner, write_images

QUICK = ("--iterations", 3, "--learning-rate", "auto")


@pytest.fixture
def shards(catclf_run: Runner, data: Path, tmp_path: Path) -> Path:
    catclf_run("pack", data, tmp_path / "shards", "--shards", 3)
    return tmp_path / "shards"


def names(folder: Path) -> list[str]:
    """Names of the files of the training images, in the order of the shards."""
    found = hdf5.joined(
        [hdf5.labelled_splits(path)["train"] for path in sorted(folder.glob("train-*"))]
    )
    return [name.partition("[")[2].rstrip("]") for name in found.names]


def test_they_hold_all_images_in_an_order_that_can_be_undone(data: Path, shards: Path) -> None:
    assert len(list(shards.iterdir())) == 3 + 3 + 1
    source = catclf.open_source(data)
    by_name = [str(p.relative_to(data)) for p in source.splits["train"].files()]
    packed = names(shards)
    assert sorted(packed) == sorted(by_name)
    assert packed != by_name
    restored: list[Any] = [None] * len(packed)
    for place, name in zip(random_order(len(packed)), packed, strict=True):
        restored[place] = name
    assert restored == by_name


def test_the_order_is_the_same_for_ever() -> None:
    assert random_order(8).tolist() == [2, 4, 6, 5, 1, 7, 0, 3]
    for m in (1, 2, 1000):
        assert sorted(random_order(m)) == list(range(m))
    halves = np.split(random_order(10_000) < 5000, 10)  # as if the first half were cats
    assert all(440 < half.sum() < 560 for half in halves)


def test_every_command_takes_them(
    catclf_run: Runner, data: Path, shards: Path, tmp_path: Path, model_path: Path
) -> None:
    out = catclf_run("train", shards, "-o", tmp_path / "m.npz", *QUICK).out
    assert f"Trained on {shards} (train split): 12 images (6 cat, 6 non-cat)" in out
    scores = [
        json.loads(catclf_run("evaluate", source, "-m", model_path, "--json").out)
        for source in (data, shards)
    ]
    assert scores[0]["accuracy"] == scores[1]["accuracy"]
    assert scores[0]["brier"] == pytest.approx(scores[1]["brier"])  # summed in another order
    assert len(scores[0]["trained_on"]) == len(scores[1]["trained_on"]) == 0
    predicted = [catclf_run("predict", source, "-m", model_path).out for source in (data, shards)]
    assert sorted(line.split("\t")[1] for line in predicted[0].splitlines()) == sorted(
        line.split("\t")[1] for line in predicted[1].splitlines()
    )
    assert "12 images" in catclf_run("check", shards).out
    catclf_run("pack", shards, tmp_path / "one.h5")
    catclf_run("pack", shards, tmp_path / "two", "--shards", 2)
    assert len(names(tmp_path / "two")) == 12


def test_images_may_stay_in_the_files(shards: Path) -> None:
    in_files = catclf.load_dataset(shards, memory_limit=0)
    in_memory = catclf.load_dataset(shards)
    assert not isinstance(in_files.images, np.ndarray)
    np.testing.assert_array_equal(in_files.images[2:11], in_memory.images[2:11])
    settings = catclf.TrainingSettings("auto", iterations=4)
    assert (
        catclf.train(in_files, settings).model.w.tobytes()
        == catclf.train(in_memory, settings).model.w.tobytes()
    )


def test_a_second_run_writes_what_is_missing(
    catclf_run: Runner, data: Path, shards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in shards.iterdir()}
    times = {path: path.stat().st_mtime_ns for path in shards.glob("*.h5")}
    missing, damaged = shards / "train-00002-of-00003.h5", shards / "test-00001-of-00003.h5"
    missing.unlink()
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    catclf_run("pack", data, shards, "--shards", 3)
    assert {path: path.read_bytes() for path in shards.iterdir()} == before
    unchanged = {p for p in times if p.stat().st_mtime_ns == times[p]}
    assert unchanged == set(times) - {missing, damaged}


def test_when_it_is_stopped_what_was_written_is_kept(
    catclf_run: Runner, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = pack_shards.write_shard

    def interrupted(task: Any) -> Any:
        if task.place == 2:
            raise OutputError("the disk is full")
        return write(task)

    folder = tmp_path / "shards"
    with monkeypatch.context() as patch:
        patch.setattr(pack_shards, "write_shard", interrupted)
        catclf_run("pack", data, folder, "--shards", 3, status=1)
    assert not load_index(folder).is_complete
    err = catclf_run("train", folder, "-o", tmp_path / "m.npz", status=1).err
    assert f"{folder} is not complete; pack the data set again, with the same options" in err
    catclf_run("pack", data, folder, "--shards", 3)
    assert load_index(folder).is_complete


def test_unreadable_images_are_left_out_and_remembered(
    catclf_run: Runner, data: Path, tmp_path: Path
) -> None:
    bad = data / "train" / "cat" / "cat-003.png"
    bad.write_bytes(b"no image")
    err = catclf_run("pack", data, tmp_path / "s", "--shards", 2, status=1).err
    assert "cat-003.png" in err
    out = catclf_run("pack", data, tmp_path / "s", "--shards", 2, "--skip-bad", "--json").out
    document = json.loads(out)
    assert document["splits"]["train"] == {"cat": 5, "non-cat": 6}
    assert [Path(file["name"]).name for file in document["skipped"]] == ["cat-003.png"]
    index = load_index(tmp_path / "s")
    assert [place for s in index.splits["train"] if s for place in s.skipped] == [3]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: (s / "train-00001-of-00003.h5").unlink(), "no such file or directory; pack"),
        (lambda s: (s / "train-00001-of-00003.h5").write_bytes(b"x"), "has 1 bytes, but shards.js"),
        (lambda s: (s / "shards.json").write_text("{"), "not a valid index of shards; pack"),
        (lambda s: (s / "shards.json").write_text("[" * 9999), "not a valid index of shards"),
        (lambda s: (s / "shards.json").write_text('{"format": 2}'), "not a valid index of shards"),
        (lambda s: replace_in(s, "train-00001", "../train-00001"), "not a valid index of shards"),
        (lambda s: replace_in(s, '"cat": ', '"cat": 1'), "has other images than shards.json says"),
        (lambda s: replace_in(s, '"cat": ', '"cat": null, "x": '), "not a valid index of shards"),
    ],
)
def test_what_does_not_fit_is_one_line(
    catclf_run: Runner, shards: Path, tmp_path: Path, change: Any, message: str
) -> None:
    change(shards)
    err = catclf_run("train", shards, "-o", tmp_path / "m.npz", status=1).err
    assert message in err
    assert err.count("\n") == 1


def replace_in(shards: Path, old: str, new: str) -> None:
    index = shards / "shards.json"
    index.write_text(index.read_text().replace(old, new))


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["{data}", "{tmp}/p.h5", "--shards", "2"], 2, "with --shards, OUT is a folder"),
        (["{data}", "{tmp}/new", "--shards", "9"], 1, "8 images, too few for 9 shards"),
        (["{data}", "{data}", "--shards", "2"], 1, "is not empty; name a folder for the shards"),
        (["{data}", "{data}/../shards", "--shards", "4"], 1, "shards of other images, or of anot"),
        (["{data}/train", "{tmp}/shards", "--shards", "3"], 1, "shards of other images, or of ano"),
        (["{data}", "{tmp}/shards", "--shards", "3", "--resize", "crop"], 1, "another number or p"),
        (["{data}", "{tmp}/file", "--shards", "3"], 1, "file cannot be written"),
    ],
)
@pytest.mark.usefixtures("shards")
def test_what_cannot_be_packed(
    catclf_run: Runner, data: Path, tmp_path: Path, arguments: Any, status: int, message: str
) -> None:
    (tmp_path / "file").write_text("")
    filled = [text.format(data=data, tmp=tmp_path) for text in arguments]
    err = catclf_run("pack", *filled, status=status).err
    assert message in err


def test_a_folder_that_grew_is_another_data_set(
    catclf_run: Runner, data: Path, shards: Path
) -> None:
    write_images(data / "train" / "cat", 1, red=190, start=50)
    err = catclf_run("pack", data, shards, "--shards", 3, status=1).err
    assert "holds shards of other images" in err


def test_what_was_killed_before_its_first_shard_was_listed_goes_on(
    catclf_run: Runner, data: Path, shards: Path
) -> None:
    index = json.loads((shards / "shards.json").read_text())
    for split in index["splits"].values():
        split[:] = [None] * 3
    (shards / "shards.json").write_text(json.dumps(index | {"complete": False}))
    catclf_run("pack", data, shards, "--shards", 3)
    assert load_index(shards).is_complete


def test_an_index_that_says_two_things_is_refused(catclf_run: Runner, shards: Path) -> None:
    path = shards / "shards.json"
    path.write_text('{"format": 2, ' + path.read_text()[1:])
    assert "is not a valid index" in catclf_run("check", shards, status=1).err
