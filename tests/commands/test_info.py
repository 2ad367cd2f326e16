import json
from pathlib import Path

import catclf
from tests.conftest import Runner


def test_a_model_tells_how_it_was_made(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    catclf_run("train", data, "-o", path, "--recipe", "best", "--features", "hog",
               "--standardise", "--cv", 2)  # fmt: skip
    out = catclf_run("info", path).out
    assert "cat or non-cat" in out
    assert "Settings: HOG, horizontal flips, standardized, L-BFGS, L2 penalty λ =" in out
    assert "(cross-validated), calibrated, threshold 0.5" in out
    assert "Features: 1764 per image, in float32" in out
    assert "12 images (6 cat, 6 non-cat)" in out
    assert "Cross-validation, 2 folds: accuracy" in out
    assert "Test accuracy" in out
    assert "Remembers 12 training images (to detect leaks)" in out


def test_json(catclf_run: Runner, model_path: Path) -> None:
    document = json.loads(catclf_run("info", model_path, "--json").out)
    assert document["features"] == "pixels"
    assert document["n_x"] == 12288
    assert document["threshold"] == 0.5
    assert document["bytes"] == model_path.stat().st_size
    assert document["training"]["iterations"] == 60


def test_a_model_made_by_hand(catclf_run: Runner, tmp_path: Path) -> None:
    import numpy as np

    path = tmp_path / "m.npz"
    catclf.save_model(catclf.Model(np.zeros((12288, 1)), 0.0), path)
    assert "Settings: pixels, threshold 0.5" in catclf_run("info", path).out


def test_no_model(catclf_run: Runner, tmp_path: Path) -> None:
    assert "there is no model" in catclf_run("info", tmp_path / "m.npz", status=1).err
