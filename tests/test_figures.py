import sys

import pytest
from PIL import Image

import catclf
from catclf.figures import check_figure, save_figure


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
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (960, 540)


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
