"""docs/lecture.md: what it names is there."""

import re

from catclf.lessons.register import LESSONS
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "lecture.md").read_text()


def test_every_lesson_in_the_lectures_order():
    named = re.findall(r"^- Lesson: `catclf lesson ([a-z-]+)`", TEXT, re.MULTILINE)
    assert named == list(LESSONS)


def test_every_line_of_code_is_in_its_file():
    lines = re.findall(r"^- Code, \[(\S+)\]\(\.\./\S+\).*:\n  `(.+)`$", TEXT, re.MULTILINE)
    assert len(lines) == 9
    for file, line in lines:
        assert line in (ROOT / file).read_text(), line


def test_every_link_leads_somewhere():
    for link in re.findall(r"\]\(([^)#:]+)\)", TEXT):
        assert (ROOT / "docs" / link).exists(), link
