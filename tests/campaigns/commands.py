"""Commands run in this process, and what they promise whatever their input."""

import io
import re
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

from catclf.commands.cli import cli
from catclf.commands.process import run

# A line may name two files.
_LONGEST = 10_000
# Unreadable images are named one by one.
_OF_AN_IMAGE = re.compile(r"Error: .+: ")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Outcome(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    err: str


class _Text(io.TextIOWrapper):
    """A stream like a terminal's or a file's, in memory."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", errors="backslashreplace")

    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode()  # type: ignore[attr-defined, no-any-return]


def command(*args: object) -> Outcome:
    """Run a command."""
    out, err = _Text(), _Text()
    with redirect_stdout(out), redirect_stderr(err), warnings.catch_warnings():
        warnings.simplefilter("always")
        status = run(cli, [str(arg) for arg in args])
    return Outcome(status, out.text(), err.text())


def broken_promise(outcome: Outcome, *statuses: int) -> str | None:
    """What a command did that it must not do; `statuses` are those that it may end with."""
    status, _, err = outcome
    lines = err.splitlines()
    if status not in (statuses or (0, 1)):
        return f"status {status}: {err!r}"
    if "Traceback" in err or re.search(r"\w+Warning: ", err):
        return f"stderr: {err!r}"
    if status == 1 and not lines:
        return "it failed without a word"
    errors = [line for line in lines if line.startswith("Error: ")]
    if len(errors) > 1 and not all(_OF_AN_IMAGE.match(line) for line in errors):
        return f"more than one line of errors: {err!r}"
    if any(len(line) > _LONGEST for line in lines):
        return f"a line of {max(map(len, lines))} characters on stderr"
    if found := _CONTROL.search(outcome.out + err):
        return f"{found[0]!r} reaches the terminal"
    return None


class Peak:
    """The most memory that this process takes in a context, beyond what it had, on Linux."""

    def __enter__(self) -> "Peak":
        self.bytes = 0
        self._before = memory("VmRSS")
        if sys.platform == "linux":
            Path("/proc/self/clear_refs").write_text("5")
        return self

    def __exit__(self, *exception: object) -> None:
        self.bytes = max(0, memory("VmHWM") - self._before)


def memory(what: str) -> int:
    """Bytes that Linux says this process has: VmRSS, or VmHWM at most so far; 0 elsewhere."""
    if sys.platform != "linux":
        return 0
    found = re.search(rf"{what}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 if found else 0
