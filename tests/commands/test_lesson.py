import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from catclf.lessons.register import LESSONS
from tests.conftest import Runner


def test_the_list_has_a_line_per_lesson_in_the_order_of_the_lecture(catclf_run: Runner) -> None:
    lines = catclf_run("lesson").out.splitlines()
    assert [line.split()[0] for line in lines] == list(LESSONS)
    assert all(len(line.split()) > 3 for line in lines)
    documents = json.loads(catclf_run("lesson", "--json").out)
    assert [document["lesson"] for document in documents] == list(LESSONS)


def test_the_list_needs_neither_numpy_nor_images(
    program: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    code = "import sys; import catclf.lessons.register; print('numpy' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
    assert "sigmoid" in program("lesson").stdout


def test_a_lesson_is_printed(catclf_run: Runner) -> None:
    out = catclf_run("lesson", "computation-graph").out
    assert out.startswith("computation-graph: J = 3(a + bc)")
    assert "u = b c        v = a + u        J = 3 v" in out
    assert "  db          du · ∂u/∂b = du · c      6     6.000000" in out
    assert "What to notice: Nudging b" in out
    assert max(map(len, out.splitlines())) < 110


def test_json_holds_the_printed_numbers(catclf_run: Runner) -> None:
    document = json.loads(catclf_run("lesson", "derivative", "--json").out)
    assert document["lesson"] == "derivative"
    row = document["tables"][0]["rows"][1]
    assert (row["f(a)"], row["a"], row["exact"]) == ("3a", 5.0, 3.0)
    assert document["formula"].startswith("slope = ")


def test_all_lessons_with_their_figures(
    catclf_run: Runner, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each is tested by itself, and the notebook runs them all.
    for name in ("brute-force", "gradient-descent", "learning-rate", "overfitting"):
        monkeypatch.delitem(LESSONS, name)
    folder = tmp_path / "figures"
    out = catclf_run("lesson", "all", "--data", data, "--figures", folder, "--seed", 1).out
    assert sorted(path.stem for path in folder.iterdir()) == sorted(LESSONS)
    places = [out.index(f"{name}: {about}") for name, about in LESSONS.items()]
    assert places == sorted(places)
    documents = json.loads(catclf_run("lesson", "all", "--data", data, "--json").out)
    assert [document["lesson"] for document in documents] == list(LESSONS)


def test_all_lessons_leave_out_what_needs_missing_images(
    catclf_run: Runner, tmp_path: Path
) -> None:
    outcome = catclf_run("lesson", "all", "--data", tmp_path / "missing")
    assert "sigmoid: " in outcome.out
    assert "learning-rate: " not in outcome.out
    skipped = [line.split(": ")[1] for line in outcome.err.splitlines()]
    assert {"unroll", "learning-rate"} <= set(skipped)
    assert outcome.err.count("does not exist") == len(skipped)


def test_every_lesson_runs_where_there_is_no_data_set(
    catclf_run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = catclf_run("lesson", "all")
    assert all(f"{name}: {about}" in outcome.out for name, about in LESSONS.items())
    assert outcome.err.splitlines() == [
        "Note: there is no data/ here; 64 drawn images that come with catclf are used. "
        "Name others with --data"
    ]


def test_unreadable_images_are_named_and_left_out_with_skip_bad(
    catclf_run: Runner, data: Path
) -> None:
    (data / "train" / "dog" / "a.png").write_bytes(b"not an image")
    assert "--skip-bad" in catclf_run("lesson", "loss", "--data", data, status=1).err
    outcome = catclf_run("lesson", "loss", "--data", data, "--skip-bad")
    assert outcome.err.startswith("Skipped: ")
    assert "a.png" in outcome.err


def test_a_figure(catclf_run: Runner, tmp_path: Path) -> None:
    out = catclf_run("lesson", "bias", "--figure", tmp_path / "a.svg").out
    assert f"Figure written to {tmp_path / 'a.svg'}" in out
    assert (tmp_path / "a.svg").read_bytes().startswith(b"<?xml")


@pytest.mark.parametrize(
    ("args", "status", "message"),
    [
        (["vectorisation"], 2, "there is no lesson vectorisation; did you mean vectorization?"),
        (["nope"], 2, "there is no lesson nope; there are unroll, sigmoid, bias, loss"),
        (["bias", "--figure", "a.jpg"], 2, "a figure's name ends in .png, .svg, .pdf"),
        (["bias", "--figure", "no/a.png"], 1, "there is no folder"),
        (["bias", "--figures", "no"], 2, "use --figure FILE"),
        (["all", "--figure", "a.png"], 2, "use --figures DIR"),
        (["all", "--figures", "no/where"], 1, "no/where cannot be created: no such file"),
        (["unroll", "--data", "no"], 1, "no does not exist; name a data set with --data"),
        (["unroll", "--seed", "-1"], 2, "--seed"),
    ],
)
def test_errors_are_one_line(
    catclf_run: Runner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    args: list[str],
    status: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = catclf_run("lesson", *args, status=status)
    assert message in outcome.err
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""


def test_images_of_one_class_only_and_damaged_images(
    catclf_run: Runner, data: Path, tmp_path: Path
) -> None:
    for file in (data / "train" / "dog").iterdir():
        file.unlink()
    assert "has only cat images" in catclf_run("lesson", "loss", "--data", data, status=1).err
    (data / "train" / "dog" / "a.png").write_bytes(b"not an image")
    assert "a.png" in catclf_run("lesson", "loss", "--data", data, status=1).err


def test_without_matplotlib_only_figures_fail(
    catclf_run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    err = catclf_run("lesson", "bias", "--figure", tmp_path / "a.png", status=1).err
    assert "install catclf's extra [plot], or: pip install matplotlib" in err
    catclf_run("lesson", "bias")
