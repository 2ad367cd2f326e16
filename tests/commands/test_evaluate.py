import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import catclf
from tests.conftest import Runner, write_images


@pytest.fixture
def evaluate(catclf_run: Runner, model_path: Path) -> Any:
    def run(*args: Any, **options: Any) -> Any:
        return catclf_run("evaluate", "-m", model_path, *args, **options)

    return run


def test_prints_every_metric(evaluate: Runner, data: Path, model_path: Path) -> None:
    out = evaluate(data).out
    assert out.startswith(f"{model_path} on {data} (test split): 8 images\n")
    assert "Accuracy 100.0 %, 95 % interval 67.6 % to 100.0 %, baseline 50.0 %" in out
    for metric in ("Precision", "Recall", "F1", "ROC AUC", "Log-loss", "Brier score"):
        assert metric in out
    table = [line.split() for line in out.splitlines() if line.startswith("actual")]
    assert table == [["actual", "cat", "4", "0"], ["actual", "non-cat", "0", "4"]]


def test_known_images_are_reported_and_named(evaluate: Runner, data: Path) -> None:
    out = evaluate(data, "--split", "train").out
    warning = out.splitlines()[1]
    assert warning == (
        "Warning: all 12 images were used for training; this is not a test score "
        "(--verbose names them)"
    )
    assert "cat-000.png" not in out
    assert "Training accuracy 100.0 %" in out
    assert "Accuracy 100.0 %, 95 % interval" not in out
    verbose = evaluate(data, "--split", "train", "--verbose").out
    assert sum(line.endswith(".png") for line in verbose.splitlines()) == 12
    document = json.loads(evaluate(data, "--split", "train", "--json").out)
    assert len(document["trained_on"]) == 12
    assert document["accuracy_interval"] is None


def test_other_images_than_those_trained_on_are_said_to_be_so(
    evaluate: Runner, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(data.parent)
    shutil.copytree(data, "data")
    note = "Note: scored on data/, but the model was trained on pictures; name other images"
    assert note in evaluate().err
    assert evaluate("data").err == ""  # it was named


def test_mistakes(evaluate: Runner, data: Path) -> None:
    write_images(data / "test" / "cat", 2, red=30, start=500)
    assert "Mistakes" not in evaluate(data).out
    out = evaluate(data, "--mistakes").out
    assert "Mistakes: 2, most confident first" in out
    assert f"{data}/test/cat/cat-500.png" in out
    document = json.loads(evaluate(data, "--mistakes", "--json").out)
    assert [mistake["predicted"] for mistake in document["mistakes"]] == ["non-cat"] * 2
    assert "mistakes" not in json.loads(evaluate(data, "--json").out)


def test_default_is_the_data_folder(
    evaluate: Runner, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(data.parent)
    assert "there is no data/ here; name the images to score" in evaluate(status=1).err
    data.rename(data.with_name("data"))
    assert "on data (test split): 8 images" in evaluate().out


def test_bad_images_are_counted_named_and_skipped(evaluate: Runner, data: Path) -> None:
    (data / "test" / "cat" / "bad.jpg").write_text("no image")
    result = evaluate(data, status=1)
    assert "Skipped 1 unreadable file" in result.out
    assert f"Skipped: {data}/test/cat/bad.jpg: unsupported or damaged image" in result.err
    assert "bad.jpg" in evaluate(data, "--skip-bad").err
    assert json.loads(evaluate(data, "--json", status=1).out)["skipped"] == [
        {"name": f"{data}/test/cat/bad.jpg", "reason": "unsupported or damaged image"}
    ]


def test_undefined_metrics(evaluate: Runner, data: Path) -> None:
    out = evaluate(data, "--threshold", 1).out
    assert "Precision                   undefined" in out
    assert "Threshold                   1" in out
    assert json.loads(evaluate(data, "--threshold", 1, "--json").out)["precision"] is None


@pytest.mark.parametrize(
    ("arguments", "status", "reason"),
    [
        (["missing"], 1, "missing does not exist"),
        (["{data}", "--split", "validation"], 1, "does not have a validation split"),
        (["{data}/test", "--split", "test"], 1, "not divided into splits"),
        (["{data}/test/cat"], 1, "has only cat images"),
        (["{data}", "--split", "bogus"], 2, "'bogus' is not one of"),
        (["{data}", "--threshold", "-1"], 2, "not in the range"),
    ],
)
def test_mistakes_get_one_line(
    evaluate: Runner, data: Path, arguments: Any, status: int, reason: str
) -> None:
    result = evaluate(*(text.format(data=data) for text in arguments), status=status)
    assert reason in result.err
    assert result.err.count("\n") == 1
    assert result.out == ""


def test_reliability_is_shown(evaluate: Runner, data: Path) -> None:
    out = evaluate(data).out
    assert "Expected calibration error " in out
    assert "probability    images  mean predicted  observed" in out
    document = json.loads(evaluate(data, "--json").out)
    assert sum(bin_["pictures"] for bin_ in document["reliability"]) == 8
    assert 0 <= document["calibration_error"] <= 1


def test_a_report_is_written(evaluate: Runner, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    out = evaluate(data, "--report", path).out
    assert out.endswith(f"Report written to {path}\n")
    page = path.read_text(encoding="utf-8")
    assert "<h1>a-model.npz on " in page
    assert "100.0 %" in page
    json.loads(evaluate(data, "--report", path, "--json").out)
    assert path.read_text(encoding="utf-8") == page


def test_a_report_that_cannot_be_written_is_refused_before_the_work(
    evaluate: Runner, data: Path, model_path: Path, tmp_path: Path
) -> None:
    assert "no folder" in evaluate(data, "--report", tmp_path / "no" / "a.html", status=1).err
    result = evaluate(data, "--report", model_path, status=2)
    assert "must be different files" in result.err
    catclf.load_model(model_path)
    result = evaluate(data, "-m", model_path, "--report", tmp_path / "a.html", status=2)
    assert "--report are for one model" in result.err
    assert not (tmp_path / "a.html").exists()
