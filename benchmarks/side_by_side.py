"""Timing two or more commands in turn, so that what else the machine does hits all alike."""

import statistics
import subprocess
import time
from collections.abc import Sequence

ROUNDS = 9


def medians(commands: dict[str, Sequence[object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Run whole processes in turn.

    Parameters
    ----------
    commands : dict
        The words of each command, by name.
    rounds : int
        How often each runs, after one run that is not counted.

    Returns
    -------
    dict
        Median seconds of each.
    """
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for round_ in range(rounds + 1):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run([str(word) for word in command], check=True, capture_output=True)
            if round_:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in seconds.items()}
