"""Finding image files in folders."""

import os
from pathlib import Path
from typing import NoReturn

from catclf.errors import DataError

# What counts as an image when a folder is searched. HEIC is here although it cannot be decoded: a
# folder from a telephone must not look emptier than it is.
_ENDINGS = frozenset(
    ".apng .avif .bmp .dds .dib .gif .heic .heif .icns .ico .j2c .j2k .jfif .jp2 .jpc .jpe .jpeg "
    ".jpf .jpg .jpx .mpo .pbm .pcx .pgm .png .pnm .ppm .psd .qoi .ras .sgi .tga .tif .tiff .webp "
    ".xbm .xpm".split()
)

HDF5_ENDINGS = (".h5", ".hdf5")
"""Endings of HDF5 files, in small letters."""


def is_image_name(name: str) -> bool:
    """Whether a file's name has the ending of an image, in small or capital letters."""
    return os.path.splitext(name)[1].lower() in _ENDINGS  # noqa: PTH122 - far faster than Path


def subfolders(folder: Path) -> list[Path]:
    """Folders in a folder, by name; hidden ones and links to folders are left out."""
    return [
        path
        for path in _entries(folder)
        if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
    ]


def files(folder: Path) -> list[Path]:
    """Files directly in a folder, by name; hidden ones are left out."""
    return [path for path in _entries(folder) if path.is_file() and not path.name.startswith(".")]


def images_below(folder: Path) -> list[Path]:
    """Image files in a folder and the folders below it.

    Parameters
    ----------
    folder : Path
        Where to look. Hidden files and folders are left out, links to folders are not followed.

    Returns
    -------
    list of Path
        By name, on every file system.

    Raises
    ------
    DataError
        If a folder cannot be read.
    """
    found: list[Path] = []
    for where, folders, names in os.walk(folder, onerror=_stop):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [
            Path(where, name)
            for name in sorted(names)
            if is_image_name(name) and not name.startswith(".")
        ]
    return found


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        _stop(error)


def _stop(error: OSError) -> NoReturn:
    raise DataError(f"{error.filename} cannot be read: {(error.strerror or '').lower()}") from error
