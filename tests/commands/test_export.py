import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Runner
from tests.test_model_file import write as write_format_1

onnx = pytest.importorskip("onnx")


@pytest.fixture
def exported(catclf_run: Runner, model_path: Path, tmp_path: Path) -> Path:
    catclf_run("export", model_path, tmp_path / "cat.onnx")
    return tmp_path / "cat.onnx"


def test_an_exported_model_comes_with_its_proof(
    catclf_run: Runner, model_path: Path, tmp_path: Path
) -> None:
    out = catclf_run("export", model_path, tmp_path / "cat.onnx").out
    first, second = out.splitlines()
    assert first == f"Exported to {tmp_path / 'cat.onnx'}, 51 kB"
    assert second.startswith("On 33 images: logits differ by at most ")
    assert second.endswith("; no labels changed")
    document = json.loads(catclf_run("export", model_path, tmp_path / "cat.onnx", "--json").out)
    assert document["proof"]["changed_labels"] == 0
    assert document["bytes"] == (tmp_path / "cat.onnx").stat().st_size
    properties = {p.key: p.value for p in onnx.load(tmp_path / "cat.onnx").metadata_props}
    assert properties["model_sha256"] == hashlib.sha256(model_path.read_bytes()).hexdigest()
    assert properties["recipe"]


@pytest.mark.parametrize("name", ["cat.onnx", "cat.html", "cat.h"])
def test_a_model_of_the_first_format_of_files_can_be_exported(
    catclf_run: Runner, tmp_path: Path, name: str
) -> None:
    model_path = write_format_1(tmp_path / "old.npz")
    catclf_run("export", model_path, tmp_path / name)
    assert "no labels changed" in catclf_run("verify", tmp_path / name, model_path).out


def test_the_format_can_be_named(catclf_run: Runner, model_path: Path, tmp_path: Path) -> None:
    catclf_run("export", model_path, tmp_path / "cat.model", "--format", "onnx")
    catclf_run("verify", tmp_path / "cat.model", model_path, "--format", "onnx")


def test_verify_tries_the_same_images(
    catclf_run: Runner, exported: Path, model_path: Path, data: Path
) -> None:
    assert catclf_run("verify", exported, model_path).out.startswith("On 33 images: ")
    assert catclf_run("verify", exported, model_path, data).out.startswith("On 20 images: ")
    document = json.loads(catclf_run("verify", exported, model_path, data, "--json").out)
    assert document["pictures"] == 20
    assert document["largest_logit_difference"] < 1e-5


def test_verify_finds_another_model(
    catclf_run: Runner, exported: Path, data: Path, tmp_path: Path
) -> None:
    catclf_run("train", data, "-o", tmp_path / "other.npz", "--positive", "dog")
    outcome = catclf_run("verify", exported, tmp_path / "other.npz", data, status=1)
    assert "20 labels changed" in outcome.out


def test_unreadable_images_are_named_and_left_out(
    catclf_run: Runner, exported: Path, model_path: Path, data: Path
) -> None:
    (data / "bad.jpg").write_text("no image")
    outcome = catclf_run("verify", exported, model_path, data)
    assert outcome.out.startswith("On 20 images: ")
    assert "bad.jpg: unsupported or damaged image" in outcome.err
    err = catclf_run("verify", exported, model_path, data / "bad.jpg", status=1).err
    assert "none of the images can be read" in err


@pytest.mark.parametrize(
    ("args", "status", "message"),
    [
        (
            ["export", "m.npz", "cat.txt"],
            2,
            "ends in .onnx, .html or .h; use one",
        ),
        (["export", "m.npz", "no/cat.onnx"], 1, "there is no folder"),
        (["export", "no.npz", "cat.onnx"], 1, "there is no model"),
        (["export", "m.npz", "m.npz"], 2, "MODEL and OUT must be different files"),
        (["verify", "no.onnx", "m.npz"], 1, "no.onnx cannot be read: no such file"),
        (["verify", "text.onnx", "m.npz"], 1, "text.onnx: it is not valid ONNX"),
        (["verify", "other.onnx", "m.npz"], 1, "other.onnx: it cannot be run"),
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
    from tests.encoders.graphs import convolution, data_of

    (tmp_path / "m.npz").write_bytes(model_path.read_bytes())
    (tmp_path / "text.onnx").write_text("text")
    (tmp_path / "other.onnx").write_bytes(data_of(convolution()))
    monkeypatch.chdir(tmp_path)
    outcome = catclf_run(*args, status=status)
    assert message in outcome.err
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""
    assert not (tmp_path / "cat.onnx").exists()
