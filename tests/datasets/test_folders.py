from pathlib import Path

import pytest

from catclf import load_dataset
from catclf.datasets.source import open_source
from catclf.errors import DataError
from tests.conftest import image, needs_posix, write_images


def flat(folder: Path, *names: str) -> Path:
    folder.mkdir(exist_ok=True)
    for i, name in enumerate(names):
        image(i).save(folder / name)
    return folder


def test_class_folders(tmp_path: Path) -> None:
    write_images(tmp_path / "dog", 2, red=80)
    write_images(tmp_path / "cat", 3, red=190)
    dataset = load_dataset(tmp_path)
    assert dataset.images.shape == (5, 64, 64, 3)
    assert dataset.labels.tolist() == [1, 1, 1, 0, 0]
    assert dataset.Y.shape == (1, 5)
    assert dataset.class_counts() == {"cat": 3, "non-cat": 2}
    assert [Path(name).name for name in dataset.names][:2] == ["cat-000.png", "cat-001.png"]
    assert dataset.images[:1][..., 0].mean() > 170


def test_labels_follow_names_not_positions(tmp_path: Path) -> None:
    for name in ("aardvark", "cat", "zebra"):
        write_images(tmp_path / name, 2, red=100)
    assert load_dataset(tmp_path).labels.tolist() == [0, 0, 1, 1, 0, 0]


@pytest.mark.parametrize("name", ["cat", "Cat", "CATS", "cats"])
def test_cat_is_found_whatever_its_spelling(tmp_path: Path, name: str) -> None:
    write_images(tmp_path / name, 1, red=190)
    write_images(tmp_path / "a dog", 1, red=80)
    dataset = load_dataset(tmp_path)
    assert dataset.class_counts() == {"cat": 1, "non-cat": 1}


def test_another_class_can_be_positive(tmp_path: Path) -> None:
    for name in ("cat", "Dog", "mouse"):
        write_images(tmp_path / name, 1, red=100)
    dataset = load_dataset(tmp_path, positive="dog")
    assert dataset.class_counts() == {"Dog": 1, "non-Dog": 2}
    assert dataset.labels.tolist() == [1, 0, 0]
    with pytest.raises(DataError, match=r"no class named bird \(found: Dog, cat, mouse\).*--posit"):
        load_dataset(tmp_path, positive="bird")


@needs_posix  # elsewhere the two names are one folder
def test_class_folders_that_differ_only_in_case(tmp_path: Path) -> None:
    for name in ("dog", "DOG", "cat"):
        write_images(tmp_path / name, 1, red=100)
    assert load_dataset(tmp_path, positive="dog").labels.tolist() == [0, 0, 1]
    write_images(tmp_path / "dog", 2, red=100)
    dataset = load_dataset(tmp_path, positive="Dog")
    assert dataset.labels.tolist() == [1, 0, 1, 1]
    assert dataset.positive == "dog", "the most frequent spelling"


@pytest.mark.parametrize("positive", ["cat", "Cats", "cats", "CAT"])
@pytest.mark.parametrize("name", ["cat", "Cat", "CATS", "cats"])
def test_cat_and_cats_are_one_name(tmp_path: Path, name: str, positive: str) -> None:
    """As a model of cats is evaluated on a folder that spells them in another way."""
    write_images(tmp_path / name, 1, red=190)
    write_images(tmp_path / "a dog", 1, red=80)
    assert load_dataset(tmp_path, positive=positive).class_counts() == {name: 1, f"non-{name}": 1}


@pytest.mark.parametrize("validation", ["val", "Valid", "VALIDATION"])
def test_split_folders(tmp_path: Path, validation: str) -> None:
    for split, count in (("Train", 3), ("TEST", 2), (validation, 1)):
        for name in ("cat", "dog"):
            write_images(tmp_path / split / name, count, red=100)
    (tmp_path / "extras").mkdir()
    source = open_source(tmp_path)
    assert set(source.splits) == {"train", "validation", "test"}
    for split, m in (("train", 6), ("validation", 2), ("test", 4)):
        assert load_dataset(tmp_path, split).m == m
    assert load_dataset(tmp_path).m == 6


def test_two_folders_for_one_split(tmp_path: Path) -> None:
    for split in ("val", "valid"):
        for name in ("cat", "dog"):
            write_images(tmp_path / split / name, 1, red=100)
    with pytest.raises(DataError, match="two folders for its validation split"):
        open_source(tmp_path)


