"""Files whole or not at all, and strict archives.

Archives are `.npz` files, passed from hand to hand; `numpy.load` opens them too. Reading here is
strict: nothing is unpickled or decompressed, and nothing is believed that the bytes do not bear
out.
"""

import io
import json
import os
import warnings
import zipfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from catclf.errors import OutputError

Arrays = dict[str, NDArray[Any]]


class ArchiveError(Exception):
    """What is wrong with an archive, without its name."""


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


def write_archive(path: Path, meta: dict[str, Any], **arrays: Any) -> None:
    """Write an archive, whole or not at all.

    Parameters
    ----------
    path : Path
        Where. An old file there stays as it is until the new one is complete.
    meta : dict
        Anything that JSON can hold; stored as the text `meta`.
    **arrays : array
        Stored under their names.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    with written_whole(path) as file:
        np.savez(file, meta=np.array(json.dumps(meta)), **arrays)


def read_archive(
    path: Path, names: Callable[[dict[str, Any]], Collection[str]]
) -> tuple[dict[str, Any], Arrays]:
    """Read an archive.

    Parameters
    ----------
    path : Path
        A file that `write_archive` wrote.
    names : callable
        Takes `meta`, and gives the names of the arrays that must be in it beside `meta`, and no
        others.

    Returns
    -------
    dict, dict
        `meta`, and the arrays.

    Raises
    ------
    ArchiveError
        If it is no such archive, or is damaged.
    OSError
        If it cannot be read.
    """
    size = path.stat().st_size
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            found = sorted(member.filename for member in members)
            if "meta.npy" not in found:
                raise ArchiveError("it has no meta")
            if any(member.compress_type != zipfile.ZIP_STORED for member in members):
                raise ArchiveError("it is compressed, as catclf never writes it")
            if sum(member.file_size for member in members) > size:
                raise ArchiveError("it claims more bytes than it has")
            meta = _meta(_array(archive.read("meta.npy")))
            expected = sorted(names(meta))
            if found != sorted(f"{name}.npy" for name in ["meta", *expected]):
                raise ArchiveError(f"it does not hold just meta, {', '.join(expected)}")
            return meta, {name: _array(archive.read(f"{name}.npy")) for name in expected}
    except (ArchiveError, OSError):
        raise
    except Exception as error:
        # zipfile meets damage with all kinds of exceptions, from BadZipFile to struct.error.
        raise ArchiveError("it is damaged, cut short, or no .npz archive") from error


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


def _array(data: bytes) -> NDArray[Any]:
    """One `.npy` member as an array; the memory is that of the bytes."""
    file = io.BytesIO(data)
    version = np.lib.format.read_magic(file)
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of headers in an old style, which catclf never writes
        shape, fortran_order, dtype = read_header(file)
    if dtype.hasobject:
        raise ArchiveError("it holds pickled objects, which are not opened")
    if dtype.itemsize * prod(shape) != len(data) - file.tell():
        raise ArchiveError("an array in it has not the size that it claims")
    flat = np.frombuffer(data, dtype, offset=file.tell())
    return flat.reshape(shape, order="F" if fortran_order else "C")


def _meta(array: NDArray[Any]) -> dict[str, Any]:
    try:
        if array.dtype.kind != "U" or array.shape != ():
            raise ValueError
        meta = json.loads(str(array))
    except (ValueError, RecursionError):
        raise ArchiveError("its meta is no JSON text") from None
    if not isinstance(meta, dict):
        raise ArchiveError("its meta is no JSON object")
    return meta
