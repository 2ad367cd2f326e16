"""Files damaged in all the ways that bytes can be."""

import struct
from random import Random

_EXTREMES = (
    0, 1, 2, 127, 128, 255, 256, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63,
    2**64 - 1,
)  # fmt: skip


def mutant(content: bytes, rng: Random, others: tuple[bytes, ...] = ()) -> bytes:
    """A damaged copy of a file's content."""
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        content = rng.choice(_WAYS)(content, rng, others or (content,)) or b"\0"
    return content


def _place(content: bytes, rng: Random) -> int:
    """Somewhere; often where a file has its headers."""
    end = len(content) if rng.random() < 0.5 else min(len(content), 4096)
    if rng.random() < 0.2:
        return rng.randrange(max(0, len(content) - 2048), len(content))
    return rng.randrange(end)


def _change(content: bytes, rng: Random, others: tuple[bytes, ...]) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        changed[_place(content, rng)] = rng.randrange(256)
    return bytes(changed)


def _flip(content: bytes, rng: Random, others: tuple[bytes, ...]) -> bytes:
    changed = bytearray(content)
    changed[_place(content, rng)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _number(content: bytes, rng: Random, others: tuple[bytes, ...]) -> bytes:
    """A number of two, four or eight bytes becomes an extreme one."""
    size = rng.choice((2, 4, 8))
    value = (rng.choice(_EXTREMES) + rng.choice((0, 0, -1, 1))) % 2 ** (8 * size)
    new = struct.pack(rng.choice("<>") + "QQHQIQQQQ"[size], value)
    place = _place(content, rng)
    return content[:place] + new + content[place + size :]


def _cut(content: bytes, rng: Random, others: tuple[bytes, ...]) -> bytes:
    return content[: rng.randrange(len(content))]


def _delete(content: bytes, rng: Random, others: tuple[bytes, ...]) -> bytes:
    place = _place(content, rng)
    return content[:place] + content[place + rng.choice((1, 2, 4, 100, 5000)) :]


def _insert(content: bytes, rng: Random, others: tuple[bytes, ...]) -> bytes:
    place = _place(content, rng)
    return content[:place] + rng.randbytes(rng.choice((1, 2, 4, 100))) + content[place:]


def _repeat(content: bytes, rng: Random, others: tuple[bytes, ...]) -> bytes:
    start, stop = sorted((_place(content, rng), _place(content, rng)))
    return content[:stop] + content[start:stop] + content[stop:]


def _splice(content: bytes, rng: Random, others: tuple[bytes, ...]) -> bytes:
    other = rng.choice(others)
    return content[: _place(content, rng)] + other[_place(other, rng) :]


def _fill(content: bytes, rng: Random, others: tuple[bytes, ...]) -> bytes:
    place, size = _place(content, rng), rng.choice((8, 64, 1000))
    return content[:place] + rng.choice((b"\0", b"\xff")) * size + content[place + size :]


_WAYS = (
    _change, _change, _flip, _flip, _number, _number, _cut, _delete, _insert, _repeat, _splice,
    _fill,
)  # fmt: skip
