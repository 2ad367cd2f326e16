"""Undoing a sorting: everything back to where it was."""

import filecmp
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from catclf.errors import reason_of
from catclf.sorting.carry_out import move
from catclf.sorting.journal import (
    FOLDER,
    Entry,
    is_inside,
    read_journal,
    require_inside,
    rewrite_journal,
)


class Kept(NamedTuple):
    """A file that stays where it was sorted to."""

    path: Path
    reason: str


class Undone(NamedTuple):
    """What an undoing did."""

    files: int
    """Number of files that are back, or whose copies or links are removed."""
    kept: list[Kept]


def undo(folder: Path, progress: Callable[[int, int], None] | None = None) -> Undone:
    """Put everything back that a sorting, or several, brought into a folder.

    Copies and links are removed where the original still exists unchanged; what was moved goes back
    where nothing else has its place. All else is kept, and stays in the journal. Folders that the
    sorting made are removed if they are empty.

    Parameters
    ----------
    folder : Path
        The folder that was sorted into.
    progress : callable, optional
        Called with the number of files done and the number of all.

    Returns
    -------
    Undone
        How much is back, and what is kept.

    Raises
    ------
    DataError
        If the folder has no journal, or a damaged one.
    OutputError
        If the journal cannot be written.
    """
    folder = Path(os.path.realpath(folder))
    entries = read_journal(folder)
    total = sum(entry.action != FOLDER for entry in entries)
    files, seen = 0, 0
    kept: list[Kept] = []
    remaining: list[Entry] = []
    for entry in reversed(entries):
        if entry.action == FOLDER:
            remaining.append(entry)
            continue
        try:
            require_inside(entry, folder)
            files += _undo_one(entry)
        except _KeptError as error:
            kept.append(Kept(entry.target, str(error)))
            remaining.append(entry)
        except OSError as error:
            kept.append(Kept(entry.target, reason_of(error)))
            remaining.append(entry)
        seen += 1
        if progress:
            progress(seen, total)
    _tidy(remaining[::-1], folder)
    return Undone(files, kept)


class _KeptError(Exception):
    """Why a file has to stay; the text is for the user."""


def _undo_one(entry: Entry) -> bool:
    """Undo an entry of a file; False if there is nothing to undo."""
    back = Entry("move", entry.target, entry.source)
    for partial in (entry.partial, back.partial):  # of a sorting or an undoing that was killed
        partial.unlink(missing_ok=True)
    if not os.path.lexists(entry.target):
        return False
    if os.path.realpath(entry.source) == os.path.realpath(entry.target):
        raise _KeptError("the original is now a link to it")
    source_exists = os.path.lexists(entry.source)
    if entry.action == "move" and not source_exists:
        entry.source.parent.mkdir(parents=True, exist_ok=True)
        move(back)
        return True
    if not source_exists:
        raise _KeptError(f"the original {entry.source} is gone")
    if not _same(entry.source, entry.target):
        if entry.action == "move":
            raise _KeptError(f"another file is now at {entry.source}")
        raise _KeptError("it or its original was changed")
    entry.target.unlink()
    return True


def _same(one: Path, other: Path) -> bool:
    return one.samefile(other) or filecmp.cmp(one, other, shallow=False)


def _tidy(entries: list[Entry], folder: Path) -> None:
    """Keep the journal of what remains, and remove the folders that are empty."""
    inner = [
        entry
        for entry in entries
        if entry.action == FOLDER and entry.target != folder and is_inside(entry, folder)
    ]
    gone = {entry.target for entry in reversed(inner) if _removed(entry.target)}
    remaining = [entry for entry in entries if entry.target not in gone]
    if any(entry.target != folder for entry in remaining):
        rewrite_journal(remaining, folder)
        return
    rewrite_journal([], folder)
    if remaining:
        _removed(folder)


def _removed(folder: Path) -> bool:
    """Whether a folder is gone, because it was empty or not there."""
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
