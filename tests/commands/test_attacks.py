"""What a stranger with new ideas found: links, pipes, odd types and names, thin images."""

import json
import os
import struct
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest

import catclf
from catclf.commands.cli import cli
from catclf.commands.process import run
from tests.conftest import Runner, needs_posix


@pytest.fixture
def sorted_folder(catclf_run: Runner, data: Path, tmp_path: Path, model_path: Path) -> Path:
    catclf_run("sort", data / "train", tmp_path / "sorted", "-m", model_path)
    return tmp_path / "sorted"


@needs_posix
def test_undo_keeps_copies_whose_originals_are_links_to_them(
    catclf_run: Runner, data: Path, sorted_folder: Path
) -> None:
    copies = {path.name: path for path in sorted_folder.rglob("*.png")}
    for original in (data / "train").rglob("*.png"):
        original.unlink()
        original.symlink_to(copies[original.name])
    undone = catclf_run("sort", "--undo", sorted_folder, status=1)
    assert "the original is now a link to it" in undone.out + undone.err
    assert all(path.exists() and not path.is_symlink() for path in copies.values())


@needs_posix
@pytest.mark.parametrize("action", ["copy", "link", "move"])
def test_undo_does_not_follow_links_out_of_the_folder(
    catclf_run: Runner, tmp_path: Path, action: str
) -> None:
    victim, out = tmp_path / "victim", tmp_path / "out"
    victim.mkdir()
    out.mkdir()
    (victim / "only.txt").write_text("precious")
    (victim / "empty").mkdir()
    (out / "cat").symlink_to(victim)
    elsewhere = tmp_path / "same.txt"
    elsewhere.write_text("precious")
    entries = [
        {"action": "folder", "from": "/x", "to": "cat/empty"},
        {"action": action, "from": str(elsewhere), "to": "cat/only.txt"},
    ]
    (out / "sorted.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    catclf_run("sort", "--undo", out, status=1)
    assert (victim / "only.txt").read_text() == "precious"
    assert (victim / "empty").is_dir()


@needs_posix
def test_sort_does_not_follow_links_out_of_the_folder(
    catclf_run: Runner, data: Path, tmp_path: Path, model_path: Path
) -> None:
    (tmp_path / "victim").mkdir()
    (tmp_path / "rc").write_text("mine")
    for name, target in (("cat", "victim"), ("non-cat", "victim")):
        out = tmp_path / "out"
        out.mkdir(exist_ok=True)
        (out / name).symlink_to(tmp_path / target)
    assert (
        "leads out of the folder"
        in catclf_run("sort", data / "train", tmp_path / "out", "-m", model_path, status=1).err
    )
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "sorted.jsonl").symlink_to(tmp_path / "rc")
    assert (
        "is a link; remove it"
        in catclf_run("sort", data / "train", tmp_path / "other", "-m", model_path, status=1).err
    )
    assert list((tmp_path / "victim").iterdir()) == []
    assert (tmp_path / "rc").read_text() == "mine"


@pytest.mark.parametrize(
    "entry",
    [
        {"action": "move", "from": "/\ud800/a", "to": "f"},
        {"action": "copy", "from": "/x", "to": "\ud800"},
        {"action": "copy", "from": "/a\0b", "to": "f"},
        {"action": "folder", "from": "/x", "to": "a\0b"},
    ],
)
def test_journals_with_names_that_are_none(
    catclf_run: Runner, tmp_path: Path, entry: dict[str, str]
) -> None:
    (tmp_path / "sorted.jsonl").write_text(json.dumps(entry) + "\n" + json.dumps(entry) + "\n")
    assert "is damaged in line 1" in catclf_run("sort", "--undo", tmp_path, status=1).err


@needs_posix
def test_pipes_in_the_place_of_indexes_and_exports(
    catclf_run: Runner, data: Path, tmp_path: Path, model_path: Path
) -> None:
    for name in ("shards.json", "sorted.jsonl", "p.onnx", "p.html"):
        os.mkfifo(tmp_path / name)
    for args in (
        ("check", tmp_path),
        ("sort", "--undo", tmp_path),
        ("verify", tmp_path / "p.onnx", model_path, data),
        ("verify", tmp_path / "p.html", model_path, data),
    ):
        assert "is not an ordinary file" in catclf_run(*args, status=1).err


