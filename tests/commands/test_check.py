import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageEnhance

import catclf
from tests.conftest import Runner, image, shared


def photograph() -> Any:
    return Image.open(min(shared("photos", "cat").iterdir())).convert("RGB")


def put(original: Any, path: Path, **options: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    original.save(path, **options)


def test_a_sound_data_set(catclf_run: Runner, data: Path) -> None:
    out = catclf_run("check", data).out
    assert f"{data} (train split): 12 images (6 cat, 6 dog)" in out
    assert f"{data} (test split): 8 images (4 cat, 4 dog)" in out
    assert "Files: 20 PNG; 80 x 70 to 80 x 70 pixels" in out
    assert "No duplicates found" in out


def test_an_exact_copy_in_another_split_is_a_leak(catclf_run: Runner, data: Path) -> None:
    cats = data / "train" / "cat"
    shutil.copy(cats / "cat-001.png", data / "test" / "cat" / "other.png")
    out = catclf_run("check", data, status=1).out
    assert "1 duplicate in different splits" in out
    assert f"identical: {data}/test/cat/other.png, {cats}/cat-001.png" in out


@pytest.mark.real_data
@pytest.mark.parametrize(
    "change",
    [
        lambda original: original.resize((90, 70)),
        lambda original: ImageEnhance.Brightness(original).enhance(1.03),
        lambda original: original,  # compressed again
    ],
    ids=["scaled", "brightened", "compressed"],
)
def test_near_copies_of_a_photograph_are_found(
    catclf_run: Runner, tmp_path: Path, change: Any
) -> None:
    put(photograph(), tmp_path / "d" / "train" / "cat" / "a.png")
    put(image(1), tmp_path / "d" / "train" / "dog" / "b.png")
    put(image(2), tmp_path / "d" / "test" / "dog" / "c.png")
    put(change(photograph()), tmp_path / "d" / "test" / "cat" / "d.jpg", quality=40)
    document = json.loads(catclf_run("check", tmp_path / "d", "--json", status=1).out)
    (copy,) = document["copies"]
    assert (copy["exact"], copy["leaks"], copy["contradicts"]) == (False, True, False)
    assert {name.split("/")[-1] for name in copy["names"]} == {"a.png", "d.jpg"}
    assert document["leaks"] == 1


def test_copies_in_two_classes_and_in_one(catclf_run: Runner, data: Path) -> None:
    cats = data / "train" / "cat"
    shutil.copy(cats / "cat-001.png", cats / "again.png")
    shutil.copy(cats / "cat-002.png", data / "train" / "dog" / "wrong.png")
    out = catclf_run("check", data).out  # no leak: exit status 0
    assert "1 duplicate with conflicting labels" in out
    assert "1 duplicate in one class" in out


def test_broken_files_and_imbalance(catclf_run: Runner, tmp_path: Path) -> None:
    for i in range(8):
        put(image(i), tmp_path / "d" / "cat" / f"{i}.png")
    put(image(99), tmp_path / "d" / "dog" / "9.png")
    (tmp_path / "d" / "dog" / "bad.jpg").write_text("no image")
    out = catclf_run("check", tmp_path / "d").out
    assert "class imbalance 8.0:1" in out
    assert "Left out: 1 file\n" in out
    assert "bad.jpg: unsupported or damaged image" in out


def test_nothing_but_broken_files(catclf_run: Runner, tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "bad.jpg").write_text("no image")
    err = catclf_run("check", tmp_path, status=1).err
    assert "has no usable images" in err


@pytest.fixture
def unsorted(tmp_path: Path) -> Path:
    """Images in folders that mean nothing, one of them twice, among other files."""
    folder = tmp_path / "unsorted"
    for name in ("IMG_1.png", "north/a.png", "south/05/b.jpg", ".hidden/c.png"):
        put(image(len(name)), folder / name)
    shutil.copy(folder / "IMG_1.png", folder / "south" / "again.png")
    (folder / "north" / "bad.jpg").write_text("no image")
    for name in ("a.MOV", "north/b.mov", "north/c.pdf", "south/noextension", ".DS_Store"):
        (folder / name).touch()
    return folder


def test_images_that_are_not_sorted(catclf_run: Runner, unsorted: Path) -> None:
    result = catclf_run("check", unsorted)
    assert result.out.splitlines() == [
        f"{unsorted}: 4 images, without classes",
        "Files: 3 PNG, 1 JPEG; 80 x 70 to 80 x 70 pixels",
        "Left out: 1 file",
        f"  {unsorted}/north/bad.jpg: unsupported or damaged image",
        "Ignored: 4 files that are not images (2 .mov, 1 without an extension, 1 .pdf)",
        "1 duplicate",
        f"  identical: {unsorted}/IMG_1.png, {unsorted}/south/again.png",
    ]
    assert result.err == (
        f"Note: {unsorted} has no class named cat: its images are checked without classes\n"
    )
    document = json.loads(catclf_run("check", unsorted, "--json").out)
    assert document["pictures"] == {"all": {"unsorted": 4}}
    assert document["labelled"] is False
    assert document["ignored"] == {".mov": 2, "": 1, ".pdf": 1}


def test_small_images_are_named(catclf_run: Runner, data: Path, model_path: Path) -> None:
    tiny = data / "test" / "cat" / "tiny.png"
    put(image(0, size=(3, 2)), tiny)
    for command in (("check",), ("evaluate", "-m", model_path), ("train", "-o", model_path)):
        err = catclf_run(command[0], data, *command[1:]).err
        assert (
            f"1 image is less than 16 pixels wide or high, too small to recognise much: {tiny}"
            in err
        )
    assert json.loads(catclf_run("check", data, "--json").out)["small"] == [str(tiny)]


def test_images_whose_names_give_no_class(catclf_run: Runner, tmp_path: Path) -> None:
    for name in ("1.png", "2.png"):
        put(image(len(name)), tmp_path / "flat" / name)
    assert "flat: 2 images, without classes\n" in catclf_run("check", tmp_path / "flat").out


def test_classes_that_are_asked_for_must_be_there(catclf_run: Runner, unsorted: Path) -> None:
    for options in (("--positive", "dog"), ("--labels",)):
        err = catclf_run("check", unsorted, *options, status=1).err
        assert "(found: north, south); choose the positive class" in err
    (unsorted / "empty").mkdir()
    assert "has no images" in catclf_run("check", unsorted / "empty", status=1).err


def test_what_a_data_set_ignores(catclf_run: Runner, data: Path) -> None:
    assert "Ignored" not in catclf_run("check", data).out
    (data / "notes.txt").touch()
    assert "Ignored: 1 file that is not an image (1 .txt)" in catclf_run("check", data).out
    for i in range(20):
        (data / f"{i}.x{20 - i:02}").touch()
    out = catclf_run("check", data).out
    assert "21 files that are not images (1 .txt, 1 .x01, 1 .x02" in out
    assert ", 13 more)" in out


@pytest.mark.real_data
def test_the_course_has_a_leak(catclf_run: Runner) -> None:
    document = json.loads(catclf_run("check", shared("catvnoncat"), "--json", status=1).out)
    assert document["pictures"]["test"] == {"cat": 33, "non-cat": 17}
    assert document["formats"] == {}
    exact = [copy for copy in document["copies"] if copy["exact"] and copy["leaks"]]
    assert [copy["names"][0].split("[")[-1] for copy in exact] == ["test_set_x 17]"]


@pytest.mark.real_data
def test_real_photographs_are_no_copies_of_each_other() -> None:
    report = catclf.check(catclf.open_source(shared("photos")))
    assert report.duplicates == []
    assert report.formats == {"JPEG": 300}
