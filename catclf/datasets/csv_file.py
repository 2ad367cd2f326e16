"""A CSV file of `path,label`, perhaps with more columns, as spreadsheets write them too."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from catclf.datasets.dataset import WHOLE
from catclf.datasets.image_files import ImageFiles
from catclf.datasets.split_names import SPLIT_NAMES
from catclf.errors import DataError, reason_of
from catclf.text import of_csv_cell

SPLIT = "split"
"""Column that divides the images, as `catclf split` writes it."""

_PATH_NAMES = ("path", "file", "filename", "image")
_LABEL_NAMES = ("label", "class")
# A line for each of a million images.
_LARGEST = 2**28

_DELIMITERS = (",", ";", "\t")

_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class _Table(NamedTuple):
    """The cells of a CSV file."""

    columns: Sequence[str]
    """Names of the columns, in lower case; path and label first where there is no header."""
    rows: list[list[str]]
    lines: list[int]
    """The line of the file where each row ends."""


def labelled_splits(path: Path) -> dict[str, ImageFiles]:
    """The splits of a CSV file: those that a column `split` names, or else the whole.

    Parameters
    ----------
    path : Path
        As for `labelled_files`.

    Returns
    -------
    dict of str to ImageFiles
        By the name of the split.

    Raises
    ------
    DataError
        As `labelled_files`, or if a cell of the column is not the name of a split.
    """
    files = labelled_files(path)
    if SPLIT not in files.columns:
        return {WHOLE: files}
    splits = [SPLIT_NAMES.get(cell.casefold(), cell) for cell in files.columns[SPLIT]]
    for cell in splits:
        if cell not in SPLIT_NAMES.values():
            raise DataError(
                f"{path} has {cell[:40]!r} in its column {SPLIT}; expected train, validation or "
                "test"
            )
    return {
        name: files.subset(np.flatnonzero([cell == name for cell in splits]))
        for name in sorted(set(splits))
    }


def labelled_files(path: Path) -> ImageFiles:
    """Image files and classes from a CSV file.

    Parameters
    ----------
    path : Path
        Two columns: an image's path, relative to the CSV file's folder, and its label: a class
        name, or 1 (cat) or 0. Below a header that names them `path` and `label`, there may be more
        columns, in any order. The delimiter, a comma, semicolon or tab, is told from the first
        line. Text is UTF-8, or what spreadsheets write: UTF-16 with a mark, Windows-1252, Latin-1.

    Returns
    -------
    ImageFiles
        In the order of the lines. The files need not exist.

    Raises
    ------
    DataError
        If the file cannot be read, or a line does not have a path and a label.
    """
    try:
        table = _table(path)
    except csv.Error as error:
        raise DataError(f"{path} is not a valid CSV file: {error}") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {reason_of(error)}") from error
    path_column, label_column = (
        next(i for i, name in enumerate(table.columns) if name in names)
        for names in (_PATH_NAMES, _LABEL_NAMES)
    )
    for row, line in zip(table.rows, table.lines, strict=True):
        fits = len(row) == len(table.columns) and row[path_column] and row[label_column]
        if not fits or "\0" in row[path_column]:
            expected = "an image's path and its label"
            if len(table.columns) > 2:
                expected += f", in {len(table.columns)} columns"
            raise DataError(
                f"{path}, line {line}: expected {expected}, found {', '.join(row)[:80]!r}"
            )
    others = {
        i: name for i, name in enumerate(table.columns) if i not in (path_column, label_column)
    }
    return ImageFiles(
        paths=[path.parent / row[path_column] for row in table.rows],
        classes=[row[label_column] for row in table.rows],
        columns={name: [row[i] for row in table.rows] for i, name in others.items()},
    )


def _table(path: Path) -> _Table:
    if path.stat().st_size > _LARGEST:
        raise DataError(f"{path} is larger than {_LARGEST >> 20} MB; divide it")
    content = path.read_bytes()
    start = content[:200]
    if start.count(0) * 4 > len(start) and not content.startswith(_UTF_16_MARKS):
        raise DataError(f"{path} looks like UTF-16 without a byte order mark; save it as UTF-8")
    text = _decoded(content)
    lines = text.splitlines(keepends=True)
    skipped = 0
    if lines and lines[0].startswith("sep="):  # for a spreadsheet's eyes
        skipped = 1
    delimiter = _delimiter(lines[skipped] if len(lines) > skipped else "")
    reader = csv.reader(lines[skipped:], delimiter=delimiter)
    rows, ends = [], []
    for row in reader:
        if cells := _cells(row):
            rows.append(cells)
            ends.append(reader.line_num + skipped)
    header = [cell.casefold() for cell in rows[0]] if rows else []
    if _is_header(header):
        rows = [row + [""] * (len(header) - len(row)) for row in rows[1:]]
        return _Table(header, rows, ends[1:])
    return _Table((_PATH_NAMES[0], _LABEL_NAMES[0]), rows, ends)


def _cells(row: Sequence[str]) -> list[str]:
    """The cells of a row, without empty ones at its end: spreadsheets add some, and omit some."""
    cells = [of_csv_cell(cell.strip()) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _decoded(content: bytes) -> str:
    if content.startswith(_UTF_16_MARKS):
        return content.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            pass
    return content.decode("latin-1")  # as any bytes can be


def _delimiter(first_line: str) -> str:
    """The one that makes a header of the first line, or two cells; else a comma."""
    cells = {d: _cells(next(csv.reader([first_line], delimiter=d), [])) for d in _DELIMITERS}
    for delimiter, row in cells.items():
        if _is_header([cell.casefold() for cell in row]):
            return delimiter
    return next((delimiter for delimiter, row in cells.items() if len(row) == 2), ",")


def _is_header(cells: Sequence[str]) -> bool:
    """Whether exactly one cell names the column of paths, and one that of labels."""
    return all(
        sum(cell in names for cell in cells) == 1 for names in (_PATH_NAMES, _LABEL_NAMES)
    ) and len(set(cells)) == len(cells)
