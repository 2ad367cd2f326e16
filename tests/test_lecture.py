"""docs/lecture.md names lessons, code and files that exist."""

import re

from catclf.lessons.register import LESSONS
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "lecture.md").read_text()


def test_it_names_every_lesson_in_the_order_of_the_lecture() -> None:
    named = re.findall(r"^- Lesson: `catclf lesson ([a-z-]+)`", TEXT, re.MULTILINE)
    assert named == list(LESSONS)


def test_every_quoted_line_of_code_is_in_its_file() -> None:
    lines = re.findall(r"^- Code, \[(\S+)\]\(\.\./\S+\).*:\n  `(.+)`$", TEXT, re.MULTILINE)
    assert len(lines) == 9
    for file, line in lines:
        assert line in (ROOT / file).read_text(), line
