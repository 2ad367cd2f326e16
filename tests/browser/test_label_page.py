import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import catclf
from tests.conftest import Runner, image, needs_posix, write_images
from tests.reports.test_markup import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Visit = Callable[..., Page]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four images without classes."""
    write_images(tmp_path / "unlabelled", 2, red=190, start=500)
    write_images(tmp_path / "unlabelled", 2, red=80, start=600)
    return tmp_path / "unlabelled"


@pytest.fixture
def label_page(folder: Path, model_path: Path, tmp_path: Path, catclf_run: Runner) -> Path:
    catclf_run("label", folder, "-m", model_path, "--report", tmp_path / "label.html")
    return tmp_path / "label.html"


def press(page: "Page", *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def saved(page: "Page", folder: Path) -> list[list[str]]:
    """The rows of the CSV file that the button saves."""
    with page.expect_download() as download:
        page.get_by_role("button", name="save labels.csv").click()
    assert download.value.suggested_filename == "labels.csv"
    download.value.save_as(folder / "labels.csv")
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def names_in_order(page: "Page") -> list[str]:
    return page.locator("li[data-path] .name").all_inner_texts()


def test_keys_go_through_the_images_and_a_button_saves_what_train_takes(
    visit: "Visit", label_page: Path, folder: Path, tmp_path: Path, catclf_run: Runner
) -> None:
    page = visit(label_page)
    names = names_in_order(page)
    assert sorted(names) == sorted(path.name for path in folder.iterdir())
    page.get_by_role("button", name="Start review").click()
    press(page, "1", "0", "x", "0")
    assert page.get_by_role("status").inner_text() == "4 of 4 decided; last: non-cat"
    assert saved(page, tmp_path) == [
        ["path", "label"],
        [str(folder / names[0]), "cat"],
        [str(folder / names[1]), "non-cat"],
        [str(folder / names[3]), "non-cat"],
    ]
    catclf_run("train", tmp_path / "labels.csv", "-o", tmp_path / "new.npz", "--score", "none")
    assert catclf.load_model(tmp_path / "new.npz").positive == "cat"


def test_undo_goes_back_and_a_later_decision_counts(
    visit: "Visit", label_page: Path, folder: Path, tmp_path: Path
) -> None:
    page = visit(label_page)
    names = names_in_order(page)
    page.get_by_role("button", name="Start review").click()
    press(page, "1", "1", "u", "0", "ArrowLeft", "ArrowLeft", "0", "u", "u", "0")
    # The first was made a cat, then a non-cat, which was undone; the second a non-cat at the end.
    assert [row[1] for row in saved(page, tmp_path)[1:]] == ["cat", "non-cat"]
    assert page.locator("li.current .name").inner_text() == names[2]
    press(page, "u", "u", "u")
    assert page.get_by_role("status").inner_text() == "0 of 4 decided"
    assert page.get_by_role("button", name="undo").is_disabled()
    assert page.get_by_role("button", name="save labels.csv").is_disabled()
    assert page.locator(".decision:visible").count() == 0


def test_nothing_is_decided_before_the_start(visit: "Visit", label_page: Path) -> None:
    page = visit(label_page)
    press(page, "1", "0", "x")
    assert page.get_by_role("status").inner_text() == "0 of 4 decided"
    assert not page.get_by_role("button", name="cat", exact=True).is_visible()


def test_decisions_outlive_the_page(visit: "Visit", label_page: Path) -> None:
    page = visit(label_page)
    page.get_by_role("button", name="Start review").click()
    press(page, "1", "0")
    page.reload()
    assert page.get_by_role("status").inner_text() == "2 of 4 decided; last: non-cat"
    page.get_by_role("button", name="Start review").click()
    assert page.locator("li.current .name").inner_text() == names_in_order(page)[2]
    press(page, "u")
    assert page.get_by_role("status").inner_text() == "1 of 4 decided; last: cat"


def test_buttons_do_what_keys_do(visit: "Visit", label_page: Path, tmp_path: Path) -> None:
    page = visit(label_page, viewport={"width": 360, "height": 640}, has_touch=True)
    for name in ("Start review", "cat", "non-cat", "leave out", "non-cat", "undo"):
        page.get_by_role("button", name=name, exact=True).tap()
    assert [row[1] for row in saved(page, tmp_path)[1:]] == ["cat", "non-cat"]


def test_the_image_to_decide_is_in_sight_above_the_bar(visit: "Visit", label_page: Path) -> None:
    page = visit(label_page, viewport={"width": 360, "height": 640})
    page.get_by_role("button", name="Start review").click()
    for _ in range(4):
        picture = page.locator("li.current img").bounding_box()
        bar = page.locator("#review").bounding_box()
        assert picture
        assert bar
        assert 0 <= picture["y"]
        assert picture["y"] + picture["height"] <= bar["y"]
        press(page, "0")


@needs_posix
def test_hostile_names_do_nothing_and_are_saved_as_they_are(
    visit: "Visit", folder: Path, model_path: Path, tmp_path: Path, catclf_run: Runner
) -> None:
    for old in folder.iterdir():
        old.unlink()
    names = [name.replace("/", "").replace("\0", "") for name in HOSTILE]
    names += ['comma, and "quotes"', "=1+1"]
    for i, name in enumerate(names):
        image(i).save(folder / f"{name}.png")
    catclf_run("label", folder, "-m", model_path, "--report", tmp_path / "label.html")
    page = visit(tmp_path / "label.html")
    page.get_by_role("button", name="Start review").click()
    press(page, *"1" * len(names))
    rows = saved(page, tmp_path)
    text = [name for name in names if "\udcff" not in name]  # the other is no text
    assert sorted(path for path, _ in rows[1:]) == sorted(str(folder / f"{n}.png") for n in text)
    assert page.get_by_text("1 image not shown, by name").is_visible()
    assert page.locator("img[src=x]").count() == 0
    assert catclf.load_dataset(tmp_path / "labels.csv").m == len(text)
