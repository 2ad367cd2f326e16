import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import catclf
from tests.conftest import Runner, image, shared, write_images

QUICK = ("--iterations", 3, "--learning-rate", "auto")


def test_trains_scores_and_saves(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    out = catclf_run(
        "train", data, "-o", tmp_path / "m.npz", "--learning-rate", "auto", "--iterations", 60
    ).out
    assert f"Trained on {data} (train split): 12 images (6 cat, 6 non-cat)" in out
    assert "60 iterations at learning rate" in out
    assert "cost 0.693147 to" in out
    assert "Training accuracy 100.0 %" in out
    assert (
        'Test accuracy 100.0 %, 95 % interval 67.6 % to 100.0 %, baseline 50.0 % (always "cat")'
    ) in out
    assert catclf.load_model(tmp_path / "m.npz").predict(
        data / "test" / "cat" / "cat-100.png"
    ).label == "cat"  # fmt: skip


@pytest.mark.real_data
def test_the_courses_data(catclf_run: Runner, tmp_path: Path) -> None:
    out = catclf_run("train", shared("catvnoncat"), "-o", tmp_path / "m.npz").out
    assert "Training accuracy 99.0 %" in out
    assert "Test accuracy 70.0 %, 95 % interval 56.2 % to 80.9 %" in out
    assert 'baseline 66.0 % (always "cat")' in out
    document = json.loads(
        catclf_run("evaluate", shared("catvnoncat"), "-m", tmp_path / "m.npz", "--json").out
    )
    assert document["accuracy"] == 0.7
    assert document["baseline"] == 0.66
    assert document["accuracy_interval"] == pytest.approx([0.5625, 0.8090], abs=1e-4)


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["photos", "cifar-cats"])
def test_real_images(catclf_run: Runner, tmp_path: Path, name: str) -> None:
    folder = shared(name)
    model = tmp_path / "m.npz"
    catclf_run(
        "train", folder, "-o", model, "--positive", "cat", "--iterations", 5, "--dtype", "float32",
        "--learning-rate", "auto",
    )  # fmt: skip
    lines = catclf_run("predict", folder / "cat", "-m", model, "--json").out.splitlines()
    assert len(lines) == len(list((folder / "cat").iterdir()))
    for line in map(json.loads, lines):
        assert 0 <= line["probability"] <= 1
        assert line["label"] == ("cat" if line["probability"] >= 0.5 else "non-cat")