def png(path: Path, width: int, height: int) -> Path:
    """A white image of one bit a pixel, whatever its size."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    rows = zlib.compress((b"\0" + b"\xff" * -(-width // 8)) * height)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + content)
    return path


def test_images_like_threads_are_refused(
    catclf_run: Runner, tmp_path: Path, model_path: Path
) -> None:
    for size in ((1, 300_000), (300_000, 1)):
        path = png(tmp_path / "thread.png", *size)
        err = catclf_run("predict", path, "-m", model_path, status=1).err
        assert "more than 262144 along a side are refused" in err
    catclf_run("predict", png(tmp_path / "tall.png", 40, 3000), "-m", model_path)


def test_a_tile_whose_width_is_a_text(catclf_run: Runner, tmp_path: Path, model_path: Path) -> None:
    entries = [
        (256, 4, 1, 8), (257, 4, 1, 8), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
        (273, 4, 1, 8), (278, 4, 1, 8), (279, 4, 1, 64),
        (322, 2, 2, ord("a")), (323, 4, 1, 3_000_000_000),
    ]  # fmt: skip
    directory = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    content = struct.pack("<2sHI", b"II", 42, 72) + bytes(64)
    content += struct.pack("<H", len(entries)) + directory + bytes(4)
    (tmp_path / "a.tif").write_bytes(content)
    assert (
        "damaged image" in catclf_run("predict", tmp_path / "a.tif", "-m", model_path, status=1).err
    )


def test_hdf5_names_that_no_file_has_and_labels_that_are_no_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for key, value, reason in (
        ("list_classes", np.array([b"n" * 5000, b"cat"]), "texts of more than 4096 bytes"),
        ("train_set_y", np.array([0, 0x7F800001], np.uint32).view(np.float32), "the label nan"),
    ):
        path = tmp_path / f"{key}.h5"
        with h5py.File(path, "w") as file:
            file["train_set_x"] = np.zeros((2, 8, 8, 3), np.uint8)
            file[key] = value
            if key != "train_set_y":
                file["train_set_y"] = [0, 1]
        assert run(cli, ["check", str(path)]) == 1
        err = capsys.readouterr().err
        assert reason in err
        assert err.count("\n") == 1


def test_other_archives_and_inputs_are_not_replaced(
    catclf_run: Runner, data: Path, tmp_path: Path, model_path: Path
) -> None:
    before = model_path.read_bytes()
    train = ("train", data, "-o", tmp_path / "m.npz", "--iterations", 3)
    assert "is not a checkpoint" in catclf_run(*train, "--checkpoint", model_path, status=2).err
    catclf_run("pack", data, tmp_path / "shards", "--shards", 2)
    index = tmp_path / "shards" / "shards.json"
    words = ("train", tmp_path / "shards", "-o", index, "--force")
    assert "is one of the files of DATA" in catclf_run(*words, status=2).err
    catclf_run(*train, "--checkpoint", tmp_path / "c.npz")
    resumed = (*train[:2], "-o", tmp_path / "c.npz", "--force", "--resume", tmp_path / "c.npz")
    assert "must be different files" in catclf_run(*resumed, status=2).err
    assert model_path.read_bytes() == before


def test_a_model_whose_class_is_no_text(tmp_path: Path, model_path: Path) -> None:
    with np.load(model_path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    arrays["meta"] = np.array(
        str(arrays["meta"]).replace('"positive": "cat"', r'"positive": "\ud800"')
    )
    np.savez(tmp_path / "odd.npz", **arrays)
    with pytest.raises(catclf.ModelError, match="the name of its positive class is not text"):
        catclf.load_model(tmp_path / "odd.npz")


def test_a_style_that_lies_in_the_folder_is_not_read(
    program: Runner, tmp_path: Path, model_path: Path
) -> None:
    (tmp_path / "elsewhere" / "matplotlibrc").write_bytes(b"\xff\xfe binary")
    program("plot", model_path, "-o", tmp_path / "w.png")
    assert (tmp_path / "w.png").exists()
