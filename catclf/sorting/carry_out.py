"""Bringing files to their places: nothing is overwritten, and nothing is lost at any moment."""

import errno
import filecmp
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from catclf.errors import DataError, OutputError, reason_of
from catclf.sorting.journal import FOLDER, Entry, append_entries, read_journal, require_inside
from catclf.sorting.plan import Plan
from catclf.unfinished import note_unfinished, remove_unfinished

# What file systems say that have no hard links, or not from here to there.
_NO_LINKS = (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS)


def carry_out(plan: Plan, progress: Callable[[int, int], None] | None = None) -> None:
    """Do what a plan says, after it is in the journal.

    Parameters
    ----------
    plan : Plan
        What to do.
    progress : callable, optional
        Called with the number of files done and the number of all.

    Raises
    ------
    OutputError
        If something cannot be done, for instance because the disk is full. What was done remains,
        and can be undone.
    """
    _remove_partials(plan.folder)
    if not plan.entries:
        return
    done, total = 0, len(plan.files)
    try:
        plan.folder.mkdir(exist_ok=True)
        append_entries(plan.entries, plan.folder)
        for entry in plan.entries:
            if entry.target != plan.folder:
                require_inside(entry, plan.folder)
            if entry.action == FOLDER:
                entry.target.mkdir(exist_ok=True)
                continue
            bring(entry)
            done += 1
            if progress:
                progress(done, total)
    except OSError as error:
        raise OutputError(
            f"{error.filename or plan.folder}: {reason_of(error)}; {done} of {total} files are "
            f"sorted; undo that with catclf sort --undo {plan.folder}"
        ) from error


def _remove_partials(folder: Path) -> None:
    """Remove copies that a sorting that was killed has not named, or has named already."""
    partials: set[Path] = set()
    with suppress(DataError):  # there is no journal yet, or only `undo` cares that it is damaged
        partials = {entry.partial for entry in read_journal(folder)}
    for place in {partial.parent for partial in partials}:
        for path in partials.intersection(place.glob(".catclf-*")):
            with suppress(OSError):
                path.unlink()


def bring(entry: Entry) -> None:
    """Copy, link or move one file.

    Parameters
    ----------
    entry : Entry
        Whose target does not exist.

    Raises
    ------
    OSError
        If that is not possible; then the file is where it was.
    """
    if entry.action == "copy":
        _copy(entry)
    elif entry.action == "link":
        _link(entry)
    else:
        move(entry)


def move(entry: Entry) -> None:
    """Move a file, within a file system or to another one.

    Parameters
    ----------
    entry : Entry
        From where to where.

    Raises
    ------
    OSError
        If that is not possible; then the file is where it was.
    """
    try:
        os.link(entry.source, entry.target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _copy(entry)
        if not filecmp.cmp(entry.source, entry.target, shallow=False):
            raise OSError(errno.EIO, "the copy differs", str(entry.target)) from error
    try:
        entry.source.unlink()
    except OSError:  # as in a folder that is read-only
        entry.target.unlink()
        raise


def _link(entry: Entry) -> None:
    try:
        os.link(os.path.realpath(entry.source), entry.target)
    except OSError as error:
        if error.errno in _NO_LINKS:
            reason = f"{reason_of(error)}: cannot be linked; leave out --link to copy"
            raise OSError(error.errno, reason, str(entry.source)) from error
        raise


def _copy(entry: Entry) -> None:
    """Copy content and times to a partial file, and give it its name when it is on the disk."""
    entry.partial.unlink(missing_ok=True)  # of a sorting that was killed
    partial = note_unfinished(entry.partial)
    try:
        with entry.source.open("rb") as source, partial.open("xb") as target:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
        shutil.copystat(entry.source, partial)
        _name(partial, entry.target)
    finally:
        remove_unfinished(partial)


def _name(partial: Path, target: Path) -> None:
    """Give a file a name that is free; fails if it is not."""
    try:
        os.link(partial, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        target.open("xb").close()  # takes the name, unless something has it
        partial.replace(target)
