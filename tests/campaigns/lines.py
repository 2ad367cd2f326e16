"""SIGINT and SIGTERM at any line of every command, also at those that take no time to speak of."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from threading import RLock
from types import FrameType
from typing import Any

from tqdm import tqdm

import catclf
from catclf.commands.cli import cli
from catclf.commands.process import run
from tests.campaigns import jobs, stopped
from tests.campaigns.campaign import Campaign, Case


class _Tracer:
    """Counts the lines of Python that the main thread runs; calls a function at some of them."""

    def __init__(self, at: Sequence[int] = (), call: Callable[[], None] = lambda: None) -> None:
        self.lines = 0
        self._at, self._call = at, call

    def __call__(self, frame: FrameType, event: str, argument: object) -> Any:
        if event == "line":
            self.lines += 1
            if self.lines in self._at:
                self._call()
        return self


def _attempt(case: Case) -> str | None:
    _import_all()
    name, number = stopped.choose(case)
    work = jobs.fresh(case, name)
    before = jobs.outputs_of(work, name)
    at = [case.rng.randint(1, _lines(name, case.start))]
    if case.rng.random() < 0.3:  # twice, as an impatient user
        at.append(at[0] + case.rng.randint(1, 300))
    sent = case.folder / "sent"

    def send() -> None:
        sent.touch()
        os.kill(os.getpid(), number)

    code = _run(name, work, _Tracer(at, send))
    err = (case.folder / "err").read_text()
    escape = stopped.what_escaped(case, name, number, work, before, code, err)
    if code == 0 and sent.exists():
        escape = f"{name}: {number.name} is lost"
    return escape and f"{escape} (at {at})"


@cache
def _import_all() -> None:
    """Import what commands import, so that what they do themselves is most of their lines."""
    for module in walk_packages(catclf.__path__, "catclf."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    for name in ("h5py", "matplotlib.figure", "matplotlib.backends.backend_agg"):
        import_module(name)
    # Its own lock would be registered outside the copies of this process, and never taken back.
    tqdm.set_lock(RLock())


@cache
def _lines(name: str, start: Path) -> int:
    """How many lines a command runs."""
    work = start.parent / f"counted-{os.getpid()}-{name}" / "work"
    shutil.copytree(start / "work", work)
    _run(name, work, _Tracer())
    return int((work.parent / "lines").read_text())


def _run(name: str, work: Path, tracer: _Tracer) -> int:
    """Run a command in a copy of this process; its exit status.

    Beside its folder it leaves files: `err`, what it prints on stderr, and `lines`, how many it
    ran.
    """

    def traced() -> None:
        os.chdir(work)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(os.open(work.parent / "err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # as the program does first
        sys.settrace(tracer)
        status = run(cli, stopped.COMMANDS[name], is_program=True)
        sys.settrace(None)
        (work.parent / "lines").write_text(str(tracer.lines))
        os._exit(status)

    return os.waitstatus_to_exitcode(jobs.in_a_fork(traced))


CAMPAIGN = Campaign(
    "lines",
    "SIGINT and SIGTERM, once and twice, at random lines of the code that every command runs",
    few=42,
    many=4200,
    prepare=stopped.prepare,
    attempt=_attempt,
)
