"""Timing two or more tasks in turn, so that other load on the machine affects all of them."""

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
    tasks: Mapping[str, Callable[[], object]], rounds: int = ROUNDS, *, pause: float = 0.0
) -> dict[str, float]:
    """Time some tasks in turn.

    Parameters
    ----------
    tasks : mapping
        Callables to time, by name.
    rounds : int
        Number of rounds, after a warm-up round that is not timed.
    pause : float
        Seconds to wait before each task, until the threads of the previous one are idle.

    Returns
    -------
    dict
        Median seconds of each task.
    """
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for round_ in range(rounds + 1):
        for name, task in tasks.items():
            time.sleep(pause)
            start = time.perf_counter()
            task()
            if round_:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(counted) for name, counted in seconds.items()}


def process(*words: object) -> Callable[[], str]:
    """A whole process as a task.

    Parameters
    ----------
    *words : object
        The program and its arguments.

    Returns
    -------
    callable
        Runs the process and returns its output. If it fails, the benchmarks end.
    """
    command = [str(word) for word in words]

    def run() -> str:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(command)[:200]} failed:\n{done.stderr}")
        return done.stdout

    return run


def measurements(module: str, *words: object) -> Any:
    """Run a program of `benchmarks.processes` in a process of its own.

    Memory of this process would count as the child's, so large data is made in the child.

    Parameters
    ----------
    module : str
        Name of the program.
    *words : object
        Its arguments.

    Returns
    -------
    dict
        The measurements that it prints as JSON.
    """
    return json.loads(process(PYTHON, "-m", f"benchmarks.processes.{module}", *words)())
