"""Files whole or not at all, and strict archives.

Archives are `.npz` files that people pass on; `numpy.load` opens them too. They may come from
anybody, so reading is strict: nothing is unpickled or decompressed, and no claim of a header is
believed that the bytes do not confirm.
"""

import errno
import hashlib
import io
import json
import os
import platform
import re
import shutil
import warnings
import zipfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from catclf.errors import DataError, OutputError, reason_of
from catclf.strict_json import read_json
from catclf.unfinished import note_unfinished, remove_unfinished

# Names of files that are being written: of which machine, and by which process.
_LEFT = re.compile(r"\.catclf-([0-9a-f]{8})-([0-9]{1,10})-[0-9a-f]{8}\.partial")

Arrays = dict[str, NDArray[Any]]


class ArchiveError(Exception):
    """What is wrong with an archive; the text does not name the file."""


def check_writable(path: Path) -> None:
    """Check before a long computation that its result can be written.

    Parameters
    ----------
    path : Path
        The file to be written later.

    Raises
    ------
    OutputError
        If the path is a folder, or its folder is missing or not writable.
    """
    try:
        _check(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error


def name_for(text: str) -> str:
    """A text as the name of a file or folder, on any system, that leads nowhere else."""
    return re.sub(r'^\.|[/\\:*?"<>|\x00-\x1f]', "_", text)


def require_ordinary(path: Path) -> None:
    """Raise `DataError` for a pipe, which might never end, or a device, or a folder."""
    if path.exists() and not path.is_file():
        raise DataError(f"{path} is not an ordinary file; name a file")


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that replaces an old one only when it is complete.

    The bytes go to a new file in the same folder, which is renamed when all of them are safely on
    the disk. If anything fails, the old file is unchanged.

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
    partial = note_unfinished(_partial(path))
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
            remove_unfinished(partial)
    except OSError as error:
        kept = " (the old file is unchanged)" if target.exists() else ""
        raise OutputError(f"{path} cannot be written: {error.strerror or error}{kept}") from error


def write_archive(path: Path, meta: dict[str, Any], **arrays: Any) -> None:
    """Write an archive, whole or not at all.

    Parameters
    ----------
    path : Path
        The file. An old one is unchanged until the new one is complete.
    meta : dict
        Anything that JSON can represent; stored as the text `meta`.
    **arrays : array
        Stored under their names.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    # In memory first: before version 2.2, numpy prints a traceback if it cannot write to a file.
    archive = io.BytesIO()
    np.savez(archive, meta=np.array(json.dumps(meta)), **arrays)
    with written_whole(path) as file:
        file.write(archive.getbuffer())


def read_archive(
    path: Path, names: Callable[[dict[str, Any]], Collection[str]]
) -> tuple[dict[str, Any], Arrays]:
    """Read an archive.

    Parameters
    ----------
    path : Path
        A file that `write_archive` wrote.
    names : callable
        Takes `meta`, and returns the names of the arrays that must be in the archive besides
        `meta`; no others may be.

    Returns
    -------
    dict, dict
        `meta`, and the arrays.

    Raises
    ------
    ArchiveError
        If it is not such an archive, or is damaged.
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
                raise ArchiveError("it is compressed, which catclf never does")
            if sum(member.file_size for member in members) > size:
                raise ArchiveError("it claims more bytes than it has")
            meta = _meta(_array(archive.read("meta.npy")))
            expected = sorted(names(meta))
            if found != sorted(f"{name}.npy" for name in ["meta", *expected]):
                raise ArchiveError(f"it does not contain exactly meta, {', '.join(expected)}")
            return meta, {name: _array(archive.read(f"{name}.npy")) for name in expected}
    except (ArchiveError, OSError):
        raise
    except Exception as error:
        # zipfile meets damage with all kinds of exceptions, from BadZipFile to struct.error.
        raise ArchiveError("it is damaged, truncated, or not an .npz archive") from error


def _check(path: Path) -> None:
    if path.is_dir():
        raise OutputError(f"{path} is a folder; give the name of a file to write, like {path}/NAME")
    if path.exists() and not path.is_file():
        raise OutputError(f"{path} is not a regular file; give the name of a file to write")
    if path.exists() and not _real(path).exists():  # as what /proc/self/fd has of a deleted file
        raise OutputError(f"{path} has no place in a folder; give the name of a file to write")
    if path.is_symlink() and _real(path).is_symlink():
        raise OutputError(f"{path} is a link to itself; remove it, or name another file")
    folder = _real(path).parent
    if not folder.is_dir():
        raise OutputError(f"{path} cannot be written: there is no folder {folder}; create it first")
    probe = note_unfinished(_partial(path))
    try:  # os.access would say yes to every folder on Windows
        probe.touch(exist_ok=False)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        raise OutputError(
            f"{path} cannot be written: the folder {folder} is read-only; name another file"
        ) from None
    finally:
        remove_unfinished(probe)


@contextmanager
def made_whole(output: Path) -> Iterator[Path]:
    """Make a new folder, of which nothing is seen until it is complete.

    Parameters
    ----------
    output : Path
        The folder, which is not there yet or is empty.

    Yields
    ------
    Path
        A folder next to it, which takes its place in the end.

    Raises
    ------
    OutputError
        If something cannot be written.
    """
    partial = note_unfinished(_partial(output.absolute()), is_folder=True)
    try:
        partial.mkdir()
        yield partial
        with suppress(FileNotFoundError):
            output.rmdir()
        partial.rename(output)
    except OSError as error:
        raise OutputError(f"{output} cannot be written: {reason_of(error)}") from error
    finally:
        remove_unfinished(partial)


def is_partial(path: Path) -> bool:
    """Whether a file or a folder is one that is being written, or was left by a lost process."""
    return bool(_LEFT.fullmatch(path.name))


def _partial(path: Path) -> Path:
    """A new name beside a file or folder, from which those of lost processes are removed."""
    real = _real(path)
    _remove_lost(real.parent)
    name = f".catclf-{_machine()}-{os.getpid()}-{os.urandom(4).hex()}.partial"
    return real.with_name(name)


@cache
def _remove_lost(folder: Path) -> None:
    """Remove what processes of this machine that were killed have left in a folder; once."""
    if os.name != "posix":  # elsewhere, to ask for a process may stop it
        return
    with suppress(OSError):
        for entry in os.scandir(folder):
            left = _LEFT.fullmatch(entry.name)
            if left and left[1] == _machine() and not _is_running(int(left[2])):
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        shutil.rmtree(entry.path)
                    else:
                        os.unlink(entry.path)  # noqa: PTH108


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # it is somebody else's
        return True
    return True


@cache
def _machine() -> str:
    """A short text for this machine: its folders may be another one's too."""
    return hashlib.blake2b(platform.node().encode(), digest_size=4).hexdigest()


def _real(path: Path) -> Path:
    """The file that a link leads to. Unlike `Path.resolve`, does not fail on circular links."""
    return Path(os.path.realpath(path))


def _array(data: bytes) -> NDArray[Any]:
    """One `.npy` member as an array that shares the memory of the bytes."""
    file = io.BytesIO(data)
    version = np.lib.format.read_magic(file)
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # about headers in an old style, which catclf never writes
        shape, fortran_order, dtype = read_header(file)
    if dtype.hasobject:
        raise ArchiveError("it contains pickled objects, which are not opened")
    if dtype.itemsize * prod(shape) != len(data) - file.tell():
        raise ArchiveError("an array in it does not have the size that it claims")
    flat = np.frombuffer(data, dtype, offset=file.tell())
    return flat.reshape(shape, order="F" if fortran_order else "C")


def _meta(array: NDArray[Any]) -> dict[str, Any]:
    try:
        if array.dtype.kind != "U" or array.shape != ():
            raise ValueError
        meta = read_json(str(array))
    except ValueError:
        raise ArchiveError("its meta is not a JSON text") from None
    if not isinstance(meta, dict):
        raise ArchiveError("its meta is not a JSON object")
    return meta