def test_a_split_that_does_not_exist(tmp_path: Path, data: Path) -> None:
    with pytest.raises(DataError, match="does not have a validation split; it has test and train"):
        load_dataset(data, "validation")
    write_images(tmp_path / "whole" / "cat", 1, red=100)
    with pytest.raises(DataError, match="not divided into splits; leave out --split test"):
        load_dataset(tmp_path / "whole", "test")


def test_flat_names(tmp_path: Path) -> None:
    folder = flat(
        tmp_path / "flat", "cat.0.jpg", "dog.0.jpg", "cat_12.PNG", "Dog-3.png", "cat (4).png"
    )
    dataset = load_dataset(folder)
    assert dataset.class_counts() == {"cat": 3, "non-cat": 2}


def test_flat_names_without_a_class_are_reported(tmp_path: Path) -> None:
    folder = flat(tmp_path / "flat", "cat.0.png", "dog.0.png", "12.png")
    with pytest.raises(DataError, match=r"12\.png: its class is unknown.*--skip-bad"):
        load_dataset(folder)
    dataset = load_dataset(folder, skip_bad=True)
    assert dataset.m == 2
    assert [file.name for file in dataset.skipped] == [str(folder / "12.png")]


def test_kaggle_folder_with_an_unlabelled_test_split(tmp_path: Path) -> None:
    (tmp_path / "kaggle").mkdir()
    flat(tmp_path / "kaggle" / "train", "cat.0.jpg", "dog.0.jpg")
    flat(tmp_path / "kaggle" / "test", "1.jpg", "2.jpg")
    source = open_source(tmp_path / "kaggle")
    assert list(source.splits) == ["train"]
    assert source.notes == [
        f"{tmp_path / 'kaggle' / 'test'} is ignored: its images have no classes"
    ]


@needs_posix
def test_images_deep_in_a_class_folder_and_hidden_ones(tmp_path: Path) -> None:
    write_images(tmp_path / "cat" / "summer", 1, red=190)
    write_images(tmp_path / "dog", 1, red=100)
    write_images(tmp_path / ".cache" / "cat", 1, red=100)
    (tmp_path / "cat" / ".thumbnail.jpg").write_text("no image")
    (tmp_path / "cat" / "notes.txt").write_text("no image")
    (tmp_path / "mouse").symlink_to(tmp_path / "dog", target_is_directory=True)
    assert load_dataset(tmp_path).class_counts() == {"cat": 1, "non-cat": 1}


def test_bad_images(tmp_path: Path) -> None:
    write_images(tmp_path / "cat", 2, red=190)
    write_images(tmp_path / "dog", 1, red=100)
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / "dog" / name).write_text("no image")
    with pytest.raises(
        DataError,
        match=r"a\.jpg: unsupported or damaged image.*\(and 1 more such file\); .*--skip-bad",
    ):
        load_dataset(tmp_path)
    dataset = load_dataset(tmp_path, skip_bad=True)
    assert dataset.m == 3
    assert dataset.labels.tolist() == [1, 1, 0]
    assert [(Path(file.name).name, file.reason) for file in dataset.skipped] == [
        ("a.jpg", "unsupported or damaged image"),
        ("b.jpg", "unsupported or damaged image"),
    ]


def test_nothing_but_bad_images(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "a.jpg").write_text("no image")
    with pytest.raises(DataError, match="has no usable images"):
        load_dataset(tmp_path, skip_bad=True)


def test_paths_that_are_not_data_sets(tmp_path: Path) -> None:
    (tmp_path / "empty" / "cat").mkdir(parents=True)
    (tmp_path / "file.txt").touch()
    for path, reason in (
        (tmp_path / "missing", "does not exist"),
        (tmp_path / "empty", "has no images; put them into a folder for each class"),
        (tmp_path / "file.txt", "is not a data set; name a folder, a .csv file or an .h5 file"),
    ):
        with pytest.raises(DataError, match=reason):
            open_source(path)


def test_one_class_only(tmp_path: Path) -> None:
    write_images(tmp_path / "cat", 2, red=100)
    dataset = load_dataset(tmp_path)
    with pytest.raises(DataError, match="has only cat images; add non-cat images"):
        dataset.require_both_classes()


def test_progress_is_reported(data: Path) -> None:
    told: list[tuple[int, int]] = []
    load_dataset(data, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (12, 12)
