"""The programs in docs/ do what catclf does."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import catclf
from catclf.export.resampling import weights
from catclf.features.patches import SCALES, cell_edges
from catclf.features.pixels import Pixels
from catclf.images.preprocessing import SIDE
from tests.conftest import ROOT
from tests.export.models import learned


def example(page: str, language: str) -> str:
    """The program in a language on a page of docs/."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    (found,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return str(found)


def test_the_program_in_c(model_path: Path, tmp_path: Path) -> None:
    cc = shutil.which("cc")
    if cc is None:
        pytest.skip("there is no C compiler cc")
    model = catclf.load_model(model_path)
    catclf.export_model(model, tmp_path / "cat.h")
    (tmp_path / "main.c").write_text(example("export-c.md", "c"))
    subprocess.run([cc, "-std=c99", "main.c", "-o", "main", "-lm"], cwd=tmp_path, check=True)
    images = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)
    run = subprocess.run(
        [tmp_path / "main"], input=images.tobytes(), capture_output=True, check=True
    )
    expected = [f"{p.label} {p.probability:.4f}" for p in model.predict_images(images)]
    assert run.stdout.decode().splitlines() == expected


def test_the_program_for_onnx(model_path: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    pixels = np.random.default_rng(0).integers(0, 256, (150, 100, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "cat.jpg")
    model = catclf.load_model(model_path)
    catclf.export_model(model, tmp_path / "cat.onnx")
    run = [sys.executable, "-c", example("export-onnx.md", "python")]
    out = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    label, probability = out.rsplit(maxsplit=1)
    prediction = model.predict(tmp_path / "cat.jpg")
    assert label == prediction.label
    assert float(probability) == pytest.approx(prediction.probability, abs=1e-6)


def test_the_program_for_scikit_learn() -> None:
    pytest.importorskip("sklearn")
    run = [sys.executable, "-c", example("scikit-learn.md", "python")]
    out = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.fullmatch(r"\{'l2': 0\.\d+\} 0\.[6-9]\d*\n", out)


def test_the_program_for_node(model_path: Path, tmp_path: Path) -> None:
    pytest.importorskip("py_mini_racer")
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node")
    model = catclf.load_model(model_path)
    catclf.export_model(model, tmp_path / "cat.html")
    run = [node, "-e", example("export-web-page.md", "js")]
    out = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    image = (7 * np.arange(64 * 64 * 3) % 256).astype(np.uint8).reshape(64, 64, 3)
    prediction = model.predict(image)
    assert out == f"{prediction.label} {prediction.probability:.4f}\n"


def test_the_arithmetic_of_a_web_page() -> None:
    text = (ROOT / "docs" / "export-web-page.md").read_text(encoding="utf-8")
    numbers = [int(number.replace(",", "")) for number in re.findall(r"\| ([\d,]+) \|\n", text)]
    atoms = learned("patches").arrays["patches_atoms"][0]  # (108, K)
    patches = sum(int(cell_edges(scale)[-1]) ** 2 for scale in SCALES)
    width, height = 4000, 3000
    taps = np.count_nonzero(weights(width, SIDE))
    assert numbers == [
        round(taps * height * 3 / (width * height)),
        Pixels.n_x,
        2 * patches * atoms.size,
    ]
