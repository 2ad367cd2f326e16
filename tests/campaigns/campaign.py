"""What a campaign is, and how its cases are run: in processes that may die of them."""

import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection, wait
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

WORKERS = 2


class Case(NamedTuple):
    """What a case is made from."""

    number: int
    rng: Random
    start: Path
    """The folder of what all cases start from; not to be changed."""
    folder: Path
    """An empty one."""


@dataclass(frozen=True)
class Campaign:
    """Cases of one kind.

    Parameters
    ----------
    name, tries : str
        Its name, and what it tries, in words.
    few, many : int
        Cases in a short run and in a long one.
    prepare : callable
        Writes what all cases start from into a folder; once.
    attempt : callable
        Runs a case; returns what escaped, or None.
    seconds : float
        After this time a case counts as one without an end.
    """

    name: str
    tries: str
    few: int
    many: int
    prepare: Callable[[Path], None]
    attempt: Callable[[Case], str | None]
    seconds: float = 60.0


@dataclass
class Result:
    """How a campaign went."""

    count: int = 0
    escapes: dict[int, str] = field(default_factory=dict)
    """By the number of the case."""
    seconds: float = 0.0


def load(name: str) -> Campaign:
    """The campaign of a module in this package."""
    campaign: Campaign = import_module(f"tests.campaigns.{name}").CAMPAIGN
    return campaign


def run_case(campaign: Campaign, seed: int, number: int, start: Path) -> str | None:
    """Run one case; what escaped, or None."""
    rng = Random(f"{campaign.name} {seed} {number}")
    folder = Path(tempfile.mkdtemp(prefix="case-", dir=start.parent))
    try:
        return campaign.attempt(Case(number, rng, start, folder))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(name: str, count: int, seed: int, tell: Callable[[int], None]) -> Result:
    """Run the first cases of a campaign."""
    campaign = load(name)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="catclf-campaign-") as folder:
        start = Path(folder, "start")
        start.mkdir()
        campaign.prepare(start)
        result = Result(count)
        for done, (number, escape) in enumerate(_outcomes(campaign, count, seed, start), start=1):
            tell(done)
            if escape:
                result.escapes[number] = escape
    result.seconds = time.monotonic() - began
    return result


class _Worker:
    """A process that runs every so many-th case."""

    def __init__(self, campaign: Campaign, seed: int, start: Path, first: int, count: int) -> None:
        self._campaign, self._seed, self._start, self._count = campaign, seed, start, count
        self.next = first
        self.begin()

    def begin(self) -> None:
        """Start the process, at the next case."""
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe(duplex=False)
        arguments = (theirs, self._campaign.name, self._seed, self._start, self.next, self._count)
        self.process = context.Process(target=_work, args=arguments, daemon=False)
        self.process.start()
        theirs.close()
        self.heard = time.monotonic()
        self.is_ready = False

    def lost(self, reason: str) -> tuple[int, str] | None:
        """What the process did not survive; another one goes on behind it."""
        self.process.kill()
        self.process.join()
        self.connection.close()
        number, self.next = self.next, self.next + WORKERS
        if number >= self._count:
            return None
        if self.next < self._count:
            self.begin()
        return number, reason

    @property
    def is_done(self) -> bool:
        return self.next >= self._count


def _outcomes(
    campaign: Campaign, count: int, seed: int, start: Path
) -> Iterator[tuple[int, str | None]]:
    workers = [_Worker(campaign, seed, start, i, count) for i in range(min(WORKERS, count))]
    try:
        while pending := [worker for worker in workers if not worker.is_done]:
            ready = wait([worker.connection for worker in pending], timeout=1)
            for worker in pending:
                if worker.connection in ready:
                    try:
                        outcome = worker.connection.recv()
                    except EOFError:
                        code = worker.process.exitcode
                        worker.process.join(5)
                        lost = worker.lost(f"the process died ({code or worker.process.exitcode})")
                        if lost:
                            yield lost
                        continue
                    worker.heard = time.monotonic()
                    if worker.is_ready:
                        worker.next += WORKERS
                        yield outcome
                    worker.is_ready = True
                elif worker.is_ready and time.monotonic() - worker.heard > campaign.seconds:
                    lost = worker.lost(f"no end after {campaign.seconds:.0f} s")
                    if lost:
                        yield lost
    finally:
        for worker in workers:
            worker.process.kill()
            worker.process.join()


def _work(
    connection: "Connection[Any, Any]", name: str, seed: int, start: Path, first: int, count: int
) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # C libraries print what they think of damage
    campaign = load(name)
    connection.send("ready")
    for number in range(first, count, WORKERS):
        connection.send((number, run_case(campaign, seed, number, start)))
