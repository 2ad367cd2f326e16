"""Several processes that write and read the same files at once."""

import os
import shutil
import signal
from pathlib import Path

import catclf
from catclf.errors import CatclfError
from tests.campaigns import jobs
from tests.campaigns.campaign import Campaign, Case
from tests.campaigns.commands import broken_promise

_WRITERS, _WRITES, _READERS = 8, 200, 4


def _prepare(start: Path) -> None:
    jobs.prepare(start)


def _attempt(case: Case) -> str | None:
    return (_writers, _trainings, _changing)[case.number % 3](case)


def _fork(run: jobs.Forked) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            run()
            os._exit(0)
        except BaseException:
            os._exit(1)
    return pid


def _statuses(pids: list[int]) -> list[int]:
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]


def _writers(case: Case) -> str | None:
    """Every read is of one whole model."""
    path = case.folder / "m.npz"
    models = [catclf.load_model(case.start / "work" / "model.npz")]
    models.append(catclf.load_model(case.start / "done-train" / "m.npz"))
    whole = {model.w.tobytes() for model in models}
    catclf.save_model(models[0], path)

    def write() -> None:
        for i in range(_WRITES):
            catclf.save_model(models[i % 2], path)

    def read() -> None:
        while True:
            assert catclf.load_model(path).w.tobytes() in whole

    readers = [_fork(read) for _ in range(_READERS)]
    failed = _statuses([_fork(write) for _ in range(_WRITERS)])
    for pid in readers:
        os.kill(pid, signal.SIGKILL)
    readings = _statuses(readers)
    if any(failed) or set(readings) != {-signal.SIGKILL}:
        return f"writers ended with {failed}, readers with {readings}"
    return f"left: {jobs.leftovers(case.folder)}" if jobs.leftovers(case.folder) else None


def _trainings(case: Case) -> str | None:
    """Two trainings with one checkpoint; another resumes from it."""
    work = case.folder / "work"
    shutil.copytree(case.start / "work", work)
    args = ("train", "data", "--iterations", "400", "--checkpoint", "c.ckpt", "-o")
    pids = [
        _fork(lambda i=i: os._exit(jobs.run_in(work, (*args, f"{i}.npz")).status))  # type: ignore[misc]
        for i in range(2)
    ]
    if any(_statuses(pids)):
        return "two trainings with one checkpoint failed"
    resume = ("train", "data", "--iterations", "500", "--resume", "c.ckpt", "-o", "r.npz")
    broken = broken_promise(jobs.run_in(work, resume), 0)
    one, other = (catclf.load_model(work / f"{i}.npz").w.tobytes() for i in range(2))
    return broken or (None if one == other else "the two models differ")


def _changing(case: Case) -> str | None:
    """Files come and go while the folder is listed and read."""
    work = case.folder / "work"
    shutil.copytree(case.start / "work", work)
    seed = case.rng.randrange(2**30)

    def change() -> None:
        import random

        rng = random.Random(seed)
        files = sorted((work / "data").rglob("*.png"))
        while True:
            file = rng.choice(files)
            if file.exists() and rng.random() < 0.7:
                file.unlink()
            else:
                file.write_bytes(
                    rng.choice(files).read_bytes() if rng.choice(files).exists() else b"x"
                )

    pid = _fork(change)
    try:
        for args in (
            ("predict", "data", "-m", "model.npz"),
            ("check", "data"),
            ("evaluate", "data", "-m", "model.npz"),
            ("train", "data", "-o", "m.npz", "--iterations", "3", "--skip-bad"),
            ("pack", "data", "p.h5", "--skip-bad"),
            ("sort", "data", "sorted", "-m", "model.npz"),
        ):
            try:
                outcome = jobs.run_in(work, args)
            except CatclfError as error:
                return f"{args[0]}: {error}"
            if broken := broken_promise(outcome):
                return f"{args[0]}: {broken}"
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return None


CAMPAIGN = Campaign(
    "together",
    "8 processes that write one model 200 times while 4 read it; trainings with one checkpoint; "
    "folders that change while they are read",
    few=3,
    many=30,
    prepare=_prepare,
    attempt=_attempt,
    seconds=180.0,
)
