"""What a user groups images by: their folder, a column of the CSV file, or a part of their path."""

import re
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path

from catclf.errors import DataError, SettingsError

FOLDER = "folder"


def group_keys(
    group_by: str, names: Sequence[str], columns: Mapping[str, Mapping[str, str]], where: str
) -> list[Hashable]:
    """The key of each image; images with the same key belong together.

    Parameters
    ----------
    group_by : str
        "folder"; or the name of a column; or a regular expression that is searched in the path: the
        key is what its groups match or, without groups, the whole match.
    names : sequence of str
        Paths of the images.
    columns : mapping of str to mapping
        For each further column of a CSV file, by its name in lower case, the value of each image.
    where : str
        The data set's name, for messages.

    Returns
    -------
    list
        None for an image whose path does not match, or whose cell is empty.

    Raises
    ------
    SettingsError
        If it is not a valid regular expression.
    DataError
        If no image has a key.
    """
    if group_by == FOLDER:
        return [str(Path(name).parent) for name in names]
    if column := columns.get(group_by.casefold()):
        return [column.get(name) or None for name in names]
    try:
        pattern = re.compile(group_by)
    except re.error as error:
        raise SettingsError(
            f"--group-by {group_by!r} is not a valid regular expression: {error}"
        ) from None
    matches = [pattern.search(name) for name in names]
    if not any(matches):
        raise DataError(
            f"--group-by {group_by!r}: {_not_a_column(columns)}no path of an image of {where} "
            "matches it"
        )
    return [match and (match.groups() or match.group()) for match in matches]


def _not_a_column(columns: Mapping[str, Mapping[str, str]]) -> str:
    return f"not one of the columns {', '.join(columns)}, and " if columns else ""
