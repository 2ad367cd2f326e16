"""The program of the process in which the HDF5 library reads a file: `library` starts it.

It takes requests, one JSON text a line, and answers each with a line, after which the bytes of rows
follow. It ends when nobody can ask any more.
"""

import json
import sys
from typing import Any, BinaryIO

import h5py
import numpy as np
from numpy.typing import NDArray

from catclf.images.bounds import MEMORY
from catclf.own_process import limit_memory, limit_time
from catclf.urls import is_remote, path_of

# Deflate, the strongest of HDF5's usual compressions, makes data at most 1032 times smaller. A file
# that claims more does not hold what it claims.
_LARGEST_COMPRESSION = 1032

# To read one row, the library decompresses its whole chunk.
_LARGEST_CHUNK = 2**28

_SECONDS = 60
"""Of the processor, for a request."""


class _FileError(Exception):
    """What is wrong with the file; the text follows the file's name."""


def main() -> None:
    """Answer requests for the file that the first argument names."""
    answers = sys.stdout.buffer
    limit_memory(MEMORY)  # as much as images may take
    path = path_of(sys.argv[1])
    file: Any = None
    texts: dict[str, NDArray[Any]] = {}
    for line in sys.stdin.buffer:
        limit_time(_SECONDS)
        content: bytes | memoryview = b""
        try:
            file = file or h5py.File(path.open("rb") if is_remote(path) else path, "r")
            request, *arguments = json.loads(line)
            if request == "contents":
                answer = _contents(file, texts, *arguments)
            else:
                answer, content = {}, _rows(file, texts, *arguments)
        except _FileError as error:
            answer = {"error": str(error)}
        except MemoryError:
            answer = {"error": " has more images than fit in memory"}
        except Exception as error:
            # Damage shows in all kinds of exceptions, from OSError to OverflowError.
            answer = {"error": f" cannot be read as HDF5: {_cause(error)}"}
        _send(answers, answer, content)


def _send(answers: BinaryIO, answer: dict[str, Any], content: bytes | memoryview) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.write(content)
    answers.flush()


def _contents(
    file: Any, texts: dict[str, NDArray[Any]], names: list[str], attribute: str
) -> dict[str, Any]:
    """Where arrays lie; those of texts of any length are read, and kept as of a fixed length."""
    text = file.attrs.get(attribute)
    there = set(file)
    arrays = {}
    for name in names:
        if name not in there:
            continue
        array = _array(file, name)
        if array.dtype.kind == "O":
            texts[name] = np.array(list(np.ravel(array[()])), np.bytes_)  # (m,)
            _require_held(file, name, texts[name].nbytes)
        found = texts.get(name, array)
        chunk, offsets = (0, None) if name in texts else _places(array)
        arrays[name] = {
            "shape": found.shape,
            "dtype": found.dtype.str,
            "chunk": chunk,
            "offsets": offsets,
        }
    if isinstance(text, bytes):
        text = text.decode()
    return {"attribute": None if text is None else str(text), "arrays": arrays}


def _rows(
    file: Any, texts: dict[str, NDArray[Any]], name: str, start: int, stop: int
) -> memoryview:
    array = texts[name] if name in texts else _array(file, name)
    rows = np.asarray(array[start:stop] if array.shape else array[()])
    return np.ascontiguousarray(rows).reshape(-1).view(np.uint8).data


def _array(file: Any, name: str) -> Any:
    """An array whose bytes are in the file: a link or external storage could lead anywhere."""
    is_here = isinstance(file.get(name, getlink=True), h5py.HardLink)
    array = file[name] if is_here else None
    if not isinstance(array, h5py.Dataset) or array.external or array.is_virtual:
        raise _FileError(f" does not contain an array {name}")
    _require_held(file, name, array.nbytes, array.id.get_storage_size())
    if array.ndim == 4 and len(array) > array.id.get_storage_size():
        raise _FileError(f": {name} claims {len(array)} images, more than the file can hold")
    chunk = np.prod(array.chunks or (0,), dtype=float) * array.dtype.itemsize
    if chunk > _LARGEST_CHUNK:
        raise _FileError(
            f": {name} is in chunks of {chunk / 2**20:.0f} MB; save it in chunks of at most "
            f"{_LARGEST_CHUNK >> 20} MB"
        )
    return array


def _require_held(file: Any, name: str, claimed: int, stored: int | None = None) -> None:
    """Raise unless an array can be in the file, of whose bytes it takes some."""
    size = file.id.get_filesize()
    stored = size if stored is None else min(stored, size)
    if claimed > _LARGEST_COMPRESSION * stored:
        raise _FileError(f": {name} claims {claimed} bytes, more than the file can hold")


def _places(array: Any) -> tuple[int, list[int] | None]:
    """Rows in a chunk, and each chunk's offset, if the bytes simply lie in the file."""
    if array.file.userblock_size or not array.shape:
        return 0, None
    if array.chunks is None:
        offset = array.id.get_offset()
        return max(len(array), 1), None if offset is None else [offset]
    is_plain = array.id.get_create_plist().get_nfilters() == 0
    if not is_plain or array.chunks[1:] != array.shape[1:] or not hasattr(array.id, "chunk_iter"):
        return 0, None
    size = array.chunks[0]
    offsets: dict[int, int] = {}

    def note(chunk: Any) -> None:
        if not chunk.chunk_offset[0] % size:
            offsets[chunk.chunk_offset[0] // size] = chunk.byte_offset

    array.id.chunk_iter(note)
    places = range(-(-len(array) // size))
    return size, [offsets[i] for i in places] if offsets.keys() == set(places) else None


def _cause(error: Exception) -> str:
    """The part of an HDF5 error that a user understands: what stands last in parentheses."""
    if isinstance(error, OSError) and error.strerror and error.errno:
        return str(error.strerror).lower()
    return str(error).strip("'\"").rpartition("(")[2].rstrip(")")


if __name__ == "__main__":
    main()
