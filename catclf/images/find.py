"""Finding image files in folders."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from catclf.errors import DataError, reason_of

# Extensions of images when a folder is searched. HEIC is here although it needs an extra: a folder
# from a phone must not look emptier than it is.
_EXTENSIONS = frozenset(
    ".apng .avif .bmp .dds .dib .gif .heic .heif .icns .ico .j2c .j2k .jfif .jp2 .jpc .jpe .jpeg "
    ".jpf .jpg .jpx .mpo .pbm .pcx .pgm .png .pnm .ppm .psd .qoi .ras .sgi .tga .tif .tiff .webp "
    ".xbm .xpm".split()
)

HDF5_ENDINGS = (".h5", ".hdf5")
"""Extensions of HDF5 files, in lower case."""

INDEX = "shards.json"
"""Name of the index of a folder of HDF5 files that make up one data set."""


def is_image_name(name: str) -> bool:
    """Whether a file's name has an image's extension, in upper or lower case."""
    return os.path.splitext(name)[1].lower() in _EXTENSIONS  # noqa: PTH122 - far faster than Path


def subfolders(folder: Path) -> list[Path]:
    """Subfolders of a folder, sorted by name, without hidden ones and links."""
    return [
        path
        for path in _entries(folder)
        if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
    ]


def files(folder: Path) -> list[Path]:
    """Files directly in a folder, sorted by name, without hidden ones."""
    return [path for path in _entries(folder) if path.is_file() and not path.name.startswith(".")]


def images_below(folder: Path) -> list[Path]:
    """Image files in a folder and its subfolders.

    Parameters
    ----------
    folder : Path
        Where to look. Hidden files and folders are ignored; links to folders are not followed.

    Returns
    -------
    list of Path
        Sorted by name, on every file system.

    Raises
    ------
    DataError
        If a folder cannot be read.
    """
    return [
        Path(where, name) for where, names in _walk(folder) for name in names if is_image_name(name)
    ]


def others_below(folder: Path) -> Counter[str]:
    """Extensions, in lower case, of the files that `images_below` leaves out, and how many."""
    return Counter(
        os.path.splitext(name)[1].lower()  # noqa: PTH122
        for _, names in _walk(folder)
        for name in names
        if not is_image_name(name)
    )


def _walk(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Folders from one on down, and the names of their files, without hidden ones."""
    for where, folders, names in os.walk(folder, onerror=_stop):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield where, sorted(name for name in names if not name.startswith("."))


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        _stop(error)


def _stop(error: OSError) -> NoReturn:
    raise DataError(f"{error.filename} cannot be read: {reason_of(error)}") from error
