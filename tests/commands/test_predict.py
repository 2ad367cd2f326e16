import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import catclf
from tests.conftest import Runner, image, write_images


@pytest.fixture
def predict(catclf_run: Runner, model_path: Path) -> Any:
    def run(*args: Any, **options: Any) -> Any:
        return catclf_run("predict", "-m", model_path, *args, **options)

    return run


def test_one_line_an_image(predict: Runner, data: Path) -> None:
    cat, dog = data / "test" / "cat" / "cat-100.png", data / "test" / "dog" / "dog-100.png"
    lines = [line.split("\t") for line in predict(cat, dog).out.splitlines()]
    assert [(label, name) for label, _, name in lines] == [("cat", str(cat)), ("non-cat", str(dog))]
    assert float(lines[0][1]) > 0.5 > float(lines[1][1])


def test_folders_are_searched(predict: Runner, data: Path) -> None:
    lines = predict(data / "test").out.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["cat"] * 4 + ["non-cat"] * 4


def test_json_lines(predict: Runner, data: Path) -> None:
    (data / "test" / "cat" / 'odd "name"\n.jpg').write_text("no image")
    result = predict(data / "test", "--json", status=1)
    documents = [json.loads(line) for line in result.out.splitlines()]
    assert len(documents) == 9
    assert [set(document) for document in documents if "error" not in document] == [
        {"path", "label", "probability", "strangeness"}
    ] * 8
    (bad,) = (document for document in documents if "error" in document)
    assert bad["path"].endswith('odd "name"\n.jpg')
    assert bad["error"] == "unsupported or damaged image"


def test_csv(predict: Runner, data: Path) -> None:
    (data / "test" / "cat" / 'odd, "name"\n.jpg').write_text("no image")
    result = predict(data / "test", "--csv", status=1)
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert len(rows) == 9
    assert list(rows[0]) == ["path", "label", "probability", "error", "strangeness"]
    assert rows[0]["label"] == "cat"
    assert sum(row["error"] != "" for row in rows) == 1
    assert len(result.out.splitlines()) == 10


def test_bad_images_are_named_and_the_rest_goes_on(
    predict: Runner, data: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad\n.jpg"
    bad.write_text("no image")
    cat = data / "test" / "cat" / "cat-100.png"
    (tmp_path / "empty").mkdir()
    result = predict(bad, cat, tmp_path / "missing.jpg", tmp_path / "empty", status=1)
    assert result.out.splitlines() == [result.out.strip()]
    assert result.out.startswith("cat\t")
    assert result.err.splitlines() == [
        f"Error: {tmp_path}/bad\\n.jpg: unsupported or damaged image",
        f"Error: {tmp_path}/missing.jpg: no such file",
        f"Error: {tmp_path}/empty: no images in this folder",
        "3 of 4 files could not be read",
    ]


@pytest.mark.parametrize("output", [(), ("--json",), ("--csv",)])
def test_bad_images_can_be_no_failure(
    predict: Runner, data: Path, tmp_path: Path, output: tuple[str, ...]
) -> None:
    arguments = (tmp_path / "missing.jpg", data / "test" / "cat" / "cat-100.png", *output)
    failed, skipped = predict(*arguments, status=1), predict("--skip-bad", *arguments)
    assert (skipped.out, skipped.err) == (failed.out, failed.err)
    assert "missing.jpg: no such file" in skipped.err


def test_errors_of_hdf5_files_name_them_once(predict: Runner, tmp_path: Path) -> None:
    (tmp_path / "x.h5").write_text("no images")
    for name, reason in (
        ("x.h5", "cannot be read as HDF5: file signature not found"),
        ("missing.h5", "cannot be read: no such file or directory"),
    ):
        assert predict(tmp_path / name, status=1).err == (f"Error: {tmp_path / name} {reason}\n")


def test_other_files_in_a_folder_are_passed_over(predict: Runner, data: Path) -> None:
    (data / "test" / "README.txt").write_text("no image")
    assert predict(data / "test").err == ""


def test_threshold(predict: Runner, data: Path) -> None:
    folder = data / "test"
    assert predict(folder, "--threshold", 0).out.count("non-cat\t") == 0
    assert predict(folder, "--threshold", 1).out.count("non-cat\t") == 8


def test_standard_input(predict: Runner, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = (data / "test" / "cat" / "cat-100.png").read_bytes()
    for given, status in ((content, 0), (b"", 1)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        result = predict("-", status=status)
        if status:
            assert result.err == "Error: standard input: unsupported or damaged image\n"
        else:
            assert result.out.startswith("cat\t")
            assert result.out.endswith("\t-\n")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "Missing argument 'IMAGE...'"),
        (["x", "--json", "--csv"], "--json and --csv exclude each other"),
        (["x", "--threshold", "2"], "'--threshold': 2 is not in the range"),
        (["--unsure", "0.3", "x.jpg"], "'x.jpg' is not a number; give two, as in --unsure 0.3 0.7"),
        (["x", "--threshold", "nan"], "'--threshold': nan is not in the range"),
    ],
)
def test_wrong_usage(predict: Runner, arguments: Any, reason: str) -> None:
    result = predict(*arguments, status=2)
    assert reason in result.err
    assert "see 'catclf predict --help'" in result.err
    assert result.err.count("\n") == 1


