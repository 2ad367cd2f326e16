"""The contract that all lessons share."""

import json
import re
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image

import catclf
from catclf.datasets.drawn_images import SHEET, drawn_images
from catclf.errors import DataError
from catclf.lessons.lesson import LessonSettings
from catclf.lessons.register import LESSONS, find_lesson, run_lesson
from catclf.plots.figure import save_figure
from tests.conftest import shared, write_images
from tools.packaged_images import chosen_images


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_has_text_numbers_and_a_figure(
    name: str, settings: LessonSettings, tmp_path: Path
) -> None:
    lesson = run_lesson(name, settings)
    assert lesson.explanation.endswith(".")
    assert re.fullmatch(r"([^.]|\.\S)*\.", lesson.see), "one sentence"
    # The formula gives shapes, or says that everything is a number.
    assert re.search(r"\(.*, .*\)|numbers?", lesson.formula)
    for table in lesson.tables:
        assert table.rows
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names)  # or JSON would lose one
        for row in table.rows:
            assert len(row) == len(names)
            for cell in row:
                assert type(cell) in (str, int, float)
    json.dumps(lesson.to_dict(), allow_nan=False)
    save_figure(lesson.draw, tmp_path / "figure.png")


@pytest.mark.parametrize("name", LESSONS)
def test_the_same_seed_gives_the_same_lesson(name: str, settings: LessonSettings) -> None:
    if name in ("brute-force", "vectorization"):
        pytest.skip("measures times")
    again = LessonSettings(settings.data, seed=settings.seed)
    assert run_lesson(name, settings).to_dict() == run_lesson(name, again).to_dict()


@pytest.mark.real_data
@pytest.mark.parametrize("name", LESSONS)
def test_lessons_run_on_the_courses_images(name: str) -> None:
    lesson = run_lesson(name, LessonSettings(shared("catvnoncat")))
    assert lesson.tables


@pytest.mark.parametrize("name", ["sigmoid", "bias", "derivative", "computation-graph", "backward"])
def test_lessons_without_images_need_no_data_set(name: str, tmp_path: Path) -> None:
    run_lesson(name, LessonSettings(tmp_path / "nothing"))


@pytest.mark.parametrize("name", LESSONS)
def test_two_images_are_enough(name: str, tmp_path: Path) -> None:
    write_images(tmp_path / "cat", 1, red=190)
    write_images(tmp_path / "dog", 1, red=80)
    lesson = run_lesson(name, LessonSettings(tmp_path))
    json.dumps(lesson.to_dict(), allow_nan=False)
    save_figure(lesson.draw, tmp_path / "figure.png")


@pytest.mark.parametrize("name", LESSONS)
def test_identical_images_are_no_problem(name: str, tmp_path: Path) -> None:
    for class_name in ("cat", "dog"):
        (tmp_path / class_name).mkdir()
        for i in range(3):
            Image.new("RGB", (64, 64), (90, 80, 70)).save(tmp_path / class_name / f"{i}.png")
    lesson = run_lesson(name, LessonSettings(tmp_path))
    json.dumps(lesson.to_dict(), allow_nan=False)
    save_figure(lesson.draw, tmp_path / "figure.png")


def test_at_most_500_images_with_the_class_shares_kept(tmp_path: Path) -> None:
    path = tmp_path / "many.h5"
    rng = np.random.default_rng(0)
    with h5py.File(path, "w") as file:
        file["train_set_x"] = rng.integers(0, 256, (1200, 64, 64, 3), np.uint8)
        file["train_set_y"] = np.arange(1200) < 60
        file["list_classes"] = np.array([b"non-cat", b"cat"])
    images = LessonSettings(path).images
    assert images.m == 500
    assert images.class_counts() == {"cat": 25, "non-cat": 475}


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(
        catclf.CatclfError, match="there is no lesson sigmiod; did you mean sigmoid"
    ):
        find_lesson("sigmiod")
    assert find_lesson("Learning_Rate") == "learning-rate"


def test_without_a_data_set_drawn_images_are_used_and_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    notes: list[str] = []
    images = LessonSettings(on_note=notes.append).images
    assert images.class_counts() == {"cat": 32, "non-cat": 32}
    assert len(notes) == 1
    assert "there is no data/ here; 64 drawn images" in notes[0]
    assert LessonSettings(positive="non-cat").images.labels.tolist() == [0] * 32 + [1] * 32
    with pytest.raises(catclf.CatclfError, match="has no class named dog"):
        _ = LessonSettings(positive="dog").images

    write_images(tmp_path / "data" / "cat", 1, red=190)
    write_images(tmp_path / "data" / "dog", 1, red=80)
    assert LessonSettings(on_note=notes.append).images.m == 2
    assert len(notes) == 1


def test_drawn_images_never_take_the_place_of_a_named_data_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="data does not exist; name a data set"):
        _ = LessonSettings(Path("data")).images


def test_the_drawn_images_are_those_of_the_data_set() -> None:
    images = drawn_images().images[:].astype(int)
    # Other versions of a JPEG library round otherwise, and the sheet is compressed again.
    assert np.abs(images - chosen_images()).mean(axis=(1, 2, 3)).max() < 5
    assert SHEET.stat().st_size < 300_000


def test_unreadable_images_are_left_out_on_request(tmp_path: Path) -> None:
    write_images(tmp_path / "cat", 2, red=190)
    write_images(tmp_path / "dog", 2, red=80)
    (tmp_path / "dog" / "bad.png").write_bytes(b"not an image")
    with pytest.raises(DataError, match=r"bad\.png: .*--skip-bad"):
        _ = LessonSettings(tmp_path).images
    notes: list[str] = []
    assert LessonSettings(tmp_path, skip_bad=True, on_note=notes.append).images.m == 4
    assert notes[0].startswith(f"Skipped: {tmp_path / 'dog' / 'bad.png'}: ")
