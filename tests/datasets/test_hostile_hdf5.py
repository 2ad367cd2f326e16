"""HDF5 files that make the HDF5 library hang, crash, or take all memory there is."""

import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import catclf
from catclf.commands.cli import cli
from catclf.commands.process import run
from catclf.datasets.hdf5 import library
from catclf.datasets.hdf5.contents import _NAMES, PACKED, contents_of
from catclf.datasets.hdf5.library import Library
from catclf.datasets.hdf5.plain_file import open_plain
from catclf.datasets.hdf5.simple import NotSimpleError, simple_contents
from catclf.datasets.hdf5.splits import Hdf5Split
from catclf.datasets.source import open_source
from catclf.errors import DataError
from catclf.images.preprocessing import Preprocessing
from tests.conftest import ROOT, shared

LABELS = np.arange(4) % 2


def write(path: Path, **arrays: Any) -> Path:
    with h5py.File(path, "w") as file:
        for key, value in ({"train_set_y": LABELS} | arrays).items():
            file[key] = value
    return path


def images(m: int = 4, side: int = 16) -> Any:
    return np.random.default_rng(0).integers(0, 256, (m, side, side, 3), np.uint8)


def patch(path: Path, offset: int, new: bytes) -> None:
    content = bytearray(path.read_bytes())
    content[offset : offset + len(new)] = new
    path.write_bytes(content)


def same(path: Path) -> None:
    """Assert that what is found without the library is what the library finds."""
    simple = simple_contents(open_plain(path), _NAMES, PACKED)
    text, arrays = Library(path).contents(list(_NAMES), PACKED)
    assert simple.attribute == text
    assert simple.arrays.keys() == arrays.keys() != set()
    for name, array in simple.arrays.items():
        theirs = arrays[name]
        assert (array.shape, array.dtype) == (theirs.shape, theirs.dtype)
        assert array.offsets is not None
        assert theirs.offsets is not None
        assert (array.chunk, *array.offsets) == (theirs.chunk, *theirs.offsets)


@pytest.mark.parametrize("skipped", [False, True])
def test_a_packed_file_is_read_without_the_library(
    data: Path, tmp_path: Path, skipped: bool
) -> None:
    if skipped:
        (data / "train" / "cat" / "bad.png").write_text("not an image")
    for side in (64, 96):
        path = tmp_path / f"{side}.h5"
        preprocessing = Preprocessing(side=side)
        catclf.pack(open_source(data), path, preprocessing, skip_bad=True)
        same(path)


