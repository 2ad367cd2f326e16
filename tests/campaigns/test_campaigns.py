"""What escaped a campaign once, and that campaigns see what escapes. `make fuzz` runs them."""

import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from catclf.datasets.hdf5 import library
from tests.campaigns.campaign import Campaign, Case, run
from tests.campaigns.commands import broken_promise, command

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="campaigns need Linux")

REGRESSIONS = Path(__file__).with_name("regressions")


def _attempt(case: Case) -> str | None:
    if case.number == 1:
        os._exit(3)
    if case.number == 2:
        time.sleep(60)
    if case.number == 3:
        raise ValueError("what is this")
    return "odd" if case.number == 4 else None


CAMPAIGN = Campaign("test_campaigns", "", 6, 6, lambda start: None, _attempt, seconds=3.0)


def test_crashes_hangs_and_exceptions_are_escapes() -> None:
    result = run("test_campaigns", 6, 0, lambda done: None)
    assert sorted(result.escapes) == [1, 2, 3, 4]
    assert "the process died (3)" in result.escapes[1]
    assert "no end after 3 s" in result.escapes[2]
    assert result.escapes[3] == "ValueError: what is this"


@pytest.mark.parametrize("path", sorted(REGRESSIONS.iterdir()), ids=lambda path: path.name)
def test_what_escaped_once_is_held(
    path: Path, tmp_path: Path, model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "SECONDS", 3.0)
    file = tmp_path / path.name
    shutil.copy(path, file)
    commands: tuple[tuple[object, ...], ...] = (
        ("check", file),
        ("predict", file, "-m", model_path),
    )
    if path.suffix == ".npz":
        commands = (("info", file), ("info", file, "--json"), ("info", file, "--markdown"))
    for args in commands:
        outcome = command(*args)
        assert broken_promise(outcome) is None
        assert outcome.status == 0 or str(file) in outcome.err
