"""The programs in docs/export.md do what catclf does."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import catclf
from tests.conftest import ROOT


def example(language: str) -> str:
    text = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return str(found)


def test_the_program_for_onnx(model_path: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    pixels = np.random.default_rng(0).integers(0, 256, (150, 100, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "cat.jpg")
    model = catclf.load_model(model_path)
    catclf.export_model(model, tmp_path / "cat.onnx")
    run = [sys.executable, "-c", example("python")]
    out = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    label, probability = out.rsplit(maxsplit=1)
    prediction = model.predict(tmp_path / "cat.jpg")
    assert label == prediction.label
    assert float(probability) == pytest.approx(prediction.probability, abs=1e-6)