def test_lbfgs_says_whether_it_converged(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    options = ("-o", tmp_path / "m.npz", "--solver", "lbfgs", "--l2", 0.01)
    out = catclf_run("train", data, *options).out
    assert "iterations of L-BFGS: cost 0.693147 to" in out
    assert "Converged: relative gradient norm " in out
    out = catclf_run("train", data, *options, "--iterations", 2).out
    assert "Warning: not converged: relative gradient norm " in out
    assert "(target 0.0001); raise --iterations" in out
    document = json.loads(catclf_run("train", data, *options, "--json").out)
    assert (document["solver"], document["converged"], document["learning_rate"]) == (
        "lbfgs", True, None,
    )  # fmt: skip


def test_a_tolerance_that_rounding_does_not_allow(
    catclf_run: Runner, data: Path, tmp_path: Path
) -> None:
    out = catclf_run(
        "train", data, "-o", tmp_path / "m.npz", "--solver", "lbfgs", "--l2", 0.1, "--dtype",
        "float32", "--init", "random", "--tolerance", 1e-14,
    ).out  # fmt: skip
    assert "limited by rounding; use --dtype float64, or raise --tolerance" in out


def test_a_checkpoint_is_resumed(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    options = ("--learning-rate", "auto", "--checkpoint", tmp_path / "run.ckpt")
    catclf_run("train", data, "-o", tmp_path / "m.npz", "--iterations", 5, *options)
    out = catclf_run(
        "train", data, "-o", tmp_path / "m.npz", "--iterations", 9, "--learning-rate", "auto",
        "--resume", tmp_path / "run.ckpt",
    ).out  # fmt: skip
    assert "9 iterations" in out
    catclf_run("train", data, "-o", tmp_path / "n.npz", "--iterations", 9, *options)
    one, other = (catclf.load_model(tmp_path / name) for name in ("m.npz", "n.npz"))
    assert one.w.tobytes() == other.w.tobytes()


def test_history_is_a_table_of_all_costs(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    history = tmp_path / "costs.csv"
    catclf_run("train", data, "-o", tmp_path / "m.npz", *QUICK, "--history", history)
    with history.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["iteration"] for row in rows] == ["0", "1", "2", "3"]
    assert float(rows[0]["cost"]) == pytest.approx(np.log(2))


def test_json_is_one_document(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    document = json.loads(catclf_run("train", data, "-o", tmp_path / "m.npz", *QUICK, "--json").out)
    assert document["iterations"] == 3
    assert document["pictures"] == {"cat": 6, "non-cat": 6}
    assert document["test"]["pictures"] == 8


def test_the_same_command_gives_the_same_weights(
    catclf_run: Runner, data: Path, tmp_path: Path
) -> None:
    weights = []
    for name in ("a.npz", "b.npz"):
        catclf_run("train", data, "-o", tmp_path / name, "--iterations", 20, "--init", "random")
        weights.append(catclf.load_model(tmp_path / name).w.tobytes())
    assert weights[0] == weights[1]


def test_a_class_can_be_chosen(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    catclf_run("train", data, "-o", tmp_path / "m.npz", "--positive", "dog", *QUICK)
    assert catclf.load_model(tmp_path / "m.npz").positive == "dog"
    assert "predicted dog" in catclf_run("evaluate", data, "-m", tmp_path / "m.npz").out


def test_bad_images_stop_training_or_are_skipped(
    catclf_run: Runner, data: Path, tmp_path: Path
) -> None:
    (data / "train" / "cat" / "bad\x1b.jpg").write_text("no image")
    result = catclf_run("train", data, "-o", tmp_path / "m.npz", status=1)
    assert result.err.count("\n") == 1
    assert r"bad\x1b.jpg: unsupported or damaged image; remove it" in result.err
    assert not (tmp_path / "m.npz").exists()
    result = catclf_run("train", data, "-o", tmp_path / "m.npz", *QUICK, "--skip-bad")
    assert "Skipped 1 unreadable file" in result.out
    assert r"bad\x1b.jpg: unsupported or damaged image" in result.err


def test_a_test_split_of_one_class_is_no_reason_to_fail(
    catclf_run: Runner, data: Path, tmp_path: Path
) -> None:
    for path in (data / "test" / "dog").iterdir():
        path.unlink()
    result = catclf_run("train", data, "-o", tmp_path / "m.npz", *QUICK)
    assert "no test score" in result.err
    assert "Test accuracy" not in result.out


def test_divergence_writes_no_model(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    result = catclf_run(
        "train", data, "-o", tmp_path / "m.npz", "--learning-rate", 1e200, "--l2", 10, status=1
    )
    assert "the learning rate 1e+200 is too large" in result.err
    assert "2/L" in result.err
    assert list(tmp_path.glob("*.npz*")) == []


def test_a_cost_that_ends_higher_is_shown_and_the_model_written(
    catclf_run: Runner, data: Path, tmp_path: Path
) -> None:
    given = ("--learning-rate", 1, "--l2", 10, "--iterations", 10)
    result = catclf_run("train", data, "-o", tmp_path / "m.npz", *given)
    assert "Warning: after 10 iterations the cost (" in result.err
    assert "is above its start (0.693)" in result.err
    assert "below 2/L = 0.00" in result.err
    assert "10 iterations at learning rate 1: cost 0.693147 to" in result.out
    assert (tmp_path / "m.npz").exists()


def test_the_default_learning_rate_succeeds_on_any_images(
    catclf_run: Runner, tmp_path: Path
) -> None:
    for i, class_ in enumerate(("cat", "dog")):
        write_images(tmp_path / "white" / class_, 5, red=240 - i)
    result = catclf_run("train", tmp_path / "white", "-o", tmp_path / "m.npz", "--iterations", 60)
    if "Note: at the lecture's" in result.err:
        assert "trained at 1/L = 0.00" in result.err
    costs = result.out.partition("cost 0.693147 to ")[2]
    assert float(costs.split()[0]) < 0.693147


def test_without_a_test_split_a_fifth_is_held_out(
    catclf_run: Runner, data: Path, tmp_path: Path
) -> None:
    arguments = ("train", data / "train", "-o", tmp_path / "m.npz", *QUICK)
    out = catclf_run(*arguments).out
    assert "Held-out accuracy 100.0 %, 95 % interval 43.9 % to 100.0 %, baseline 66.7 %" in out
    assert "on 3 of the images, by a model trained on the others" in out
    document = json.loads(catclf_run(*arguments, "--json").out)
    assert document["held_out"]["pictures"] == 3
    assert (document["test"], document["cross_validation"]) == (None, None)
    assert document["groups"] == 12
    model = catclf.load_model(tmp_path / "m.npz")
    assert model.training["held_out"]["pictures"] == 3
    assert len(model.fingerprints) == 12  # it is trained on all images
    assert "Held-out accuracy 100.0 % on 3 images" in catclf_run("info", tmp_path / "m.npz").out


def test_other_scores_take_its_place(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    for folder, options, expected in (
        (data, (), "Test accuracy"),
        (data / "train", ("--cv", 2), "Cross-validation, 2 folds"),
        (data / "train", ("--score", "none"), "No score on other images: use --score auto or --cv"),
        (data, ("--score", "none"), "No score on other images: use --score auto or --cv 5\n"),
    ):
        out = catclf_run("train", folder, "-o", tmp_path / "m.npz", *QUICK, *options).out
        assert expected in out
        assert "Held-out" not in out


def test_too_few_images_for_a_score_are_enough_for_a_model(
    catclf_run: Runner, tmp_path: Path
) -> None:
    for class_, red in (("cat", 190), ("dog", 80)):
        write_images(tmp_path / "few" / class_, 3, red=red)
    result = catclf_run("train", tmp_path / "few", "-o", tmp_path / "m.npz", *QUICK)
    assert "Note: no score: 5 folds need at least 5 different images of each class" in result.err
    assert (tmp_path / "m.npz").exists()


def test_images_that_belong_together_are_counted(
    catclf_run: Runner, data: Path, tmp_path: Path
) -> None:
    for i, path in enumerate(sorted((data / "train" / "cat").iterdir())[:3]):
        shutil.copy(path, path.with_name(f"again-{i}.png"))
    arguments = ("train", data / "train", "-o", tmp_path / "m.npz", *QUICK, "--cv", 2)
    assert "Groups: 12 (near duplicates" in catclf_run(*arguments).out
    by_first_digit = ("--group-by", r"-00(\d)")
    assert json.loads(catclf_run(*arguments, *by_first_digit, "--json").out)["groups"] < 12
    error = catclf_run(*arguments, "--group-by", "[", status=2).err
    assert "--group-by '[' is not a valid regular expression" in error


def test_an_old_model_survives_a_failed_training(
    catclf_run: Runner, data: Path, model_path: Path
) -> None:
    before = model_path.read_bytes()
    catclf_run("train", data, "-o", model_path, "--learning-rate", 1e200, "--l2", 10, status=1)
    assert model_path.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "status", "reason"),
    [
        (["missing"], 1, "missing does not exist"),
        ([], 2, "Missing argument 'DATA'"),
        (["{data}", "-o", "{tmp}"], 1, "is a folder"),
        (["{data}", "-o", "{tmp}/no/m.npz"], 1, "there is no folder"),
        (["{data}", "--history", "{tmp}"], 1, "is a folder"),
        (["{data}", "--positive", "bird"], 1, "no class named bird (found: cat, dog)"),
        (["{data}", "--positive", "dgo"], 1, "named dgo (found: cat, dog); did you mean dog?"),
        (["{data}/train/cat"], 1, "has no class named cat|has only"),
        (["{data}", "--learning-rate", "nan"], 2, "learning rate must be a number above 0"),
        (["{data}", "--learning-rate", "fast"], 2, "neither a number nor auto"),
        (["{data}", "--iterations", "0"], 2, "iterations must be an integer from 1"),
        (["{data}", "--l2", "inf"], 2, "l2 must be a number"),
        (["{data}", "--seed", "-1"], 2, "seed must be an integer"),
        (["{data}", "--fit", "squeeze"], 2, "'squeeze' is not one of"),
        (["{data}", "-o", "x", "--history", "x"], 2, "must be different files"),
        (["{data}", "-o", "x", "--checkpoint", "x"], 2, "must be different files"),
        (["{data}", "--resume", "none.ckpt"], 1, "none.ckpt cannot be read: no such file"),
        (["{data}", "--resume", "labels.csv"], 1, "cannot be read: no such file"),
        (["{data}", "--checkpoint", "{tmp}/no/run.ckpt"], 1, "there is no folder"),
        (["{data}", "--solver", "newton"], 2, "'newton' is not one of"),
        (["{data}", "--solver", "lbfgs", "--learning-rate", "1"], 2, "is for --solver gd"),
        (["{data}", "--solver", "lbfgs"], 1, "no optimum exists"),
        (["{data}", "--tolerance", "-1"], 2, "tolerance must be a number of 0 or more"),
        (["labels.csv", "-o", "labels.csv"], 2, "must be different files"),
        (["{data}", "--positive", ""], 2, "needs a name"),
        (["{data}", "--frobnicate"], 2, "no such option --frobnicate"),
    ],
)
def test_mistakes_get_one_line(
    catclf_run: Runner,
    data: Path,
    tmp_path: Path,
    arguments: Any,
    status: int,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = [text.format(data=data, tmp=tmp_path) for text in arguments]
    result = catclf_run("train", *arguments, status=status)
    assert result.err.startswith("Error: ")
    assert result.err.count("\n") == 1
    assert any(part in result.err for part in reason.split("|")), result.err
    assert result.out == ""
    assert not (tmp_path / "model.npz").exists()


def test_the_variable_names_the_model(
    catclf_run: Runner, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CATCLF_MODEL", str(tmp_path / "named.npz"))
    catclf_run("train", data, *QUICK)
    assert (tmp_path / "named.npz").exists()
    assert "named.npz on" in catclf_run("evaluate", data).out


@pytest.mark.parametrize("option", ["--resize", "--fit"])  # --fit is the old name
def test_crop_is_remembered(catclf_run: Runner, data: Path, tmp_path: Path, option: str) -> None:
    image(5, size=(300, 80)).save(data / "test" / "cat" / "wide.png")
    catclf_run("train", data, "-o", tmp_path / "m.npz", option, "crop", *QUICK)
    assert catclf.load_model(tmp_path / "m.npz").preprocessing.resize == "crop"
    catclf_run("evaluate", data, "-m", tmp_path / "m.npz")


def test_presets_and_what_overrides_them(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    model = tmp_path / "m.npz"
    out = catclf_run("train", data, "-o", model, *QUICK).out
    assert "Settings: pixels, gradient descent, learning rate" in out
    assert "L2 penalty λ = 0, threshold 0.5" in out
    out = catclf_run("train", data, "-o", model, "--recipe", "best").out
    assert (
        "Settings: patches + HOG, random Fourier features, horizontal flips, L-BFGS, L2 penalty λ ="
        in out
    )
    assert "(cross-validated), calibrated, threshold 0.5" in out
    out = catclf_run(
        "train", data, "-o", model, "--recipe", "best", "--features", "hog", "--no-flip", "--l2", 2,
        "--no-calibrate", "--threshold", 0.3, "--class-weight", "balanced",
    ).out  # fmt: skip
    assert "Settings: HOG, balanced classes, L-BFGS, L2 penalty λ = 2, threshold 0.3" in out
    loaded = catclf.load_model(model)
    assert (loaded.threshold, loaded.flip, loaded.features.name) == (0.3, False, "hog")


def test_cross_validation_is_told_before_the_fit(
    catclf_run: Runner, data: Path, tmp_path: Path
) -> None:
    options = ("-o", tmp_path / "m.npz", "--learning-rate", "auto", "--iterations", 60, "--cv", 3)
    lines = catclf_run("train", data, *options).out.splitlines()
    assert lines[0].startswith("Cross-validation, 3 folds: accuracy 100.0 %, 95 % interval ")
    assert lines[1].startswith("  standard deviation over the folds 0.0 %; AUC 1.000 ± 0.000")
    document = json.loads(catclf_run("train", data, *options, "--json").out)
    assert document["cross_validation"]["accuracy"] == {"mean": 1.0, "deviation": 0.0}


def test_the_model_keeps_a_threshold_for_a_target(
    catclf_run: Runner, data: Path, tmp_path: Path
) -> None:
    model = tmp_path / "m.npz"
    options = ("--learning-rate", "auto", "--iterations", 60, "--threshold", "recall=0.9")
    few = catclf_run("train", data, "-o", model, *options, status=1).err
    assert "would rest on 6 held-out images" in few
    assert not model.exists()
    write_images(data / "train" / "cat", 6, red=190, start=200)
    out = catclf_run("train", data, "-o", model, *options).out
    assert "(for recall=0.9)" in out
    line = "  recall 0.917 on 12 held-out images (actual cat), 95 % interval 0.646 to 0.985"
    assert line in out
    assert line in catclf_run("info", model).out
    document = json.loads(catclf_run("train", data, "-o", model, *options, "--json").out)
    assert document["threshold_evidence"]["images"] == 12
    threshold = catclf.load_model(model).threshold
    assert (
        f"Threshold                   {threshold:g}"
        in catclf_run("evaluate", data, "-m", model).out
    )
    line = catclf_run("predict", data / "test", "-m", model, "--csv").out.splitlines()[1]
    assert ("cat" == line.split(",")[1]) == (float(line.split(",")[2]) >= threshold)


@pytest.mark.parametrize(
    ("options", "status", "reason"),
    [
        (("--cv", 7), 1, "7 folds need at least 7 different images of each class"),
        (("--cv", 1), 2, "--cv"),
        (("--features", "magic"), 2, "features must be one of pixels, patches, hog"),
        (("--threshold", "precision=7"), 2, "like precision=0.95 or recall=0.99"),
        (("--threshold", "high"), 2, "neither a number nor like precision=0.95"),
        (("--threshold", 1.5), 2, "threshold must be between 0 and 1"),
        (("--l2", "much"), 2, "neither a number nor auto"),
        (("--recipe", "secret"), 2, "--recipe"),
        (("--recipe", "best", "--learning-rate", 1), 2, "--learning-rate is for --solver gd"),
    ],
)
def test_wrong_presets(
    catclf_run: Runner, data: Path, tmp_path: Path, options: Any, status: int, reason: str
) -> None:
    err = catclf_run("train", data, "-o", tmp_path / "m.npz", *options, status=status).err
    assert reason in err
    assert not (tmp_path / "m.npz").exists()


def test_near_copies_between_splits_are_told(
    catclf_run: Runner, data: Path, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    smooth = rng.integers(0, 256, (8, 8, 3)).astype(np.uint8)
    original = Image.fromarray(smooth).resize((200, 200), Image.Resampling.BICUBIC)
    original.save(data / "train" / "cat" / "original.png")
    original.resize((150, 150)).save(data / "test" / "cat" / "smaller.jpg")
    err = catclf_run("train", data, "-o", tmp_path / "m.npz", *QUICK).err
    assert "Warning: 1 of the 9 test images is a near duplicate of training images" in err


HINT = "Photographs are recognised far better with --recipe transfer"


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    """Classes that cannot be told from each other."""
    for split, start in (("train", 0), ("test", 100)):
        for class_, seed in (("cat", 0), ("dog", 500)):
            write_images(tmp_path / "n" / split / class_, 16, red=120, start=start + seed)
    return tmp_path / "n"


def test_a_bad_score_of_the_lecture_comes_with_a_hint(
    catclf_run: Runner, noise: Path, tmp_path: Path
) -> None:
    output = ("-o", tmp_path / "m.npz")
    assert catclf_run("train", noise, *output, *QUICK).out.splitlines()[-1].startswith(HINT)
    out = catclf_run("train", noise / "train", *output, *QUICK, "--cv", 2).out
    assert out.splitlines()[-1].startswith(HINT)
    assert HINT not in catclf_run("train", noise, *output, *QUICK, "--json").out


@pytest.mark.parametrize("is_installed", [False, True])
def test_the_hint_says_what_is_missing(
    catclf_run: Runner,
    noise: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_installed: bool,
) -> None:
    monkeypatch.setattr("catclf.commands.report.find_spec", lambda name: is_installed or None)
    out = catclf_run("train", noise, "-o", tmp_path / "m.npz", *QUICK).out
    missing = "" if is_installed else " (pip install 'catclf[encoder]')"
    assert out.splitlines()[-1] == f"{HINT}{missing}"


def test_other_trainings_come_without_the_hint(
    catclf_run: Runner, noise: Path, data: Path, tmp_path: Path
) -> None:
    output = ("-o", tmp_path / "m.npz")
    good = catclf_run("train", data, *output, "--iterations", 60, "--learning-rate", "auto")
    assert "Test accuracy 100.0 %" in good.out
    without_score = catclf_run("train", noise / "train", *output, *QUICK, "--score", "none")
    other = catclf_run("train", noise, *output, "--features", "hog", "--solver", "lbfgs", "--l2", 1)
    for outcome in (good, without_score, other):
        assert "--recipe transfer" not in outcome.out


def test_a_report_shows_the_test_split_or_the_held_out_images(
    catclf_run: Runner, data: Path, tmp_path: Path
) -> None:
    page, model = tmp_path / "report.html", tmp_path / "new.npz"

    def report(path: Path, *options: object) -> str:
        args = ("train", path, "-o", model, "--iterations", "30", "--report", page, *options)
        assert f"Report written to {page}\n" in catclf_run(*args).out
        return page.read_text(encoding="utf-8")

    with_test = report(data)
    assert "8 images: 4 cat, 4 non-cat" in with_test
    assert "trained without these images" not in with_test
    assert "Doubtful" not in with_test
    write_images(data / "train" / "cat", 9, red=190, start=20)
    write_images(data / "train" / "dog", 9, red=80, start=20)
    write_images(data / "train" / "cat", 5, red=80, start=40)  # which it takes for dogs
    held_out = report(data / "train", "--cv", "3")
    assert "7 images: 4 cat, 3 non-cat" in held_out
    assert "Beside an image, what the model looked at" in held_out
    assert "trained without these images" in held_out
    assert "Doubtful labels" in held_out
    assert "3-fold cross-validation" in held_out


def test_a_report_needs_a_score(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    args = ("train", data / "train", "-o", tmp_path / "new.npz", "--report", page)
    assert "--score none" in catclf_run(*args, "--score", "none", status=2).err
    for kind in ("cat", "dog"):
        for path in sorted((data / "train" / kind).iterdir())[2:]:
            path.unlink()
    assert "Note: no report, since there is no score" in catclf_run(*args).err
    assert not page.exists()


def test_training_like_another_model(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.npz", tmp_path / "second.npz"
    catclf_run("train", data, "-o", first, "--features", "hog", "--l2", "auto", "--solver", "lbfgs",
               "--positive", "dog", "--resize", "crop", "--calibrate")  # fmt: skip
    catclf_run("train", data, "-o", second, "--like", first)
    models = [catclf.load_model(path) for path in (first, second)]
    assert models[1].positive == "dog"
    assert models[1].preprocessing.resize == "crop"
    assert models[1].training["solver"] == "lbfgs"
    assert models[1].training == models[0].training
    np.testing.assert_allclose(models[1].w, models[0].w)
    out = catclf_run("train", data, "-o", second, "--like", first, "--positive", "cat",
                     "--no-calibrate").out  # fmt: skip
    assert "calibrated" not in out
    assert catclf.load_model(second).positive == "cat"


def test_what_cannot_be_trained_like(
    catclf_run: Runner, data: Path, model_path: Path, tmp_path: Path
) -> None:
    args = ("train", data, "-o", tmp_path / "new.npz", "--like")
    assert "exclude" in catclf_run(*args, model_path, "--recipe", "best", status=2).err
    assert "there is no model" in catclf_run(*args, tmp_path / "missing.npz", status=1).err
    by_hand = tmp_path / "hand.npz"
    catclf.save_model(catclf.Model(np.zeros((12288, 1)), 0.0), by_hand)
    assert "does not record how it was trained" in catclf_run(*args, by_hand, status=2).err


def test_what_is_replaced_is_said(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "new.npz"
    args = ("train", data, "-o", path, "--iterations", "10")
    assert f"Model written to {path}\n" in catclf_run(*args).out
    date = catclf.load_model(path).training["date"]
    again = catclf_run(*args).out
    assert f"Model written to {path}, replacing the one of {date}, trained on pictures\n" in again
    replaced = json.loads(catclf_run(*args, "--json").out)["replaced"]
    assert replaced == {"date": date, "source": "pictures"}


def test_a_file_that_is_no_model_is_not_replaced(
    catclf_run: Runner, data: Path, tmp_path: Path
) -> None:
    precious = tmp_path / "labels.csv"
    precious.write_text("path,label\n")
    error = catclf_run("train", data, "-o", precious, status=1).err
    assert error.startswith(f"Error: {precious} is there and is not a model")
    assert precious.read_text() == "path,label\n"
