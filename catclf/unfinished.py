"""Files and folders that are being written, and must not stay if they do not become whole."""

from contextlib import suppress
from pathlib import Path

_paths: set[Path] = set()


def note_unfinished(path: Path) -> Path:
    """Remember a path at which something is going to be written; the path."""
    _paths.add(path)
    return path


def remove_unfinished(path: Path) -> None:
    """Remove what is there, if anything, and forget the path."""
    if path.is_dir():
        import shutil

        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    _paths.discard(path)


def remove_all_unfinished() -> None:
    """Remove what a signal kept from being removed when it was given up."""
    for path in list(_paths):
        remove_unfinished(path)
