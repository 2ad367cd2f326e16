from collections import Counter
from pathlib import Path

import pytest

from catclf import load_dataset
from catclf.datasets.image_files import ImageFiles
from catclf.datasets.source import Source, open_source
from catclf.errors import DataError
from tests.conftest import image


def layout(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def classes(source: Source) -> dict[str, dict[str, str | None]]:
    """For each split, the class of each file."""
    found: dict[str, dict[str, str | None]] = {}
    for split, files in source.splits.items():
        assert isinstance(files, ImageFiles)
        by_path: dict[Path, str | None] = dict(zip(files.paths, files.classes, strict=True))
        by_path |= dict.fromkeys(files.unlabelled)
        found[split] = {p.relative_to(source.path).as_posix(): c for p, c in by_path.items()}
    return found


@pytest.mark.parametrize(
    ("positive", "expected"),
    [
        (None, {"2024/cat/a.jpg": "cat", "2024/dog/b.jpg": "dog", "2025/cat/c.jpg": "cat"}),
        # in a folder without cats
        (None, {"2024/cat/a.jpg": "cat", "2025/dog/b.jpg": "dog", "2025/bird/c.jpg": "bird"}),
        # below a class folder
        (None, {"2024/cat/tabby/a.jpg": "cat", "2024/dog/2023/b.jpg": "dog"}),
        # the last folder counts
        (None, {"2024/cat/a.jpg": "cat", "2024/cat/dog/b.jpg": "dog", "2024/dog/c.jpg": "dog"}),
        # at two levels
        (
            None,
            {
                "2024/06/cat/a.jpg": "cat",
                "2024/06/dog/b.jpg": "dog",
                "2024/cat/06/c.jpg": "cat",
                "2024/dog/d.jpg": "dog",
            },
        ),
        # what contains a folder of cats is not a class
        (None, {"2024/cat/a.jpg": "cat", "2024/mixed/cat/b.jpg": "cat", "2024/mixed/c.jpg": None}),
        # further down, in a folder of its own, in other spellings
        (None, {"unpacked/x/Cats/a.jpg": "Cats", "unpacked/x/Dogs/b.jpg": "Dogs"}),
        (None, {"2024/cat/a.jpg": "cat", "2025/CATS/b.jpg": "CATS", "2025/dog/c.jpg": "dog"}),
        # without a class
        (None, {"2024/cat/a.jpg": "cat", "2024/b.jpg": None, "c.jpg": None}),
        (None, {"2024/cat/a.jpg": "cat", "2024/dog/b.jpg": "dog", "2023/c.jpg": None}),
        # --positive
        ("dog", {"2024/cat/a.jpg": "cat", "2024/Dog/b.jpg": "Dog"}),
        ("Dog", {"cat/2024/a.jpg": "2024", "cat/dog/b.jpg": "dog"}),
        # class folders of the first level, as they always were
        (None, {"cat/2024/a.jpg": "cat", "dog/2024/b.jpg": "dog", "2025/cat/c.jpg": "2025"}),
        ("dog", {"cat/dog/a.jpg": "cat", "Dog/cat/b.jpg": "Dog"}),
        (None, {"1/cat/a.jpg": "1", "0/dog/b.jpg": "0"}),
        ("2024", {"2024/cat/a.jpg": "2024", "2025/cat/b.jpg": "2025"}),
    ],
)  # fmt: skip
def test_layouts(tmp_path: Path, positive: str | None, expected: dict[str, str | None]) -> None:
    assert classes(open_source(layout(tmp_path, *expected), positive)) == {"all": expected}


def test_below_splits(tmp_path: Path) -> None:
    train = {"train/2024/cat/a.jpg": "cat", "train/2025/dog/b.jpg": "dog"}
    test = {"Test/cat/c.jpg": "cat", "Test/2024/d.jpg": "2024"}
    source = open_source(layout(tmp_path, *train, *test))
    assert classes(source) == {"test": test, "train": train}


def test_splits_further_down_are_refused(tmp_path: Path) -> None:
    folder = layout(tmp_path, "unpacked/Train/cat/a.jpg", "unpacked/Train/dog/b.jpg")
    with pytest.raises(
        DataError, match=r"has a folder Train for a split further down; name \S+/unpacked, or"
    ):
        open_source(folder)
    assert list(open_source(folder / "unpacked").splits) == ["train"]


def test_no_folder_of_the_positive_class(tmp_path: Path) -> None:
    folder = layout(tmp_path, "a/mouse/a.jpg", "b/dog/b.jpg")
    with pytest.raises(DataError, match=r"no class named cat \(found: a, b\)"):
        open_source(folder)
    with pytest.raises(DataError, match=r"no class named bird \(found: a, b\)"):
        open_source(folder, "bird")


def test_the_classes_are_told(tmp_path: Path) -> None:
    names = [f"2024/{name}/a.jpg" for name in ("dog", "cat", "bird")]
    assert open_source(layout(tmp_path, *names)).notes == [
        f"the classes of {tmp_path} are its folders cat, bird, dog, at any depth"
    ]
    layout(tmp_path, *(f"2025/{i:02}/a.jpg" for i in range(30)))
    assert open_source(tmp_path).notes[0].endswith("folders cat, " + ", ".join(
        f"{i:02}" for i in range(11)
    ) + ", …, at any depth")  # fmt: skip


def test_folders_of_cats_in_another_class_are_told(tmp_path: Path) -> None:
    folder = layout(tmp_path, "Cats/a.jpg", "2024/cat/b.jpg", "2025/x/cat/c.jpg", "dog/d.jpg")
    assert open_source(folder).notes == [
        f"{tmp_path / '2024' / 'cat'} (and 1 more such) belongs to the class 2024, as {tmp_path} "
        "has a folder Cats"
    ]
    layout(tmp_path / "plain", "cat/a.jpg", "cat/cat/b.jpg", "dog/cats.jpg")
    assert open_source(tmp_path / "plain").notes == []


def test_images_are_read_and_their_number_is_that_of_the_files(tmp_path: Path) -> None:
    for i, name in enumerate(("2024/cat/a.png", "2024/dog/b.png", "2025/cat/c.png", "d.png")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        image(i).save(tmp_path / name)
    with pytest.raises(DataError, match=r"d\.png: its class is unknown.*--skip-bad"):
        load_dataset(tmp_path)
    dataset = load_dataset(tmp_path, skip_bad=True)
    assert Counter(dataset.labels.tolist()) == {1: 2, 0: 1}
    assert [file.name for file in dataset.skipped] == [str(tmp_path / "d.png")]
