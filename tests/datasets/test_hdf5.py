import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from catclf import load_dataset
from catclf.datasets.source import open_source
from catclf.errors import DataError
from tests.conftest import needs_posix, shared


def write(path: Path, split: str = "train", m: int = 4, side: int = 64, **changes: Any) -> Path:
    """A file in the course's layout; a key that is changed to None is left out."""
    rng = np.random.default_rng(0)
    arrays: dict[str, Any] = {
        f"{split}_set_x": rng.integers(0, 256, (m, side, side, 3), np.uint8),
        f"{split}_set_y": np.arange(m) % 2,
        "list_classes": np.array([b"non-cat", b"cat"]),
    } | changes
    with h5py.File(path, "a") as file:
        for key, value in arrays.items():
            if value is not None and key not in file:
                file[key] = value
    return path


@pytest.mark.real_data
def test_the_courses_files() -> None:
    folder = shared("catvnoncat")
    train, test = load_dataset(folder, "train"), load_dataset(folder, "test")
    assert train.class_counts() == {"cat": 72, "non-cat": 137}
    assert test.class_counts() == {"cat": 33, "non-cat": 17}
    assert load_dataset(folder / "train_catvnoncat.h5").m == 209
    assert load_dataset(folder / "test_catvnoncat.h5", "test").m == 50
    with h5py.File(folder / "test_catvnoncat.h5") as file:
        assert (test.images == file["test_set_x"][:]).all()
        assert (test.labels == file["test_set_y"][:]).all()


def test_both_splits_in_one_file(tmp_path: Path) -> None:
    path = write(write(tmp_path / "both.hdf5"), "test", m=2)
    assert (load_dataset(path).m, load_dataset(path, "test").m) == (4, 2)


def test_labels_follow_the_class_names(tmp_path: Path) -> None:
    path = write(tmp_path / "a.h5", list_classes=np.array([b"cat", b"non-cat"]))
    assert load_dataset(path).labels.tolist() == [1, 0, 1, 0]


def test_many_classes(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.h5",
        train_set_y=np.array([2, 0, 1, 2]),
        list_classes=np.array([b"bird", b"dog", b"cat"]),
    )
    assert load_dataset(path).labels.tolist() == [1, 0, 0, 1]
    assert load_dataset(path, positive="bird").labels.tolist() == [0, 1, 0, 0]


def test_without_class_names_1_is_the_cat(tmp_path: Path) -> None:
    assert load_dataset(write(tmp_path / "a.h5", list_classes=None)).labels.tolist() == [0, 1, 0, 1]


def test_labels_may_be_a_row(tmp_path: Path) -> None:
    path = write(tmp_path / "a.h5", train_set_y=np.array([[0, 1, 0, 1]]))
    assert load_dataset(path).labels.tolist() == [0, 1, 0, 1]


def test_other_sizes_are_resized(tmp_path: Path) -> None:
    assert load_dataset(write(tmp_path / "a.h5", side=32)).images.shape == (4, 64, 64, 3)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"train_set_x": None}, "does not contain an array train_set_x"),
        ({"train_set_y": None}, "does not contain an array train_set_y"),
        ({"train_set_x": None, "train_set_y": None}, "neither train_set_x nor test_set_x"),
        ({"train_set_y": np.array([0, 1, 0])}, "train_set_x has 4 images, but .* 3 labels"),
        ({"train_set_y": np.array([0, 1, 2, 0])}, "has the label 2; labels must be 0 or 1"),
        ({"train_set_y": np.array([0, 1, -1, 0])}, "has the label -1"),
        ({"train_set_y": np.array([0, 1, 0.5, 0])}, r"has the label 0\.5"),
        ({"train_set_y": np.array([0, 1, np.nan, 0])}, "has the label nan"),
        ({"train_set_y": np.array([b"cat"] * 4)}, "expected the labels 0 and 1"),
        ({"train_set_y": np.array([0, 1, 0, 1], complex)}, "expected the labels 0 and 1"),
        ({"train_set_x": np.zeros((4, 64, 64), np.uint8)}, r"is \(4, 64, 64\) of uint8; expected"),
        ({"train_set_x": np.zeros((4, 64, 64, 3))}, "of float64; expected images"),
        ({"train_set_x": np.zeros((4, 0, 64, 3), np.uint8)}, "expected images"),
        ({"list_classes": np.array([b"dog", b"bird"])}, "no class named cat"),
        (
            {"train_set_x": np.zeros((0, 64, 64, 3), np.uint8), "train_set_y": np.zeros(0)},
            "no images",
        ),
    ],
)  # fmt: skip
def test_arrays_that_do_not_match(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        load_dataset(write(tmp_path / "a.h5", **changes))


def group(file: h5py.File, folder: Path) -> None:
    file.create_group("train_set_x")


def soft_link(file: h5py.File, folder: Path) -> None:
    file["train_set_x"] = h5py.SoftLink("/nowhere")


def external_link(file: h5py.File, folder: Path) -> None:
    file["train_set_x"] = h5py.ExternalLink(str(folder / "pipe"), "/x")


def external_storage(file: h5py.File, folder: Path) -> None:
    file.create_dataset(
        "train_set_x", (4, 8, 8, 3), np.uint8, external=[(str(folder / "pipe"), 0, 768)]
    )


def virtual(file: h5py.File, folder: Path) -> None:
    layout = h5py.VirtualLayout((4, 8, 8, 3), np.uint8)
    layout[:] = h5py.VirtualSource(str(folder / "gone.h5"), "x", (4, 8, 8, 3))
    file.create_virtual_dataset("train_set_x", layout)


@needs_posix
@pytest.mark.parametrize(
    "put_x", [group, soft_link, external_link, external_storage, virtual], ids=lambda f: f.__name__
)
def test_images_must_be_in_the_file_itself(
    tmp_path: Path, put_x: Callable[[h5py.File, Path], None]
) -> None:
    os.mkfifo(tmp_path / "pipe")  # reading it would block forever
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["train_set_y"] = [0, 1, 0, 1]
        put_x(file, tmp_path)
    with pytest.raises(DataError, match="does not contain an array train_set_x"):
        load_dataset(tmp_path / "a.h5")


def test_a_file_that_claims_more_than_it_holds(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("train_set_x", (10**7, 64, 64, 3), np.uint8, chunks=(1, 64, 64, 3))
        file.create_dataset("train_set_y", (10**7,), np.uint8, chunks=(1000,))
    with pytest.raises(DataError, match="claims 122880000000 bytes, more than the file can hold"):
        load_dataset(tmp_path / "a.h5")


def test_damaged_files(tmp_path: Path) -> None:
    path = write(tmp_path / "a.h5")
    whole = path.read_bytes()
    for content in (b"", b"hello", whole[:100], whole[: len(whole) // 2], whole[:-1]):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"a\.h5"):
            load_dataset(path)


def test_two_files_with_the_same_split(tmp_path: Path) -> None:
    write(tmp_path / "a.h5")
    write(tmp_path / "b.h5")
    with pytest.raises(DataError, match="two files with a train split"):
        open_source(tmp_path)