def test_many_chunks_are_found_without_the_library(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("train_set_x", data=images(5000, 2), chunks=(1, 2, 2, 3))
        file["train_set_y"] = np.arange(5000, dtype=">i2") % 2
        for i in range(100):
            file[f"other {i}"] = i
    same(path)


@pytest.mark.real_data
def test_the_courses_files_are_read_without_the_library() -> None:
    for path in shared("catvnoncat").glob("*.h5"):
        same(path)


def test_the_library_is_not_imported_for_a_packed_file(data: Path, tmp_path: Path) -> None:
    catclf.pack(open_source(data), tmp_path / "p.h5")
    code = (
        "import sys, catclf; catclf.load_dataset(sys.argv[1]).images[:]; "
        "sys.exit('h5py' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "p.h5")]
    assert subprocess.run(command, check=False, timeout=60, cwd=ROOT).returncode == 0


def partly_written(file: h5py.File) -> Any:
    array = file.create_dataset("train_set_x", (4, 16, 16, 3), np.uint8, chunks=(1, 16, 16, 3))
    array[1:3] = 7
    return array


OTHER_KINDS: dict[str, Callable[[h5py.File], Any]] = {
    "compressed": lambda file: file.create_dataset("train_set_x", data=images(), compression=1),
    "compact": lambda file: file.create_dataset("list_classes", data=np.array([b"no", b"cat"])),
    "any length": lambda file: file.create_dataset("list_classes", data=["no", "cat"]),
    "partly written": partly_written,
    "float": lambda file: file.create_dataset("train_set_y", data=[0.0, 1, 0, 1]),
    "bool": lambda file: file.create_dataset("train_set_y", data=[False, True, False, True]),
    "scalar": lambda file: file.create_dataset("train_set_y", data=1),
    "attribute": lambda file: file.attrs.update({"catclf": '{"undivided": false}'}),
}  # fmt: skip


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_files_of_other_kinds_are_read_all_the_same(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", userblock_size=512 if kind == "compact" else 0) as file:
        made = OTHER_KINDS[kind](file)
        expected = made[()] if made is not None else None
        name = made.name[1:] if made is not None else ""
    with pytest.raises(NotSimpleError):
        simple_contents(open_plain(path), _NAMES, PACKED)
    contents = contents_of(path)
    assert contents.packed == ('{"undivided": false}' if kind == "attribute" else None)
    if name:
        assert np.array_equal(
            contents.read(name), np.array(expected).astype(contents.read(name).dtype)
        )


def test_a_heap_without_an_end_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(library, "SECONDS", 2.0)
    path = write(tmp_path / "a.h5", train_set_x=images())
    with h5py.File(path, "a") as file:
        file.attrs["catclf"] = "{}"
    heap = path.read_bytes().find(b"GCOL")
    first = struct.unpack_from("<Q", path.read_bytes(), heap + 24)[0]
    free = heap + 16 + 16 + -(-first // 8) * 8
    assert struct.unpack_from("<HH", path.read_bytes(), free) == (0, 0)
    patch(path, free + 8, bytes(8))
    assert run(cli, ["check", str(path)]) == 1
    assert capsys.readouterr().err == (
        f"Error: {path} cannot be read: it is damaged, and the HDF5 library finds no end of it\n"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's memory")
def test_names_that_are_all_one_long_text(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.h5", train_set_x=images(), list_classes=["n" * 2**20] + ["cat"] * 1999
    )
    with h5py.File(path) as file:
        offset = file["list_classes"].id.get_offset()
    reference = path.read_bytes()[offset : offset + 16]
    patch(path, offset, reference * 2000)
    with pytest.raises(DataError, match=r"memory"):
        open_source(path)


def test_images_of_too_many_pixels(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        # The file is sparse: nothing is written but a pixel.
        x = file.create_dataset("train_set_x", (1, 12_000, 12_000, 3), np.uint8, fillvalue=None)
        x[0, 0, 0] = 1
        file["train_set_y"] = [1]
    with pytest.raises(DataError, match="has images of more than 128 megapixels"):
        open_source(path)


def test_large_images_are_read_a_few_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catclf.datasets.hdf5.splits._BATCH_BYTES", 3 * 16 * 16 * 3)
    path = write(tmp_path / "a.h5", train_set_x=images(8), train_set_y=np.arange(8) % 2)
    (split,) = open_source(path).splits.values()
    batches = list(split.batches(Preprocessing()))
    assert [len(batch.images) for batch in batches] == [3, 3, 2]


def chunked(path: Path, name: str, shape: tuple[int, ...], **options: Any) -> Path:
    """A compressed array of zeros, and what else a file needs."""
    with h5py.File(path, "w") as file:
        array = file.create_dataset(name, shape, np.uint8, compression=9, **options)
        for chunk in array.iter_chunks():
            array[chunk] = 0
        for key, value in (("train_set_x", images()), ("train_set_y", LABELS)):
            if key not in file:
                file[key] = value
    return path


@pytest.mark.parametrize(
    ("name", "shape", "chunks", "reason"),
    [
        ("train_set_x", (400_000, 8, 8, 3), (100_000, 8, 8, 3), "claims 400000 images, more than"),
        ("train_set_x", (100, 1, 9, 3), (10, 1, 9, 3), "has images of 9 × 1 pixels; catcl"),
        ("train_set_x", (6, 4000, 4000, 3), (6, 4000, 4000, 3), "is in chunks of 275 MB; save it"),
        ("train_set_y", (300_000_000,), (300_000_000,), "is in chunks of 286 MB; save it in"),
        ("train_set_y", (300_000_000,), (1_000_000,), "train_set_y is larger than 256 MB"),
    ],
)  # fmt: skip
def test_little_that_becomes_much(
    tmp_path: Path, name: str, shape: tuple[int, ...], chunks: tuple[int, ...], reason: str
) -> None:
    path = chunked(tmp_path / "a.h5", name, shape, chunks=chunks)
    with pytest.raises(DataError, match=reason):
        open_source(path)


def chunk_entry(content: bytes) -> int:
    """Where a file has the first entry of the tree of its chunks."""
    return content.index(b"TREE\x01\x00") + 24


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        (8, 1), (8, 7), (8, 2**40), (16, 3), (4, 1), (0, 5),
        (40, 2**63), (40, 2**64 - 1), (40, 2**62), (40, 0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["check", "predict"])
def test_a_damaged_index_of_chunks(
    tmp_path: Path, model_path: Path, capsys: pytest.CaptureFixture[str], command: str,
    offset: int, value: int,
) -> None:  # fmt: skip
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("train_set_x", data=images(8), chunks=(2, 16, 16, 3))
        file["train_set_y"] = np.arange(8) % 2
    patch(
        path,
        chunk_entry(path.read_bytes()) + offset,
        struct.pack("<Q", value)[: 8 if offset > 4 else 4],
    )
    options = ["--model", str(model_path)] if command == "predict" else []
    status = run(cli, [command, str(path), *options])
    err = capsys.readouterr().err
    assert (status, err.count("\n")) in ((0, 0), (1, 1)), err
    assert status == 0 or str(path) in err


def test_the_address_of_an_array_that_is_nowhere(tmp_path: Path) -> None:
    path = write(tmp_path / "a.h5", train_set_x=images())
    with h5py.File(path) as file:
        address = struct.pack("<Q", file["train_set_x"].id.get_offset())
    place = path.read_bytes().index(b"\x03\x01" + address) + 2
    for value in (2**64 - 1, 2**63, 2**40):
        patch(path, place, struct.pack("<Q", value))
        try:
            (split,) = open_source(path).splits.values()
            list(split.batches(Preprocessing()))
        except DataError as error:
            assert str(path) in str(error)  # noqa: PT017 - some versions of the library fill it


def test_a_library_that_crashes_is_one_line_and_starts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = chunked(tmp_path / "a.h5", "train_set_x", (4, 16, 16, 3), chunks=(1, 16, 16, 3))
    (split,) = open_source(path).splits.values()
    assert isinstance(split, Hdf5Split)
    stored = split.rows(Preprocessing())
    assert stored[:].sum() == 0
    process = library._running[-1]
    monkeypatch.setattr(process, "_exchange", lambda *arguments: None)
    with pytest.raises(DataError, match="library takes too much memory, or crashes"):
        stored[:]
    assert not process.is_running
    assert stored[1:3].sum() == 0


def test_no_more_than_a_few_processes_are_kept(tmp_path: Path) -> None:
    for i in range(6):
        path = chunked(tmp_path / f"{i}.h5", "train_set_x", (4, 16, 16, 3), chunks=(1, 16, 16, 3))
        assert open_source(path).class_names().total() == 4
    assert len(library._running) <= 4
