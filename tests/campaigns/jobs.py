"""Commands that write, what they write, and what may be there whenever they end."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import catclf
from catclf.training.checkpoint import load_checkpoint
from tests.campaigns.campaign import Case
from tests.campaigns.commands import Outcome, command
from tests.campaigns.start import write_data


class Job(NamedTuple):
    """A command, and its outputs."""

    args: tuple[str, ...]
    outputs: tuple[str, ...]
    growing: tuple[str, ...] = ()
    """Outputs that are written several times, each time whole."""


JOBS = {
    "train": Job(("train", "data", "-o", "m.npz", "--iterations", "40"), ("m.npz",)),
    "checkpoint": Job(
        ("train", "data", "-o", "m.npz", "--iterations", "60", "--checkpoint", "c.ckpt"),
        ("m.npz",),
        ("c.ckpt",),
    ),
    "history": Job(
        ("train", "data", "-o", "m.npz", "--iterations", "40", "--history", "h.csv"),
        ("m.npz", "h.csv"),
    ),
    "pack": Job(("pack", "data", "p.h5"), ("p.h5",)),
    "shards": Job(("pack", "data", "shards", "--shards", "3"), (), ("shards/shards.json",)),
    "export": Job(("export", "model.npz", "model.h"), ("model.h",)),
    "page": Job(("export", "model.npz", "model.html"), ("model.html",)),
    "report": Job(("evaluate", "data", "-m", "model.npz", "--report", "r.html"), ("r.html",)),
    "doubtful": Job(
        ("train", "data", "-o", "m.npz", "--iterations", "9", "--cv", "2", "--doubtful", "d.csv"),
        ("m.npz", "d.csv"),
    ),
    "plot": Job(("plot", "model.npz", "--kind", "weights", "-o", "w.png"), ("w.png",)),
    "sort": Job(("sort", "data/cat", "sorted", "-m", "model.npz"), ()),
    "split": Job(("split", "data", "divided", "--test", "0.3", "--validation", "0"), ()),
    "label": Job(("label", "data/cat", "-m", "model.npz", "--report", "l.html"), ("l.html",)),
}  # fmt: skip


def prepare(start: Path) -> None:
    """The folder in which jobs run, and what each job's outputs are when nothing goes wrong."""
    work = start / "work"
    write_data(work / "data", 6)
    assert run_in(work, ("train", "data", "-o", "model.npz", "--iterations", "5")).status == 0
    for name, job in JOBS.items():
        folder = start / f"done-{name}"
        shutil.copytree(work, folder)
        outcome = run_in(folder, job.args)
        assert outcome.status == 0, (name, outcome.err)


def run_in(folder: Path, args: tuple[str, ...]) -> Outcome:
    """Run a command in a folder."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        return command(*args)
    finally:
        os.chdir(before)


def fresh(case: Case, name: str) -> Path:
    """A copy of the folder, in which some of the outputs are there from an earlier run."""
    work = case.folder / "work"
    shutil.copytree(case.start / "work", work)
    job = JOBS.get(name)
    if job and case.rng.random() < 0.5:
        for output in (*job.outputs, *job.growing):
            if "/" not in output:
                shutil.copy(case.start / f"done-{name}" / output, work / output)
                # Of the same kind, but not the same.
                with (work / output).open("ab") as file:
                    file.write(b"\0old")
    return work


def what_is_broken(start: Path, name: str, work: Path, before: dict[str, bytes]) -> str | None:
    """What is neither what was there before nor what the job writes."""
    job = JOBS[name]
    done = start / f"done-{name}"
    for output in job.outputs:
        path = work / output
        content = path.read_bytes() if path.exists() else None
        new = (done / output).read_bytes()
        if content is not None and not (
            same(output, content, new) or content == before.get(output)
        ):
            return f"{name}: {output} is neither the old nor the new file"
        if content is None and output in before:
            return f"{name}: {output} is gone"
    for path in work.glob("c.ckpt"):
        if path.read_bytes() != before.get("c.ckpt"):
            load_checkpoint(path)
    if (work / "m.npz").exists() and (work / "m.npz").read_bytes() != before.get("m.npz"):
        catclf.load_model(work / "m.npz")
    sources = sorted(path.relative_to(start / "work") for path in (start / "work").rglob("*.png"))
    for path in sources:
        if (work / path).read_bytes() != (start / "work" / path).read_bytes():
            return f"{name}: an original has changed: {path}"
    return None


def same(name: str, content: bytes, new: bytes) -> bool:
    """Whether two outputs are the same, but for what changes from run to run."""
    return content == new or (name.endswith((".html", ".png")) and _whole(name, content))


def _whole(name: str, content: bytes) -> bool:
    end = b"</html>" if name.endswith(".html") else b"IEND\xaeB`\x82"
    return content.rstrip().endswith(end)


def outputs_of(work: Path, name: str) -> dict[str, bytes]:
    """What is there of a job's outputs; nothing for what is no job."""
    job = JOBS.get(name, Job((), ()))
    names = (*job.outputs, *job.growing)
    return {name: (work / name).read_bytes() for name in names if (work / name).exists()}


def leftovers(work: Path) -> list[str]:
    """Files that are only there while another is written."""
    return [str(path.relative_to(work)) for path in work.rglob(".catclf-*")]


Forked = Callable[[], None]

# Less than a campaign waits for a case.
_SECONDS = 50.0


def in_a_fork(run: Forked, on_parent: Callable[[int], None] = lambda pid: None) -> int:
    """Run a function in a copy of this process; its wait status.

    Raises
    ------
    TimeoutError
        If it does not end. Then it has been killed.
    """
    pid = os.fork()
    if pid == 0:
        try:
            run()
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(77)
    on_parent(pid)
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise TimeoutError(f"no end after {_SECONDS:.0f} s")
