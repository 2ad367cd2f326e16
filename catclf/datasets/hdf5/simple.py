"""Where the arrays lie in an HDF5 file of the simple kind, found without the HDF5 library.

The library writes files of this kind unless it is told otherwise, and so does `catclf pack`: an
old-style group holds arrays of integers, or of texts of a fixed length, in one run of bytes or in
chunks that are not compressed. Nothing that the file says is followed without a bound. What is
damaged, or of another kind, is not simple: the library judges it.

Names of structures and numbers of messages are those of the HDF5 File Format Specification.
"""

import struct
from collections.abc import Collection, Iterator
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.hdf5.plain_file import PlainFile, RemoteFile
from catclf.datasets.hdf5.stored_array import StoredArray

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_UNDEFINED = 2**64 - 1

# Messages of an object header.
_DATASPACE, _DATATYPE, _LAYOUT, _ATTRIBUTE, _CONTINUATION, _SYMBOL_TABLE = (
    0x01, 0x03, 0x08, 0x0C, 0x10, 0x11,
)  # fmt: skip
_EXTERNAL_FILES, _FILTERS, _ATTRIBUTES_ELSEWHERE = 0x07, 0x0B, 0x15
_IS_SHARED = 2

_FIXED_POINT, _STRING = 0, 3
_CONTIGUOUS, _CHUNKED = 1, 2
_GROUPS, _CHUNKS = 0, 1  # what a B-tree is of

# Far more than files of this kind have.
_LARGEST_BLOCK = 2**20
_MOST_BLOCKS = 64
_MOST_NODES = 1000
_HIGHEST_RANK = 8
_LONGEST_TEXT = 2**16

_PAGE = 2**16


class NotSimpleError(Exception):
    """The file is of another kind, or damaged."""


class SimpleContents(NamedTuple):
    """What is in a file."""

    attribute: str | None
    arrays: dict[str, StoredArray]


def simple_contents(
    file: PlainFile | RemoteFile, names: Collection[str], attribute: str
) -> SimpleContents:
    """Find arrays, and an attribute, of the root group.

    Parameters
    ----------
    file : PlainFile or RemoteFile
        The file.
    names : collection of str
        Names of the arrays; those that do not exist are left out.
    attribute : str
        Name of the attribute, a text.

    Returns
    -------
    SimpleContents
        The text, or None if there is none, and the arrays.

    Raises
    ------
    NotSimpleError
        If they are of another kind, or cannot be found.
    DataError
        If the file cannot be read.
    """
    try:
        read = _Pages(file)
        root = list(_messages(read, _root(read)))
        arrays = {
            name: _array(read, address) for name, address in _links(read, root) if name in names
        }
        _require(all(array.lies_within(file.size) for array in arrays.values()))
        return SimpleContents(_attribute(root, attribute), arrays)
    except (struct.error, ValueError, TypeError, KeyError, OverflowError) as error:
        raise NotSimpleError from error


class _Message(NamedTuple):
    type: int
    content: bytes


class _Pages:
    """Bytes of a file, of which pages are kept: what is needed lies close together."""

    def __init__(self, file: PlainFile | RemoteFile) -> None:
        self._file = file
        self._pages: dict[int, bytearray] = {}

    def __call__(self, offset: int, count: int) -> bytes:
        _require(count <= _LARGEST_BLOCK and offset + count <= self._file.size)
        first, last = offset // _PAGE, (offset + count) // _PAGE
        pages = b"".join(self._page(place) for place in range(first, last + 1))
        return pages[offset - first * _PAGE :][:count]

    def _page(self, place: int) -> bytearray:
        if place not in self._pages:
            start = place * _PAGE
            page = bytearray(min(_PAGE, self._file.size - start))
            self._file.fill(memoryview(page), start)
            self._pages[place] = page
        return self._pages[place]


def _require(condition: bool) -> None:
    if not condition:
        raise NotSimpleError


def _root(read: _Pages) -> int:
    """Address of the root group's header, which the superblock holds."""
    block = read(0, 96)
    sizes, base, end, header = struct.unpack_from("<13xH9xQ8xQ16xQ", block)
    _require(block[:9] == _SIGNATURE + b"\0" and sizes == 0x0808 and base == 0)
    read(end, 0)  # the file is not truncated
    return int(header)


def _messages(read: _Pages, address: int) -> Iterator[_Message]:
    """The messages of an object header, version 1."""
    version, size = struct.unpack("<B7xI4x", read(address, 16))
    _require(version == 1)
    blocks = [(address + 16, size)]
    for block in blocks:
        data, start = read(*block), 0
        while start + 8 <= len(data):
            kind, size, flags = struct.unpack_from("<HHB", data, start)
            content = data[start + 8 : start + 8 + size]
            _require(len(content) == size)
            if kind == _CONTINUATION:
                blocks.append(struct.unpack_from("<QQ", content))
                _require(len(blocks) <= _MOST_BLOCKS)
            else:
                _require(not flags & _IS_SHARED or kind == 0)
                yield _Message(kind, content)
            start += 8 + size


