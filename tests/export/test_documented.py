"""The programs in docs/export.md do what catclf does."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import catclf
from tests.conftest import ROOT


def example(language: str, word: str) -> str:
    """The program in a language that has a word in it."""
    text = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
    (found,) = [e for e in re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL) if word in e]
    return str(found)


def test_the_program_in_c(model_path: Path, tmp_path: Path) -> None:
    cc = shutil.which("cc")
    if cc is None:
        pytest.skip("there is no C compiler cc")
    model = catclf.load_model(model_path)
    catclf.export_model(model, tmp_path / "cat.h")
    (tmp_path / "main.c").write_text(example("c", "catclf_predict"))
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
    run = [sys.executable, "-c", example("python", "onnxruntime")]
    out = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    label, probability = out.rsplit(maxsplit=1)
    prediction = model.predict(tmp_path / "cat.jpg")
    assert label == prediction.label
    assert float(probability) == pytest.approx(prediction.probability, abs=1e-6)


def test_the_program_for_scikit_learn() -> None:
    pytest.importorskip("sklearn")
    run = [sys.executable, "-c", example("python", "sklearn")]
    out = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.fullmatch(r"\{'l2': 0\.\d+\} 0\.[6-9]\d*\n", out)