def test_a_missing_model_is_told_first(catclf_run: Runner, tmp_path: Path, data: Path) -> None:
    result = catclf_run("predict", data, "-m", tmp_path / "missing.npz", status=1)
    assert result.err.startswith(f"Error: there is no model {tmp_path}/missing.npz; make one with")


def test_many_images_keep_their_order(predict: Runner, tmp_path: Path) -> None:
    write_images(tmp_path / "many", 200, red=120)
    names = [line.split("\t")[2] for line in predict(tmp_path / "many").out.splitlines()]
    assert names == sorted(names)
    assert len(names) == 200


def test_names_that_cannot_be_looked_up(predict: Runner, data: Path) -> None:
    cat = data / "test" / "cat" / "cat-100.png"
    result = predict("", "x" * 300, cat, status=1)
    assert result.out.startswith("cat\t")
    assert "an empty name" in result.err
    assert "file name too long" in result.err


def test_the_class_name_of_a_model_is_escaped(
    catclf_run: Runner, data: Path, tmp_path: Path
) -> None:
    model = catclf.Model(np.zeros((12288, 1)), 9.0, positive="\x1b[31mcat\t")
    catclf.save_model(model, tmp_path / "m.npz")
    cat = data / "test" / "cat" / "cat-100.png"
    for format_ in ((), ("--csv",)):
        out = catclf_run("predict", cat, "-m", tmp_path / "m.npz", *format_).out
        assert "\x1b" not in out
        assert "\\x1b[31mcat\\t" in out


def test_images_that_are_too_small_to_show_much(
    predict: Runner, data: Path, tmp_path: Path
) -> None:
    tiny = [tmp_path / "tiny" / f"{i}\n.png" for i in range(7)]
    tiny[0].parent.mkdir()
    for path in tiny:
        image(0, size=(3, 2)).save(path)
    result = predict(tiny[0], data / "test")
    assert len(result.out.splitlines()) == 9
    assert result.err == (
        "Warning: 1 image is less than 16 pixels wide or high, too small to recognise much: "
        f"{tmp_path}/tiny/0\\n.png\n"
    )
    result = predict(tmp_path / "tiny", "--json")
    assert len(result.out.splitlines()) == 7
    assert result.err.startswith("Warning: 7 images are less than 16 pixels wide or high")
    assert result.err.endswith("tiny/4\\n.png and 2 more\n")


def test_unsure(predict: Runner, data: Path) -> None:
    sure = predict(data / "test").out.splitlines()
    probabilities = sorted(float(line.split("\t")[1]) for line in sure)
    low, high = probabilities[2] - 1e-3, probabilities[5] - 1e-3
    for line in predict(data / "test", "--unsure", low, high).out.splitlines():
        label, probability, _ = line.split("\t")
        assert (label == "unsure") == (low <= float(probability) < high)
    assert "LOW must not be above HIGH" in predict(data, "--unsure", 0.7, 0.3, status=2).err
    predict(data, "--unsure", 0.7, 3, status=2)


def test_pixels_do_not_tell_strange_images(predict: Runner, data: Path) -> None:
    folder = data / "test"
    documents = map(json.loads, predict(folder, "--json").out.splitlines())
    assert {document["strangeness"] for document in documents} == {None}
    rows = csv.DictReader(io.StringIO(predict(folder, "--csv").out))
    assert {row["strangeness"] for row in rows} == {""}
    result = predict(folder, "--strange", 0.9, status=2)
    assert "cannot tell which images are strange" in result.err
    assert "--recipe transfer" in result.err
    assert not result.out


def test_no_cell_of_a_table_is_a_formula(
    catclf_run: Runner, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / "train" / "cat").rename(data / "train" / "=cmd|calc")
    model = tmp_path / "m.npz"
    catclf_run("train", data / "train", "-o", model, "--positive", "=cmd|calc", "--iterations", 9)
    picture = tmp_path / "=1+1.png"
    picture.write_bytes((data / "train" / "=cmd|calc" / "cat-001.png").read_bytes())
    monkeypatch.chdir(tmp_path)
    lines = catclf_run("predict", "=1+1.png", "-m", model, "--csv", "--threshold", 0).out
    assert lines.splitlines()[1].startswith("'=1+1.png,'=cmd|calc,")
