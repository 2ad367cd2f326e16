"""Exercises: the solutions are right, and the classic mistakes are told by name."""

import json
from pathlib import Path

import pytest

from catclf.lessons.exercises import check_file as module
from catclf.lessons.exercises.check_file import check_file
from catclf.lessons.exercises.register import EXERCISES
from tests.conftest import ROOT, Runner

SOLUTIONS = sorted((ROOT / "docs" / "lecture" / "solutions").glob("*.py"))


def solution(number: int) -> str:
    return SOLUTIONS[number - 1].read_text(encoding="utf-8")


@pytest.mark.parametrize("number", EXERCISES)
def test_the_solutions_are_right(catclf_run: Runner, number: int) -> None:
    out = catclf_run("lesson", "exercise", number, "--check", SOLUTIONS[number - 1]).out
    assert out.endswith(f"Exercise {number} is solved\n")
    assert "wrong" not in out


@pytest.mark.parametrize("number", EXERCISES)
def test_the_stubs_are_not(catclf_run: Runner, tmp_path: Path, number: int) -> None:
    path = tmp_path / "mine.py"
    path.write_text(catclf_run("lesson", "exercise", number).out, encoding="utf-8")
    assert "wrong" in catclf_run("lesson", "exercise", number, "--check", path, status=1).out


MISTAKES = [
    (1, "np.exp(-z)", "np.exp(z)", "the exponent needs a minus sign"),
    (1, "1 / (1 + np.exp(-z))", "np.exp(z) / (1 + np.exp(z))", "infinite / infinite is nan"),
    (1, "return 1", "1", "None: does the function return it?"),
    (1, "np.exp(-z)", "np.exp(-z[0])", "line 8: "),
    (1, "def sigmoid", "def sigmiod", "there is no function sigmoid"),
    (1, "def sigmoid(z):", "def sigmoid(z)", "line 6: SyntaxError: expected ':'"),
    (2, "images.reshape(m, -1).T", "images.reshape(-1, m)", "mixes the images"),
    (2, "images.reshape(m, -1).T", "images.reshape(m, -1)", "one row for each image"),
    (2, " / 255", "", "divide by 255"),
    (3, "np.dot(w.T, X)", "w * X", "dw has the wrong|J is|shape|np.dot"),
    (3, "np.dot(w.T, X)", "w.T * X", "np.dot(w.T, X), not *"),
    (3, "* Z)) / m", "* Z))", "J is the mean of the losses, not their sum"),
    (3, "J = np.sum", "J = -np.sum", "the cross-entropy has a minus sign"),
    (3, "dZ = A - Y", "dZ = Y - A", "dw has the wrong sign: dZ is A - Y"),
    (
        3,
        "np.dot(X, dZ.T) / m",
        "np.dot(dZ, X.T) / m",
        "dw has the shape (1, 3), not (3, 1), that of w",
    ),
    (3, "np.dot(X, dZ.T) / m", "np.dot(X, dZ.T)", "dw is m times too large"),
    (3, "np.sum(dZ) / m", "np.sum(dZ)", "db is m times too large"),
    (
        3,
        "np.sum(np.logaddexp(0, (1 - 2 * Y) * Z))",
        "-np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))",
        "0 times infinity is nan",
    ),
    (4, "w = w - learning_rate", "w = w + learning_rate", "it climbs: subtract the gradient"),
    (4, "b = b - learning_rate * np.sum(dZ) / m", "pass", "w is right, b is not"),
    (4, "np.zeros((len(X), 1))", "np.ones((len(X), 1))", "after 0 steps w is"),
    (4, "learning_rate = 0.1", "learning_rate = 10", "the cost rises with the learning rate 10"),
    (4, "learning_rate = 0.1", "learning_rate = 1e-6", "is too small"),
    (5, "(A >= 0.5)", "(np.dot(w.T, X) + b >= 0.5)", "the logit is compared with 0.5"),
    (5, "(A >= 0.5)", "(A > 0.5)", "at least 0.5 is >="),
    (5, "(A >= 0.5).astype(int)", "A", "compare the probability with 0.5"),
    (5, "(A >= 0.5)", "(A >= 0.5)[0]", "in a row, as Y has them"),
]


@pytest.mark.parametrize(("number", "old", "new", "message"), MISTAKES)
def test_mistakes_are_told_by_name(
    tmp_path: Path, number: int, old: str, new: str, message: str
) -> None:
    assert old in solution(number)
    path = tmp_path / "mine.py"
    path.write_text(solution(number).replace(old, new), encoding="utf-8")
    wrong = [each.wrong for each in check_file(number, path) if each.wrong]
    assert any(part in wrong[0] for part in message.split("|")), wrong


def test_what_a_file_prints_or_does_is_held(
    catclf_run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SECONDS", 3.0)
    path = tmp_path / "mine.py"
    path.write_text('print("[]")\nimport sys\nprint("{}", file=sys.stderr)\n' + solution(1))
    assert "is solved" in catclf_run("lesson", "exercise", 1, "--check", path).out
    for code, reason in (
        ("while True:\n    pass\n", "does not end within 3 seconds"),
        ("exit()\n", "ends the program; leave out exit()"),
        ("import os\nos.abort()\n", "ends the program"),
    ):
        path.write_text(code)
        assert reason in catclf_run("lesson", "exercise", 1, "--check", path, status=1).err


def test_what_cannot_be_checked(catclf_run: Runner, tmp_path: Path) -> None:
    missing = catclf_run("lesson", "exercise", 1, "--check", tmp_path / "x.py", status=1).err
    assert "does not exist; write the stub" in missing
    assert "there are 1 to 5" in catclf_run("lesson", "exercise", 9, status=2).err
    assert "say which exercise" in catclf_run("lesson", "exercise", "--check", "x", status=2).err
    assert "are for catclf lesson exercise" in catclf_run("lesson", "sigmoid", 3, status=2).err


def test_lists_and_json(catclf_run: Runner) -> None:
    assert "1  sigmoid " in catclf_run("lesson", "exercise").out
    listed = json.loads(catclf_run("lesson", "exercise", "--json").out)
    assert [entry["exercise"] for entry in listed] == [1, 2, 3, 4, 5]
    assert "def sigmoid" in json.loads(catclf_run("lesson", "exercise", 1, "--json").out)["stub"]
    words = ("lesson", "exercise", 1, "--check", SOLUTIONS[0], "--json")
    assert json.loads(catclf_run(*words).out)["solved"] is True
