"""Documents: their links lead somewhere, and what they show on a terminal is what one sees."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, Runner
from tests.test_documented_commands import DOCUMENTS

_LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)

# What is said every ten seconds, on a machine that needs so long.
_PROGRESS = re.compile(r": \w+ \d+ of \d+")

_TOLERANCE = 0.02
"""How far numbers may differ: processors round differently, and that moves what is learned."""


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_somewhere(document: Path) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    for target, anchor in _LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        path = (ROOT / document).parent / target if target else ROOT / document
        left_out = path.suffix == ".png" and not (ROOT / "docs" / "figures").exists()
        assert path.exists() or left_out, target  # of a release
        if anchor and path.suffix == ".md":
            assert anchor in anchors(path.read_text(encoding="utf-8")), f"{target}#{anchor}"


def anchors(text: str) -> set[str]:
    """Names of the headings of a document, as links give them."""
    headings = re.findall(r"(?m)^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def sessions() -> list[tuple[str, str]]:
    """What each document shows on a terminal, from its first command to its last."""
    found = []
    for document in DOCUMENTS:
        blocks = _BLOCK.findall((ROOT / document).read_text(encoding="utf-8"))
        if blocks:
            found.append((str(document), "".join(blocks)))
    return found


@pytest.mark.parametrize(("document", "text"), sessions(), ids=lambda value: value[:20])
def test_a_session_shows_what_one_sees(
    catclf_run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, document: str, text: str
) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    for shown in re.split(r"(?m)^\$ ", text)[1:]:
        line, _, expected = shown.partition("\n")
        program, *arguments = shlex.split(line)
        assert program == "catclf"
        outcome = catclf_run(*arguments)
        notes = [note for note in outcome.err.splitlines() if not _PROGRESS.search(note)]
        assert_like(notes + outcome.out.splitlines(), expected.splitlines(), line)


def assert_like(seen: list[str], expected: list[str], command: str) -> None:
    """Assert that lines are as expected, where … stands for any text, or any lines."""
    rest = list(seen)
    skipping = False
    for line in expected:
        if line.strip() == "…":
            skipping = True
            continue
        while skipping and rest and not is_like(rest[0], line):
            rest.pop(0)
        assert rest, f"{command}: there is no line {line!r} in {seen}"
        assert is_like(rest[0], line), f"{command}: {rest[0]!r} is not {line!r}"
        rest.pop(0)
        skipping = False
    assert skipping or not rest, f"{command}: more than expected: {rest}"


def is_like(seen: str, expected: str) -> bool:
    number = re.compile(r"\d+\.\d+|\d+")
    pattern = "".join(
        ".*" if part == "…" else r"(\d+\.\d+|\d+)" if number.fullmatch(part) else re.escape(part)
        for part in re.split(r"(…|\d+\.\d+|\d+)", expected)
    )
    found = re.fullmatch(pattern, seen)
    if not found:
        return False
    pairs = zip(map(float, found.groups()), map(float, number.findall(expected)), strict=True)
    return all(abs(a - b) <= max(1, abs(b)) * _TOLERANCE * 5 for a, b in pairs)


def test_numbers_may_differ_a_little_and_dots_stand_for_anything() -> None:
    assert is_like("accuracy 75.6 % of 160", "accuracy 76.1 % of 160")
    assert not is_like("accuracy 75.6 %", "accuracy 55.6 %")
    assert not is_like("accuracy 75.6 %", "precision 75.6 %")
    assert_like(["a", "b", "c 1"], ["a", "…", "c 1"], "")
    assert_like(["a", "b"], ["a", "…"], "")
    with pytest.raises(AssertionError, match="more than expected"):
        assert_like(["a", "b"], ["a"], "")


def test_what_is_generated_from_the_command_line_is_current() -> None:
    from tools.reference.__main__ import PAGES

    for path, make in PAGES.items():
        assert path.read_text(encoding="utf-8") == make(), f"{path}: run make reference"


@pytest.mark.skipif(os.name != "posix", reason="needs groff")
def test_the_man_page_is_one_that_man_takes() -> None:
    if not shutil.which("groff"):
        pytest.skip("groff is missing")
    command = ["groff", "-man", "-Tutf8", "-ww", str(ROOT / "man" / "catclf.1")]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stderr == ""
    # Bold letters are printed twice.
    assert "--learning-rate" in re.sub(".\x08", "", result.stdout)
