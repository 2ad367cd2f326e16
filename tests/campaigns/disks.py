"""Disks that are full, names that are too long, and outputs that are something else already."""

import os
import re
import resource
import signal
from collections.abc import Callable
from pathlib import Path

from tests.campaigns import jobs
from tests.campaigns.campaign import Campaign, Case
from tests.campaigns.commands import broken_promise


def _attempt(case: Case) -> str | None:
    names = sorted(jobs.JOBS)
    name = names[case.number % len(names)]
    work = jobs.fresh(case, name)
    if case.rng.random() < 0.6:
        return _full(case, name, work)
    return case.rng.choice(_ODD)(case, name, work)


def _full(case: Case, name: str, work: Path) -> str | None:
    """No file may grow beyond a size, as on a disk that is full."""
    job = jobs.JOBS[name]
    before = jobs.outputs_of(work, name)
    size = case.rng.choice((0, 1, 1000, 4096, case.rng.randrange(1, 200_000)))

    def run() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        outcome = jobs.run_in(work, job.args)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        broken = broken_promise(outcome) or (
            outcome.status == 1
            and not re.search("file too large|no usable temporary", outcome.err, re.IGNORECASE)
            and f"no word of the disk: {outcome.err!r}"
        )
        (work / "broken").write_text(broken or "")
        os._exit(0)

    status = jobs.in_a_fork(run)
    if status:
        return f"{name}: died with {os.waitstatus_to_exitcode(status)}"
    broken = (work / "broken").read_text()
    if not broken and (left := jobs.leftovers(work)):
        broken = f"{left} is left"
    return (f"{name}, {size} bytes: {broken}" if broken else None) or jobs.what_is_broken(
        case.start, name, work, before
    )


def _output(name: str) -> str | None:
    outputs = jobs.JOBS[name].outputs
    return outputs[-1] if outputs else None


def _with_output(name: str, new: str) -> tuple[str, ...]:
    old = _output(name)
    return tuple(new if arg == old else arg for arg in jobs.JOBS[name].args)


def _at(path: Callable[[Case, str, Path], str | None]) -> Callable[[Case, str, Path], str | None]:
    """A case in which the output has another path, and nothing may be lost."""

    def attempt(case: Case, name: str, work: Path) -> str | None:
        if not _output(name):
            return None
        new = path(case, name, work)
        if new is None:
            return None
        before = {file: file.read_bytes() for file in work.rglob("*") if file.is_file()}
        outcome = jobs.run_in(work, _with_output(name, new))
        broken = broken_promise(outcome, 0, 1, 2)
        if not broken and outcome.status:
            lost = [file for file, content in before.items() if file.read_bytes() != content]
            broken = f"{lost} changed, and it failed" if lost else None
        kept = {file for file in before if file.suffix == ".png" and "data" in file.parts}
        if not broken and any(file.read_bytes() != before[file] for file in kept):
            broken = "an image of the data set was overwritten"
        return f"{name} to {new[:60]}: {broken}" if broken else None

    return attempt


def _link(case: Case, name: str, work: Path) -> str | None:
    output = str(_output(name))
    target = case.rng.choice((f"other-{output}", f"link-{output}", "data/cat/0.png", "model.npz"))
    (work / f"link-{output}").symlink_to(target)
    return f"link-{output}"


def _fifo(case: Case, name: str, work: Path) -> str | None:
    os.mkfifo(work / f"fifo-{_output(name)}")
    return f"fifo-{_output(name)}"


def _folder(case: Case, name: str, work: Path) -> str | None:
    (work / f"folder-{_output(name)}").mkdir()
    return f"folder-{_output(name)}"


def _itself(case: Case, name: str, work: Path) -> str | None:
    return case.rng.choice(
        ("data/cat/0.png", "./data/../data/dog/1.png", str(work / "data/cat/2.png"))
    )


def _long(case: Case, name: str, work: Path) -> str | None:
    suffix = Path(str(_output(name))).suffix
    if case.rng.random() < 0.5:
        length = case.rng.choice((200, 254, 255, 256))
        return "n" * (length - len(suffix)) + suffix
    return "a/" * case.rng.choice((100, 2047, 2100)) + "b" + suffix


def _missing(case: Case, name: str, work: Path) -> str | None:
    return case.rng.choice(
        ("", ".", "..", "/", "nowhere/", "data/cat/0.png/", "/proc/x", "/dev/full")
    )


_ODD = tuple(map(_at, (_link, _fifo, _folder, _itself, _long, _missing)))

CAMPAIGN = Campaign(
    "disks",
    "full disks; outputs that are links, pipes, folders, inputs, or have names that cannot be",
    few=78,
    many=2600,
    prepare=jobs.prepare,
    attempt=_attempt,
)
