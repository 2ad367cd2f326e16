"""Timing two or more pieces of work in turn, so that what else the machine does hits all alike."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.places import PYTHON, ROOT

ROUNDS = 9


def medians(
    works: Mapping[str, Callable[[], object]], rounds: int = ROUNDS, *, pause: float = 0.0
) -> dict[str, float]:
    """Do some pieces of work in turn.

    Parameters
    ----------
    works : mapping
        What to do, by name.
    rounds : int
        How often, after one round that is not counted.
    pause : float
        Seconds before each piece of work, for the threads of the one before to come to rest.

    Returns
    -------
    dict
        Median seconds of each.
    """
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for round_ in range(rounds + 1):
        for name, work in works.items():
            time.sleep(pause)
            start = time.perf_counter()
            work()
            if round_:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(counted) for name, counted in seconds.items()}


def process(*words: object) -> Callable[[], str]:
    """A whole process as a piece of work.

    Parameters
    ----------
    *words : object
        The program and its arguments.

    Returns
    -------
    callable
        Runs it, and returns what it prints. If it fails, the measurements end.
    """
    command = [str(word) for word in words]

    def run() -> str:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(command)[:200]} failed:\n{done.stderr}")
        return done.stdout

    return run


def figures(module: str, *words: object) -> Any:
    """What a program of `benchmarks.processes` measures, in a process of its own.

    Memory that this process holds would count as the other's, so large data is made there.

    Parameters
    ----------
    module : str
        Name of the program.
    *words : object
        Its arguments.

    Returns
    -------
    dict
        The figures that it prints as JSON.
    """
    return json.loads(process(PYTHON, "-m", f"benchmarks.processes.{module}", *words)())
