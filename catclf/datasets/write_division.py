"""A division of image files on the disk: as folders, or as a CSV file."""

import csv
import errno
import io
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from catclf.errors import OutputError, reason_of
from catclf.progress import Progress
from catclf.storage import made_whole, name_for, written_whole
from catclf.text import as_csv_cell


class Placed(NamedTuple):
    """An image file and where it belongs."""

    path: Path
    class_: str
    split: str


def write_csv(files: Sequence[Placed], output: Path) -> None:
    """Write a table of path, label and split, which any command takes as a data set.

    Parameters
    ----------
    files : sequence of Placed
        The division.
    output : Path
        The CSV file. Paths in it are relative to its folder, so far as they lead there.

    Raises
    ------
    OutputError
        If the file cannot be written, or a path is not text.
    """
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["path", "label", "split"])
    folder = Path(os.path.realpath(output)).parent
    for file in files:
        path = Path(os.path.abspath(file.path))  # noqa: PTH100 - resolve would follow links
        name = str(path.relative_to(folder) if path.is_relative_to(folder) else path)
        writer.writerow([as_csv_cell(name), as_csv_cell(file.class_), file.split])
    try:
        content = table.getvalue().encode()
    except UnicodeEncodeError:
        raise OutputError(
            f"{output} cannot be written: a file has a name that is not text; rename it, or divide "
            "into folders"
        ) from None
    with written_whole(output) as out:
        out.write(content)


def check_new_folder(output: Path) -> None:
    """Raise `OutputError` unless a folder can be made, because it is not there or is empty."""
    if output.exists() and not (output.is_dir() and not any(output.iterdir())):
        raise OutputError(f"{output} exists already; name a new folder, or remove it")
    if not output.absolute().parent.is_dir():
        raise OutputError(
            f"{output} cannot be written: there is no folder {output.parent}; create it first"
        )


def write_folders(
    files: Sequence[Placed],
    root: Path,
    output: Path,
    *,
    link: bool = False,
    progress: Progress | None = None,
) -> None:
    """Make a folder for each split, with a folder for each class, whole or not at all.

    Parameters
    ----------
    files : sequence of Placed
        The division.
    root : Path
        The data set's folder: subfolders below it are kept.
    output : Path
        The folder to make.
    link : bool
        Make hard links, which take no room, instead of copies.
    progress : callable, optional
        Called with the number of files done and the number of all.

    Raises
    ------
    OutputError
        If a file cannot be copied or linked.
    """
    check_new_folder(output)
    with made_whole(output) as folder:
        taken: Counter[str] = Counter()
        for done, file in enumerate(files, start=1):
            target = _free(folder / _place(file, root), taken)
            target.parent.mkdir(parents=True, exist_ok=True)
            _bring(file.path, target, link=link)
            if progress:
                progress(done, len(files))


def _place(file: Placed, root: Path) -> Path:
    """Where a file belongs: split, class, and its own place below its class folder."""
    inside = file.path.is_relative_to(root)
    below = file.path.relative_to(root) if inside else Path(file.path.name)
    parts = below.parts[1:] if below.parts[0] == file.class_ else below.parts
    return Path(file.split, name_for(file.class_), *parts)


def _free(path: Path, taken: Counter[str]) -> Path:
    """A path that no other file has, on any file system."""
    candidate, number = path, 1
    while taken[str(candidate).casefold()]:
        number += 1
        candidate = path.with_stem(f"{path.stem} ({number})")
    taken[str(candidate).casefold()] += 1
    return candidate


def _bring(path: Path, target: Path, *, link: bool) -> None:
    if not link:
        shutil.copy2(path, target)
        return
    try:
        os.link(os.path.realpath(path), target)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK):
            raise
        raise OutputError(
            f"{path} cannot be linked from there ({reason_of(error)}); leave out --link to copy"
        ) from error
