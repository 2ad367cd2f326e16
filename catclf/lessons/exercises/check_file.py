"""Checks of a student's file, in a process of its own: it may print, hang, or end the process."""

import json
import subprocess
from pathlib import Path
from typing import NamedTuple

from catclf import own_process
from catclf.errors import DataError
from catclf.storage import require_ordinary

SECONDS = 10.0
"""After this time, the file is taken to be in a loop without an end."""


class Looked(NamedTuple):
    """Something that was looked at."""

    what: str
    wrong: str | None
    """None if it is right."""


def check_file(number: int, path: Path) -> list[Looked]:
    """Check a student's solution.

    Parameters
    ----------
    number : int
        Of the exercise.
    path : Path
        A Python file that defines the function.

    Returns
    -------
    list of Looked
        What was looked at, up to the first mistake at least.

    Raises
    ------
    DataError
        If the file cannot be read, does not end, or ends the process.
    """
    require_ordinary(path)
    if not path.exists():
        raise DataError(f"{path} does not exist; write the stub of the exercise to it first")
    program = "catclf.lessons.exercises.process"
    try:
        result = subprocess.run(
            own_process.command(program, str(number), str(path)),
            env=own_process.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=SECONDS,
            check=False,
        )
        last = result.stderr.decode(errors="replace").splitlines()[-1:]
        answer = json.loads(last[0]) if result.returncode == 0 and last else None
    except subprocess.TimeoutExpired:
        raise DataError(f"{path} does not end within {SECONDS:.0f} seconds") from None
    except ValueError:
        answer = None
    if not isinstance(answer, list):
        raise DataError(f"{path} ends the program; leave out exit() and the like")
    return [Looked(str(what), wrong) for what, wrong in answer]
