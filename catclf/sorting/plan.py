"""Where each file belongs, decided before any is touched."""

import filecmp
import os
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from catclf.errors import OutputError
from catclf.sorting.journal import FOLDER, JOURNAL, Entry, read_journal
from catclf.storage import name_for


class Plan(NamedTuple):
    """What a sorting will do."""

    folder: Path
    """The folder that is sorted into."""
    entries: list[Entry]
    """Folders to make and files to bring, in order."""
    present: int
    """Number of files that are there already, with the same content."""
    links: list[Path]
    """Symbolic links, which are not moved: they would lead elsewhere."""

    @property
    def files(self) -> list[Entry]:
        """The files to bring."""
        return [entry for entry in self.entries if entry.action != FOLDER]


def check_folders(source: Path, output: Path) -> None:
    """Raise `OutputError` unless files of one folder can be sorted into the other."""
    if not source.is_dir():
        raise OutputError(f"{source} is not a folder; name a folder of images")
    if output.exists() and not output.is_dir():
        raise OutputError(f"{output} is not a folder; name a folder to sort into")
    if not output.absolute().parent.is_dir():
        raise OutputError(
            f"{output} cannot be made: there is no folder {output.parent}; create it first"
        )


def not_sorted_yet(paths: Iterable[Path], source: Path, output: Path) -> list[Path]:
    """Leave out what lies in the folder to sort into, if this is inside the other.

    Parameters
    ----------
    paths : iterable of Path
        Files below `source`.
    source, output : Path
        The folder to sort, and the one to sort into. Where they are one, a file counts as sorted
        if the journal of an earlier sorting put it where it is.

    Returns
    -------
    list of Path
        In the same order.
    """
    real_source, real_output = _real(source), _real(output)
    if real_output == real_source:
        if not (output / JOURNAL).exists():
            return list(paths)
        put = {entry.target for entry in read_journal(output)}
        return [path for path in paths if path not in put]
    if not real_output.is_relative_to(real_source):
        return list(paths)
    inside = source / real_output.relative_to(real_source)
    return [path for path in paths if not path.is_relative_to(inside)]


def make_plan(
    labelled: Iterable[tuple[Path, str]], source: Path, output: Path, action: str
) -> Plan:
    """Decide where each file belongs.

    Parameters
    ----------
    labelled : iterable of (Path, str)
        Files below `source`, each with the name of the folder it belongs to.
    source : Path
        The folder to sort. Subfolders are kept.
    output : Path
        The folder to sort into.
    action : {"copy", "link", "move"}
        How to bring the files there.

    Returns
    -------
    Plan
        Nothing is written yet. No target exists, nor differs from another in case only.

    Raises
    ------
    OutputError
        If something else has the name of a folder that is needed.
    """
    folder = _real(output)
    entries: list[Entry] = []
    taken: set[str] = set()
    made: set[Path] = set()
    present, links = 0, []
    for path, label in labelled:
        if action == "move" and path.is_symlink():
            links.append(path)
            continue
        place = folder / name_for(label) / path.relative_to(source)
        target = _free(place, path, taken, keep=action == "move")
        if target is None:
            present += 1
            continue
        taken.add(str(target).casefold())
        entries += [Entry(FOLDER, new, new) for new in _missing(target.parent, folder, made)]
        entries.append(Entry(action, path.absolute(), target))
    return Plan(folder, entries, present, links)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _free(target: Path, source: Path, taken: set[str], *, keep: bool) -> Path | None:
    """The first of target, target (2), … that is free; None if the file is there already."""
    for number in count(1):
        candidate = target if number == 1 else target.with_stem(f"{target.stem} ({number})")
        if str(candidate).casefold() in taken:
            continue
        if not os.path.lexists(candidate):
            return candidate
        if not keep and _same_content(source, candidate):
            return None
    raise AssertionError("numbers do not end")


def _same_content(one: Path, other: Path) -> bool:
    try:
        return filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False


def _missing(folder: Path, top: Path, made: set[Path]) -> Iterator[Path]:
    """Folders to make for a file, the outer ones first."""
    chain = [folder, *folder.parents]
    for place in reversed(chain[: chain.index(top) + 1]):
        if place not in made and not place.is_dir():
            if os.path.lexists(place):
                raise OutputError(f"{place} is not a folder; move it away, or name another folder")
            made.add(place)
            yield place
