import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from tests.conftest import Program, Runner, write_images


@pytest.fixture
def cat(data: Path) -> Any:
    return sorted((data / "test" / "cat").iterdir())[0]


def test_the_parts_add_up(catclf_run: Runner, model_path: Path, cat: Any) -> None:
    out = catclf_run("explain", cat, "-m", model_path).out
    assert f"{cat}: cat, probability of cat 0." in out
    line = next(line for line in out.splitlines() if line.startswith("z = "))
    z, bias, contributions = (float(word) for word in line.split() if word[-1].isdigit())
    assert z == pytest.approx(bias + contributions, abs=2e-4)
    assert "share of Σ|contribution|" in out
    for part in ("top", "middle", "bottom", "left", "centre", "right"):
        assert f"\n{part} " in out


def test_it_says_what_predict_says(catclf_run: Runner, model_path: Path, cat: Any) -> None:
    document = json.loads(catclf_run("explain", cat, "-m", model_path, "--json").out)
    predicted = json.loads(catclf_run("predict", cat, "-m", model_path, "--json").out)
    assert document["label"] == predicted["label"]
    assert document["probability"] == predicted["probability"]
    total = document["bias"] + sum(map(sum, document["contributions"]))
    assert document["logit"] == pytest.approx(total)
    assert len(document["thirds"]) == 6


@pytest.mark.parametrize("features", ["pixels", "patches+hog"])
def test_a_figure(catclf_run: Runner, data: Path, cat: Any, tmp_path: Path, features: str) -> None:
    model, figure = tmp_path / "m.npz", tmp_path / "why.png"
    catclf_run("train", data, "-o", model, "--features", features, "--solver", "lbfgs", "--l2", 1)
    out = catclf_run("explain", cat, "-m", model, "-o", figure).out
    assert f"Figure written to {figure}" in out
    with Image.open(figure) as image:
        assert image.width > 1000
        # Nothing but a narrow margin is white on all sides.
        left, top, right, bottom = ImageOps.invert(image.convert("L")).getbbox() or (0, 0, 0, 0)
        assert max(left, top, image.width - right, image.height - bottom) < 20


def test_standard_input(program: Program, model_path: Path, cat: Any, tmp_path: Path) -> None:
    with cat.open("rb") as file:
        out = program("explain", "-", "-m", model_path, stdin=file).stdout
    assert out.startswith("-: ")
    (tmp_path / "text").write_text("no image")
    errors = set()
    for command in ("explain", "predict"):
        with (tmp_path / "text").open("rb") as file:
            errors.add(program(command, "-", "-m", model_path, stdin=file, status=1).stderr)
    assert len(errors) == 1
    assert "standard input: unsupported or damaged image" in errors.pop()


@pytest.mark.parametrize(
    ("args", "status", "message"),
    [
        (["no.png"], 1, "no.png: no such file"),
        (["text.png"], 1, "text.png: unsupported or damaged image"),
        (["text.png", "-m", "no.npz"], 1, "there is no model"),
        (["ok-000.png", "-o", "why.jpg"], 2, "a figure's name ends in"),
        (["ok-000.png", "-o", "no/why.png"], 1, "there is no folder"),
    ],
)
def test_errors_are_one_line(
    catclf_run: Runner,
    model_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    args: Any,
    status: int,
    message: str,
) -> None:
    write_images(tmp_path / "ok", 1, red=100)
    monkeypatch.chdir(tmp_path / "ok")
    (tmp_path / "ok" / "text.png").write_text("text")
    if "-m" not in args:
        args = [*args, "-m", model_path]
    outcome = catclf_run("explain", *args, status=status)
    assert message in outcome.err
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""
