import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import catclf
from catclf.plots.figure import check_figure, label, save_figure


def draw(figure):
    figure.subplots().plot([1, 2, 3])


@pytest.mark.parametrize(
    ("ending", "begins"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".PDF", b"%PDF")]
)
def test_the_ending_tells_the_format_and_the_same_figure_is_the_same_file(tmp_path, ending, begins):
    first, second = tmp_path / f"a{ending}", tmp_path / f"b{ending}"
    save_figure(draw, first)
    save_figure(draw, second)
    assert first.read_bytes().startswith(begins)
    assert first.read_bytes() == second.read_bytes()


def test_the_size_of_a_figure_can_be_read_in_a_readme(tmp_path):
    save_figure(draw, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (960, 540)


@pytest.mark.parametrize("name", ["figure", "figure.jpg", "figure.npz", "a/figure.png"])
def test_files_that_cannot_be(tmp_path, name):
    with pytest.raises(catclf.CatclfError) as caught:
        check_figure(tmp_path / name)
    assert ("no folder" if "/" in name else ".png, .svg, .pdf") in str(caught.value)


def test_a_drawing_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def fail(figure):
        raise ValueError("no figure")

    with pytest.raises(ValueError, match="no figure"):
        save_figure(fail, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_without_matplotlib_the_error_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(catclf.CatclfError, match="pip install matplotlib"):
        check_figure(tmp_path / "a.png")


@pytest.mark.parametrize(
    "name", ["a$b_{c$", r"$\frac{1$", "_hidden", "x\ny\x1b[31m", "猫", "\udcff"]
)
def test_any_name_can_be_a_label(tmp_path, name):
    shown = []

    def draw(figure):
        axes = figure.subplots()
        axes.set_title(label(name))
        axes.plot([1, 2], label=label(name))
        shown.extend(axes.get_legend_handles_labels()[1])

    save_figure(draw, tmp_path / "a.png")
    assert len(shown) == 1
    assert "\n" not in shown[0]


def test_a_long_and_restless_line_can_be_drawn(tmp_path):
    rng = np.random.default_rng(0)
    costs = rng.random(300_000)
    save_figure(lambda figure: figure.subplots().plot(costs), tmp_path / "a.png")


def test_no_word_of_where_matplotlib_keeps_its_cache(tmp_path):
    code = (
        "import sys; from pathlib import Path; from catclf.plots.figure import check_figure; "
        "check_figure(Path(sys.argv[1]))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "a.png"],
        env={**os.environ, "MPLCONFIGDIR": "/dev/null/nowhere"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stderr == ""
