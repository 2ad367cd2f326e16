"""Files and folders that are being written, and must not stay if they do not become whole."""

from contextlib import suppress
from pathlib import Path

_folders: dict[Path, bool] = {}
"""Of each path, whether it is that of a folder."""


def note_unfinished(path: Path, *, is_folder: bool = False) -> Path:
    """Remember a path at which a file, or a folder, is going to be made; the path."""
    _folders[path] = is_folder
    return path


def remove_unfinished(path: Path) -> None:
    """Remove what was made at a path, if it is there, and forget the path."""
    if _folders.get(path):
        import shutil

        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    _folders.pop(path, None)


def remove_all_unfinished() -> None:
    """Remove what a signal kept from being removed when it was given up."""
    for path in list(_folders):
        remove_unfinished(path)
