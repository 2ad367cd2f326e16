"""The cost of every iteration, as a CSV file."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from catclf.files import written_whole


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
    writer.writerow(["iteration", "cost"])
    writer.writerows(enumerate(costs))
    with written_whole(Path(path)) as file:
        file.write(text.getvalue().encode())
