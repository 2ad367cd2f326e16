import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

import catclf
from catclf.plots.figure import check_figure, label, save_figure


def draw(figure: Figure) -> None:
    figure.subplots().plot([1, 2, 3])


@pytest.mark.parametrize(
    ("suffix", "signature"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".PDF", b"%PDF")]
)
def test_the_suffix_sets_the_format_and_files_are_reproducible(
    tmp_path: Path, suffix: str, signature: bytes
) -> None:
    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    save_figure(draw, first)
    save_figure(draw, second)
    assert first.read_bytes().startswith(signature)
    assert first.read_bytes() == second.read_bytes()


def test_a_figure_is_960_by_540_pixels_at_most(tmp_path: Path) -> None:
    save_figure(draw, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        width, height = image.size
        assert 950 <= width <= 961  # bands without ink are cut
        assert 530 <= height <= 541


@pytest.mark.parametrize("name", ["figure", "figure.jpg", "figure.npz", "a/figure.png"])
def test_files_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(catclf.CatclfError) as caught:
        check_figure(tmp_path / name)
    assert ("no folder" if "/" in name else ".png, .svg, .pdf") in str(caught.value)


def test_a_failed_drawing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def fail(figure: Figure) -> None:
        raise ValueError("cannot draw")

    with pytest.raises(ValueError, match="cannot draw"):
        save_figure(fail, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_without_matplotlib_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(catclf.CatclfError, match="pip install matplotlib"):
        check_figure(tmp_path / "a.png")


@pytest.mark.parametrize(
    "name", ["a$b_{c$", r"$\frac{1$", "_hidden", "x\ny\x1b[31m", "猫", "\udcff"]
)
def test_any_name_can_be_a_label(tmp_path: Path, name: str) -> None:
    labels: list[str] = []

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.set_title(label(name))
        axes.plot([1, 2], label=label(name))
        labels.extend(axes.get_legend_handles_labels()[1])

    save_figure(draw, tmp_path / "a.png")
    assert len(labels) == 1
    assert "\n" not in labels[0]


def test_a_long_noisy_line_can_be_drawn(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    costs = rng.random(300_000)

    def draw(figure: Figure) -> None:
        figure.subplots().plot(costs)

    save_figure(draw, tmp_path / "a.png")


def test_matplotlibs_messages_about_its_cache_are_not_shown(tmp_path: Path) -> None:
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
