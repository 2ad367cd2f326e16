"""The cost of every iteration, as a CSV file: out and in."""

import csv
import io
from collections.abc import Sequence
from math import isfinite
from pathlib import Path

from catclf.errors import DataError, reason_of
from catclf.storage import require_ordinary, written_whole

_COLUMNS = ["iteration", "cost"]

# A history of a million iterations takes some 30 MB.
_LARGEST = 2**27


def write_history(costs: Sequence[float], path: str | Path) -> None:
    """Write costs to a CSV file with the columns `iteration` and `cost`.

    Parameters
    ----------
    costs : sequence of float
        Cost before each iteration and, last, of the model.
    path : str or Path
        The file.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(enumerate(costs))
    with written_whole(Path(path)) as file:
        file.write(text.getvalue().encode())


def read_history(path: str | Path) -> list[float]:
    """Read costs from a file that `write_history` wrote.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    list of float
        Cost of each iteration.

    Raises
    ------
    DataError
        If there is no such file, or it is not a history of costs.
    """
    path = Path(path)
    require_ordinary(path)
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise DataError(_not_a_history(path, "it is too large"))
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(_not_a_history(path, "it is not text")) from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {reason_of(error)}") from error
    try:
        rows = [row for row in csv.reader(io.StringIO(text)) if row]
    except csv.Error as error:
        raise DataError(_not_a_history(path, str(error))) from None
    if not rows or rows[0] != _COLUMNS:
        raise DataError(_not_a_history(path, "its first line is not iteration,cost"))
    if len(rows) == 1:
        raise DataError(_not_a_history(path, "it has no iterations"))
    try:
        return [_cost(row) for row in rows[1:]]
    except (IndexError, ValueError):
        raise DataError(_not_a_history(path, "a line has no cost in its second column")) from None


def _cost(row: list[str]) -> float:
    cost = float(row[1])
    if not isfinite(cost):
        raise ValueError
    return cost


def _not_a_history(path: str | Path, reason: str) -> str:
    return f"{path} is not a history of costs: {reason}; `catclf train --history {path}` writes one"
