import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import catclf
from catclf.datasets.inputs import Outcome, find_inputs, read_inputs
from catclf.datasets.load import load_dataset
from catclf.datasets.source import open_source
from catclf.errors import CatclfError
from catclf.images.decode import load_image
from catclf.images.preprocessing import Preprocessing
from catclf.parallel import map_on_threads
from tests.conftest import image, write_images

PREPROCESSING = Preprocessing()


def read(*arguments: object, stdin: bytes = b"") -> list[Outcome]:
    return list(read_inputs(find_inputs(map(str, arguments), stdin), PREPROCESSING))


def reason(outcome: Outcome) -> str:
    _, images = outcome
    assert isinstance(images, CatclfError)
    return str(images)


@pytest.fixture
def packed(data: Path, tmp_path: Path) -> Path:
    path = tmp_path / "packed.H5"
    catclf.pack(open_source(data), path)
    return path


def test_files_are_inputs_of_one_image(data: Path) -> None:
    cat, dog = data / "test" / "cat" / "cat-100.png", data / "test" / "dog" / "dog-100.png"
    inputs = find_inputs([str(dog), str(cat)])
    assert [(item.name, item.m) for item in inputs] == [(str(dog), 1), (str(cat), 1)]
    (names, images), _ = read(dog, cat)
    assert names == [str(dog)]
    assert isinstance(images, np.ndarray)
    assert (images == load_image(dog, PREPROCESSING)[np.newaxis]).all()


def test_folders_are_searched_at_any_depth(data: Path) -> None:
    (data / "test" / "notes.txt").write_text("no image")
    names = [item.name for item in find_inputs([str(data / "test")])]
    assert len(names) == 8
    assert names == sorted(names)


def test_an_hdf5_file_has_an_input_for_each_split(packed: Path) -> None:
    inputs = find_inputs([str(packed)])
    assert [(item.name, item.m) for item in inputs] == [(str(packed), 12), (str(packed), 8)]
    (names, images), _ = read_inputs(inputs, PREPROCESSING)
    train = load_dataset(packed, "train")
    assert names == train.names
    assert isinstance(images, np.ndarray)
    assert (images == train.images[:]).all()


def test_standard_input_is_an_image() -> None:
    buffer = io.BytesIO()
    image(0).save(buffer, "PNG")
    ((names, images),) = read("-", stdin=buffer.getvalue())
    assert names == ["-"]
    assert isinstance(images, np.ndarray)
    assert "unsupported or damaged image" in reason(read("-")[0])


def test_everything_keeps_its_order(data: Path, packed: Path, tmp_path: Path) -> None:
    cat = data / "test" / "cat" / "cat-100.png"
    (tmp_path / "empty").mkdir()
    arguments = [cat, tmp_path / "empty", packed, tmp_path / "missing.jpg", cat, "", cat]
    outcomes = read(*arguments)
    assert [name for names, _ in outcomes for name in names if ".H5" not in name] == [
        str(argument) for argument in arguments if argument != packed
    ]
    assert [len(names) for names, _ in outcomes] == [1, 1, 12, 8, 1, 1, 1, 1]
    assert reason(outcomes[1]) == "no images in this folder"
    assert reason(outcomes[4]) == "no such file"
    assert reason(outcomes[6]) == "an empty name"


@pytest.mark.parametrize("content", [b"", b"hello"])
def test_a_damaged_hdf5_file_is_one_bad_input(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.h5"
    path.write_bytes(content)
    (item,) = find_inputs([str(path)])
    assert item.m == 1
    assert "cannot be read as HDF5" in reason(read(path)[0])


def test_images_packed_otherwise_are_refused(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    catclf.pack(open_source(data / "test"), path, Preprocessing("crop"))
    ((names, _),) = outcomes = read(path)
    assert names == [str(path)]
    assert "packed with --side 64 --resize crop" in reason(outcomes[0])


def test_a_large_hdf5_file_is_read_in_batches(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["test_set_x"] = np.zeros((300, 8, 8, 3), np.uint8)
        file["test_set_y"] = np.arange(300) % 2
    outcomes = read(tmp_path / "a.h5")
    assert [len(names) for names, _ in outcomes] == [256, 44]
    assert isinstance(outcomes[1][1], np.ndarray)
    assert outcomes[1][1].shape == (44, 64, 64, 3)


def test_consecutive_files_are_decoded_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def noted(function: Callable[[Any], Any], items: Sequence[Any], *args: Any, **how: Any) -> Any:
        sizes.append(len(items))
        return map_on_threads(function, items, *args, **how)

    monkeypatch.setattr("catclf.images.decode.map_on_threads", noted)
    paths = write_images(tmp_path / "many", 5, red=100)
    read(*paths[:3], "", *paths[3:])
    assert sizes == [5]