def _links(read: _Pages, group: list[_Message]) -> Iterator[tuple[str, int]]:
    """Names in a group, and the addresses of the headers that they stand for."""
    (table,) = (content for kind, content in group if kind == _SYMBOL_TABLE)
    tree, heap = struct.unpack_from("<QQ", table)
    signature, size, address = struct.unpack("<4s4xQ8xQ", read(heap, 32))
    _require(signature == b"HEAP")
    names = read(address, size)
    for node in _leaves(read, tree, _GROUPS, entry=struct.Struct("<8xQ")):
        signature, count = struct.unpack("<4s2xH", read(node[-1], 8))
        _require(signature == b"SNOD")
        for name, header, cache in struct.iter_unpack("<QQI20x", read(node[-1] + 8, 40 * count)):
            _require(cache in (0, 1))  # 2 is a soft link
            end = names.index(b"\0", name)
            yield names[name:end].decode(), header


def _leaves(
    read: _Pages, root: int, kind: int, entry: struct.Struct, most_nodes: int = _MOST_NODES
) -> Iterator[tuple[int, ...]]:
    """Entries, a key and an address, of the leaves of a B-tree, version 1."""
    nodes = [(root, -1)]
    for count, (address, expected) in enumerate(nodes):
        _require(count < most_nodes)
        signature, its_kind, level, used = struct.unpack("<4sBBH16x", read(address, 24))
        _require(signature == b"TREE" and its_kind == kind and expected in (-1, level))
        for found in entry.iter_unpack(read(address + 24, used * entry.size)):
            if level:
                nodes.append((found[-1], level - 1))
                _require(len(nodes) <= most_nodes)
            else:
                yield found


def _array(read: _Pages, address: int) -> StoredArray:
    messages = list(_messages(read, address))
    content = dict(messages)
    _require(not {_EXTERNAL_FILES, _FILTERS} & content.keys())
    shape, dtype = _shape(content[_DATASPACE]), _dtype(content[_DATATYPE])
    _require(len(shape) > 0 and prod(shape) * dtype.itemsize < _UNDEFINED)
    whole = StoredArray(shape, dtype)
    layout = content[_LAYOUT]
    version, kind = layout[:2]
    _require(version == 3)
    if kind == _CONTIGUOUS:
        start, size = struct.unpack_from("<QQ", layout, 2)
        _require(size == whole.nbytes and (start != _UNDEFINED or size == 0))
        return StoredArray(shape, dtype, max(shape[0], 1), np.array([start] * (size > 0), np.int64))
    _require(kind == _CHUNKED)
    return _chunked(read, whole, layout)


def _chunked(read: _Pages, array: StoredArray, layout: bytes) -> StoredArray:
    shape, dtype = array.shape, array.dtype
    rank, tree = struct.unpack_from("<BQ", layout, 2)
    chunk, *rest = struct.unpack_from(f"<{rank}I", layout, 11)
    _require(rank == len(shape) + 1 and chunk > 0 and rest == [*shape[1:], dtype.itemsize])
    count = -(-shape[0] // chunk)
    read(count * 8, 0)  # as each has its address in the file, they cannot be more
    offsets: NDArray[np.int64] = np.full(count, -1)
    if count:
        # At worst, nodes of one entry each, on all levels.
        for size, mask, place, *inner, start in _leaves(
            read, tree, _CHUNKS, struct.Struct(f"<II{rank}QQ"), most_nodes=2 * count + _MOST_NODES
        ):
            number, remainder = divmod(place, chunk)
            _require(size == chunk * array.row_bytes and not mask and not remainder)
            _require(not any(inner) and number < count and offsets[number] == -1)
            offsets[number] = start
    _require(-1 not in offsets)  # what was never written lies nowhere
    return StoredArray(shape, dtype, chunk, offsets)


def _shape(dataspace: bytes) -> tuple[int, ...]:
    version, rank = dataspace[:2]
    _require(version in (1, 2) and rank <= _HIGHEST_RANK)
    _require(version == 1 or dataspace[3] < 2)  # 2 is one that is null
    return struct.unpack_from(f"<{rank}Q", dataspace, 8 if version == 1 else 4)


def _dtype(datatype: bytes) -> np.dtype[Any]:
    kind, bits, size = struct.unpack_from("<BB2xI", datatype)
    if kind & 15 == _FIXED_POINT:
        offset, precision = struct.unpack_from("<HH", datatype, 8)
        _require(size in (1, 2, 4, 8) and offset == 0 and precision == 8 * size)
        return np.dtype(f"{'>' if bits & 1 else '<'}{'i' if bits & 8 else 'u'}{size}")
    _require(kind & 15 == _STRING and bits & 15 < 2 and 0 < size <= _LONGEST_TEXT)
    return np.dtype(f"S{size}")


def _attribute(group: list[_Message], name: str) -> str | None:
    """A text of a fixed length."""
    for kind, content in group:
        _require(kind != _ATTRIBUTES_ELSEWHERE)
        if kind != _ATTRIBUTE:
            continue
        version, *sizes = struct.unpack_from("<BxHHH", content)
        _require(version == 1)
        ends = np.cumsum([8, *(-(-size // 8) * 8 for size in sizes)])
        its_name, datatype, dataspace = (
            content[start : start + size] for start, size in zip(ends, sizes, strict=False)
        )
        if its_name.rstrip(b"\0") == name.encode():
            dtype = _dtype(datatype)
            _require(dtype.kind == "S" and _shape(dataspace) == ())
            return content[ends[-1] :][: dtype.itemsize].rstrip(b"\0").decode()
    return None
