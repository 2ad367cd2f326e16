"""The journal of a sorting: what was to be done, written before it is done, so it can be undone."""

import errno
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from catclf.errors import DataError, OutputError, reason_of
from catclf.storage import require_ordinary, written_whole
from catclf.strict_json import read_json

JOURNAL = "sorted.jsonl"
"""The journal's name in the folder that is sorted into."""

# A line for each of a million files.
_LARGEST = 2**29

ACTIONS = ("copy", "link", "move")
FOLDER = "folder"


class Entry(NamedTuple):
    """A file that is brought to another place, or a folder that is made."""

    action: str
    """One of `ACTIONS`, or "folder"."""
    source: Path
    """Where the file was; for a folder, the same as the target."""
    target: Path

    @property
    def partial(self) -> Path:
        """Where a copy grows until it is complete."""
        return self.target.with_name(f".catclf-{hash_of(self.target.name)}.partial")


def hash_of(name: str) -> str:
    """A short name for a name."""
    from hashlib import blake2b

    return blake2b(os.fsencode(name), digest_size=8).hexdigest()


def is_inside(entry: Entry, folder: Path) -> bool:
    """Whether an entry's target lies in a folder, whatever links there are on the way."""
    parent = Path(os.path.realpath(entry.target.parent))
    return parent.is_relative_to(os.path.realpath(folder))


def require_inside(entry: Entry, folder: Path) -> None:
    """Raise `OSError` if a link leads an entry's target out of a folder."""
    if not is_inside(entry, folder):
        raise OSError(errno.ELOOP, "a link leads out of the folder", str(entry.target.parent))


def append_entries(entries: Sequence[Entry], folder: Path) -> None:
    """Add entries to a folder's journal, safely on the disk, before anything is done.

    Parameters
    ----------
    entries : sequence of Entry
        What will be done, in order.
    folder : Path
        The folder that is sorted into.

    Raises
    ------
    OutputError
        If the journal cannot be written; nothing is to be done then.
    """
    path = folder / JOURNAL
    _require_file(path)
    try:
        with path.open("a+b") as file:
            end = file.seek(0, os.SEEK_END)
            try:
                if end and not _ends_in_newline(file.fileno(), end):
                    file.write(b"\n")  # a line was cut short when the program was killed
                file.write(b"".join(_line(entry, folder) for entry in entries))
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                file.truncate(end)
                raise
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {reason_of(error)}") from error


def read_journal(folder: Path) -> list[Entry]:
    """The entries of a folder's journal, in the order in which they were written.

    Parameters
    ----------
    folder : Path
        A folder that was sorted into.

    Returns
    -------
    list of Entry
        A last line that was cut short is left out: nothing was done for it.

    Raises
    ------
    DataError
        If there is no journal, or it is damaged or leads out of the folder.
    """
    path = folder / JOURNAL
    _require_file(path)
    try:
        if path.stat().st_size > _LARGEST:
            raise DataError(f"{path} is larger than {_LARGEST >> 20} MB; no sorting made it")
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        raise DataError(
            f"{folder} has no {JOURNAL}; name a folder that catclf sort has made"
        ) from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {reason_of(error)}") from error
    entries = []
    for number, line in enumerate(lines, start=1):
        try:
            if line:
                entries.append(_entry(line, folder))
        except (ValueError, KeyError, TypeError):
            if number == len(lines):
                break
            raise DataError(f"{path} is damaged in line {number}; nothing was undone") from None
    return entries


def rewrite_journal(entries: Sequence[Entry], folder: Path) -> None:
    """Replace a folder's journal by these entries; without any, remove it."""
    path = folder / JOURNAL
    if not entries:
        path.unlink()
        return
    with written_whole(path) as file:
        file.write(b"".join(_line(entry, folder) for entry in entries))


def _require_file(path: Path) -> None:
    """Raise `DataError` unless the journal is an ordinary file, or is not there yet."""
    if path.is_symlink():
        raise DataError(f"{path} is a link; remove it")
    require_ordinary(path)


def _ends_in_newline(descriptor: int, end: int) -> bool:
    os.lseek(descriptor, end - 1, os.SEEK_SET)
    return os.read(descriptor, 1) == b"\n"


def _line(entry: Entry, folder: Path) -> bytes:
    # Names that are not text become escapes of JSON, and come back as they were.
    document = {
        "action": entry.action,
        "from": str(entry.source),
        "to": str(entry.target.relative_to(folder)),
    }
    return json.dumps(document).encode() + b"\n"


def _entry(line: bytes, folder: Path) -> Entry:
    document = read_json(line)
    action, source, target = document["action"], Path(document["from"]), Path(document["to"])
    if action not in (*ACTIONS, FOLDER) or not source.is_absolute():
        raise ValueError
    if target.is_absolute() or ".." in target.parts:
        raise ValueError
    for path in (source, target):
        if b"\0" in os.fsencode(path):  # which also fails for what is no name here
            raise ValueError
    return Entry(action, source, folder / target)
