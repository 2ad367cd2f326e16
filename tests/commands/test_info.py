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


def test_a_model_card_in_markdown(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "cats_v2.npz"
    catclf_run("train", data, "-o", path, "--iterations", "20")
    card = catclf_run("info", path, "--markdown").out
    lines = card.splitlines()
    assert lines[0] == r"# cats\_v2.npz"
    titles = [line[3:] for line in lines if line.startswith("## ")]
    assert titles == ["Model", "Training", "Scores", "Intended use", "Not for", "What it reveals"]
    assert "6 cat, 6 non-cat." in card
    assert "- Test: on 8 images of " in card
    assert catclf_run("info", path, "--markdown", "--json", status=2).err


def test_names_in_a_model_card_are_plain_text(catclf_run: Runner, tmp_path: Path) -> None:
    import numpy as np

    path = tmp_path / "m.npz"
    model = catclf.Model(np.zeros((12288, 1)), 0.0, positive="<b>*cat*</b> [x](y)\n# H")
    catclf.save_model(model, path)
    card = catclf_run("info", path, "--markdown").out
    assert r"\<b\>\*cat\*\</b\> \[x\](y)\\n\# H" in card
    assert "\n# H" not in card


def test_fingerprints_can_be_left_out(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    paths = tmp_path / "with.npz", tmp_path / "without.npz"
    options = ("--iterations", 5, "--learning-rate", "auto")
    catclf_run("train", data, "-o", paths[0], *options)
    catclf_run("train", data, "-o", paths[1], *options, "--no-fingerprints")
    one, other = map(catclf.load_model, paths)
    assert (len(one.fingerprints), len(other.fingerprints)) == (12, 0)
    assert (one.w.tobytes(), one.b) == (other.w.tobytes(), other.b)
    assert "Remembers no training images" in catclf_run("info", paths[1]).out
    assert json.loads(catclf_run("info", paths[1], "--json").out)["fingerprints"] == 0
    assert "fingerprints" not in catclf_run("info", paths[1], "--markdown").out
    seen, unseen = (catclf_run("evaluate", data, "--split", "train", "-m", path) for path in paths)
    assert "were used for training" in seen.out
    assert "the model has no fingerprints" in unseen.err
