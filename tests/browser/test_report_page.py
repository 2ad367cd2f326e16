from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_label_page import press, saved
from tests.conftest import Runner, write_images

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Visit = Callable[..., Page]

WIDTHS = (360, 768, 1280)


@pytest.fixture
def report(data: Path, model_path: Path, tmp_path: Path, catclf_run: Runner) -> Path:
    """A report with two mistakes, which are wrong labels."""
    write_images(data / "test" / "cat", 2, red=20, start=300)
    catclf_run("evaluate", data, "-m", model_path, "--report", tmp_path / "report.html")
    return tmp_path / "report.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_charts_are_drawn_and_nothing_is_too_wide(
    visit: "Visit", report: Path, width: int, scheme: str
) -> None:
    page = visit(report, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    charts = page.locator("svg[role=img]")
    assert charts.count() == 5
    for i in range(charts.count()):
        box = charts.nth(i).bounding_box()
        assert box
        assert box["width"] > 250
        assert box["height"] > 30
    curves = page.locator("figure > svg .curve")
    lengths = curves.evaluate_all("all => all.map(curve => curve.getTotalLength())")
    assert len(lengths) == 2
    assert min(lengths) > 50
    assert page.locator("rect.bar").count() > 2
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 24, 27)"}[scheme]
    loaded = page.locator("img").evaluate_all(
        "all => Promise.all(all.map(i => { i.loading = 'eager'; return i.decode() }))"
        ".then(() => all.map(i => i.naturalWidth))"
    )
    assert len(loaded) == 4
    assert min(loaded) > 0


def test_the_review_saves_all_labels_with_the_corrections(
    visit: "Visit", report: Path, data: Path, tmp_path: Path, catclf_run: Runner
) -> None:
    page = visit(report)
    page.get_by_role("button", name="Start review").click()
    press(page, "0", "x")
    rows = saved(page, tmp_path)[1:]
    assert len(rows) == 4 + 1 + 4
    assert [label for _, label in rows].count("cat") == 4
    assert {path for path, label in rows if label == "cat"} == {
        str(data / "test" / "cat" / f"cat-10{i}.png") for i in range(4)
    }
    catclf_run("train", tmp_path / "labels.csv", "-o", tmp_path / "new.npz", "--score", "none")


def test_keys_and_screen_readers_reach_everything(visit: "Visit", report: Path) -> None:
    page = visit(report)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    for heading in ("Score", "Curves", "Mistakes", "Leaks", "Recipe", "Model card"):
        assert page.get_by_role("region", name=heading, exact=True).count() == 1
    assert page.get_by_role("region", name="Review").count() == 1
    nameless = page.evaluate(
        "[...document.querySelectorAll('img:not([alt]), svg[role=img]:not([aria-label])"
        ":not([aria-labelledby])')].length"
    )
    assert nameless == 0
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details[open]").count() == 1
    page.keyboard.press("1")  # not a decision: the focus is on what unfolds
    assert page.get_by_role("status").inner_text() == "0 of 2 decided"


def test_the_report_of_a_training(
    visit: "Visit", data: Path, tmp_path: Path, catclf_run: Runner
) -> None:
    write_images(data / "train" / "cat", 6, red=190, start=20)
    write_images(data / "train" / "dog", 6, red=80, start=20)
    (wrong,) = write_images(data / "train" / "cat", 1, red=80, start=900)
    path = tmp_path / "report.html"
    options = ("--cv", "3", "--iterations", "60", "--learning-rate", "auto", "--report", path)
    catclf_run("train", data / "train", "-o", tmp_path / "a.npz", *options)
    page = visit(path)
    doubtful = page.get_by_role("region", name="Doubtful labels")
    assert doubtful.locator(".name").all_inner_texts() == [str(wrong)]
    assert "trained without these images" in page.locator("header").inner_text()
    page.get_by_role("button", name="Start review").click()
    while "non-cat" not in page.get_by_role("status").inner_text():
        is_wrong = page.locator("li.current .name").inner_text() == str(wrong)
        press(page, "0" if is_wrong else "ArrowRight")
    rows = saved(page, tmp_path)[1:]
    assert len(rows) == 25
    assert [str(wrong), "non-cat"] in rows
