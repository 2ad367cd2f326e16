"""Writing a file whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from catclf.errors import OutputError


def check_writable(path: Path) -> None:
    """Find out before a long computation whether its result can be written.

    Parameters
    ----------
    path : Path
        The file to be written later.

    Raises
    ------
    OutputError
        If the path is a folder, or lies in a folder that is missing or not writable.
    """
    try:
        _check(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing so that the old one or the whole new one is there, never a part.

    The bytes go to a new file in the same folder, which takes the old one's place when all of them
    are safe on the disk. If anything fails, the old file stays as it was.

    Parameters
    ----------
    path : Path
        The file to write; a link is followed.

    Yields
    ------
    binary file
        To write to.

    Raises
    ------
    OutputError
        If the file cannot be written, for instance because the disk is full.
    """
    check_writable(path)
    target = _real(path)
    partial = target.with_name(f".catclf-{os.urandom(4).hex()}.partial")
    try:
        try:
            with partial.open("x+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                partial.chmod(target.stat().st_mode)
            partial.replace(target)
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
    except OSError as error:
        kept = " (the old file is unchanged)" if target.exists() else ""
        raise OutputError(f"{path} cannot be written: {error.strerror or error}{kept}") from error


def _check(path: Path) -> None:
    if path.is_dir():
        raise OutputError(f"{path} is a folder; give the name of a file to write, like {path}/NAME")
    if path.exists() and not path.is_file():
        raise OutputError(f"{path} is no ordinary file; give the name of a file to write")
    folder = _real(path).parent
    if not folder.is_dir():
        raise OutputError(f"{path} cannot be written: there is no folder {folder}; create it first")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(
            f"{path} cannot be written: the folder {folder} is read-only; name another file"
        )


def _real(path: Path) -> Path:
    """The file that a link leads to. Unlike `Path.resolve`, not upset by links in a circle."""
    return Path(os.path.realpath(path))
