"""SIGKILL: before every call that makes, renames or removes a file, in turn; and at any moment."""

import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

from tests.campaigns import jobs
from tests.campaigns.campaign import Campaign, Case

# What Python tells an audit hook before it calls the system.
_EVENTS = {
    "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod",
    "os.truncate", "os.utime",
}  # fmt: skip


def _attempt(case: Case) -> str | None:
    names = sorted(jobs.JOBS)
    name = names[case.number % len(names)]
    turn = case.number // len(names)
    job = jobs.JOBS[name]
    work = jobs.fresh(case, name)
    before = jobs.outputs_of(work, name)

    def run() -> None:
        if turn % 2 == 0:
            _kill_before(turn // 2 % 60 + 1)
        os._exit(jobs.run_in(work, job.args).status)

    def kill(pid: int) -> None:
        if turn % 2:
            time.sleep(case.rng.uniform(0, 0.4))
            os.kill(pid, signal.SIGKILL)

    status = jobs.in_a_fork(run, kill)
    if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status) != 0:
        return f"{name}: status {os.WEXITSTATUS(status)}"
    if broken := jobs.what_is_broken(case.start, name, work, before):
        return broken
    return _run_again(case, name, work)


def _run_again(case: Case, name: str, work: Path) -> str | None:
    """The next run works, and tidies up."""
    job = jobs.JOBS[name]
    if name == "split" and (work / "divided").exists():
        shutil.rmtree(work / "divided")  # a folder that is not empty is refused
    status = jobs.in_a_fork(lambda: os._exit(jobs.run_in(work, job.args).status))
    if status:
        return f"{name}: the next run ended with {os.waitstatus_to_exitcode(status)}"
    if left := jobs.leftovers(work):
        return f"{name}: {left} stays after the next run"
    done = case.start / f"done-{name}"
    for output in job.outputs:
        if not jobs.same(output, (work / output).read_bytes(), (done / output).read_bytes()):
            return f"{name}: the next run wrote another {output}"
    if name == "sort":
        return _undo(case, work)
    return None


def _undo(case: Case, work: Path) -> str | None:
    copies = {path.read_bytes() for path in (work / "sorted").rglob("*.png")}
    if copies != {path.read_bytes() for path in (case.start / "work" / "data" / "cat").iterdir()}:
        return "sort: the next run does not complete it"
    status = jobs.in_a_fork(
        lambda: os._exit(jobs.run_in(work, ("sort", "--undo", "sorted")).status)
    )
    if status or list((work / "sorted").rglob("*.png")):
        return f"sort: --undo ended with {os.waitstatus_to_exitcode(status)}"
    return None


def _kill_before(count: int) -> None:
    """Let this process be killed before it changes files for the count-th time."""
    left = count

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        writes = event in _EVENTS or (
            event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT
        )
        if writes:
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)


CAMPAIGN = Campaign(
    "killed",
    "SIGKILL before each call that changes files, in turn, and at random moments; the next run",
    few=39,
    many=1300,
    prepare=jobs.prepare,
    attempt=_attempt,
)
