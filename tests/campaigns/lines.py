"""SIGINT and SIGTERM at any line of every command, also at those that take no time to speak of."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from catclf.commands.cli import cli
from catclf.commands.process import prepare, run
from tests.campaigns import jobs, stopped
from tests.campaigns.campaign import Campaign, Case

_SECONDS = 30


def _prepare(start: Path) -> None:
    stopped.prepare(start)
    for name in stopped.COMMANDS:
        work = start / f"counted-{name}" / "work"
        shutil.copytree(start / "work", work)
        tracer = _Tracer(at=0, call=lambda: None)
        assert _run(name, work, tracer, lines=start / f"lines-{name}") in (0, 1)


class _Tracer:
    """Counts the lines of Python that the main thread runs, and calls a function at one of them."""

    def __init__(self, at: int, call: Callable[[], None]) -> None:
        self.lines = 0
        self._at, self._call = at, call

    def __call__(self, frame: FrameType, event: str, argument: object) -> Any:
        if event == "line":
            self.lines += 1
            if self.lines == self._at:
                sys.settrace(None)
                self._call()
        return self


def _attempt(case: Case) -> str | None:
    name, number = stopped.choose(case)
    work = jobs.fresh(case, name)
    before = jobs.outputs_of(work, name)
    at = case.rng.randint(1, int((case.start / f"lines-{name}").read_text()))
    code = _run(name, work, _Tracer(at, lambda: os.kill(os.getpid(), number)))
    if code is None:
        return f"{name}: it does not end after {number.name} at line {at}"
    err = (work.parent / "err").read_text()
    escape = stopped.what_escaped(case, name, number, work, before, code, err)
    return escape and f"{escape} (at line {at})"


def _run(name: str, work: Path, tracer: _Tracer, lines: Path | None = None) -> int | None:
    """Run a command in a copy of this process; its exit status, or None if it does not end.

    Of what it prints on stderr, the file `err` beside its folder is made; of the number of lines
    that it ran, `lines`.
    """
    pid = os.fork()
    if pid == 0:
        try:
            os.chdir(work)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(os.open(work.parent / "err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
            sys.settrace(tracer)
            status = run(cli, stopped.COMMANDS[name], prepare)
            sys.settrace(None)
            if lines:
                lines.write_text(str(tracer.lines))
            os._exit(status)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(77)
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        ended, code = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(code)
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


CAMPAIGN = Campaign(
    "lines",
    "SIGINT and SIGTERM at random lines of the code that every command runs",
    few=42,
    many=4200,
    prepare=_prepare,
    attempt=_attempt,
)
