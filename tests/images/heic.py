"""HEIC files, written without an encoder: their HEVC has nothing but uncompressed blocks.

Every block of 16 × 16 pixels is a slice of its own, with its samples as they are (I_PCM), so that
what the arithmetic coder would write around them is always the same few bits. ITU-T H.265 gives the
syntax, ISO/IEC 23008-12 the container.
"""

import struct
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_BLOCK = 16
_VPS, _SPS, _PPS, _IDR = 32, 33, 34, 20

# Main still picture, level 6.2: profile, compatibility, constraints, level.
_PROFILE = struct.pack(">BIHIB", 3, 0x70000000, 0x9000, 0, 186)

# The arithmetic coder: an undivided block that is I_PCM; the end of a slice.
_BEFORE_SAMPLES, _AFTER_SAMPLES = b"\x86\x80", b"\xfe\x80"


def heic(
    image: Image.Image,
    *,
    turns: int = 0,
    exif: Image.Exif | None = None,
    brands: str = "heic mif1 heic",
    claimed_size: tuple[int, int] | None = None,
) -> bytes:
    """A HEIC file.

    Parameters
    ----------
    image : PIL.Image.Image
        Width and height are multiples of 16.
    turns : int
        How often readers turn it by 90 degrees, anticlockwise.
    exif : PIL.Image.Exif, optional
        EXIF data.
    brands : str
        The major brand and the compatible ones.
    claimed_size : (int, int), optional
        What the container says instead of width and height.
    """
    width, height = claimed_size or image.size
    parameters = _parameter_sets(*image.size)
    slices = b"".join(struct.pack(">I", len(nal)) + nal for nal in _slices(image))
    items = [(b"hvc1", slices)]
    if exif:
        items.append((b"Exif", struct.pack(">I", 6) + exif.tobytes()))
    properties = [
        _box(b"hvcC", _decoder_configuration(parameters)),
        _box(b"ispe", struct.pack(">III", 0, width, height)),
        _box(b"colr", b"nclx" + struct.pack(">HHHB", 1, 13, 6, 0x80)),
        _box(b"irot", bytes([turns])),
    ]
    major, *compatible = (brand.encode() for brand in brands.split())
    start = _box(b"ftyp", major + bytes(4) + b"".join(compatible))
    # The places of the items depend on the size of what says them, but not on its content.
    offset = len(start) + len(_meta(items, properties, 0)) + 8
    contents = _box(b"mdat", b"".join(content for _, content in items))
    return start + _meta(items, properties, offset) + contents


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def _meta(items: list[tuple[bytes, bytes]], properties: list[bytes], offset: int) -> bytes:
    locations, infos = b"", b""
    for number, (kind, content) in enumerate(items, start=1):
        locations += struct.pack(">HHHII", number, 0, 1, offset, len(content))
        infos += _box(b"infe", struct.pack(">IHH", 2 << 24, number, 0) + kind + b"\0")
        offset += len(content)
    used = bytes([0x81, 2, 3, 0x84])  # the indices of the properties; 1 and 4 are essential
    reference = _box(b"cdsc", struct.pack(">HHH", 2, 1, 1)) if len(items) > 1 else b""
    return _box(
        b"meta",
        bytes(4)
        + _box(b"hdlr", bytes(8) + b"pict" + bytes(13))
        + _box(b"pitm", struct.pack(">IH", 0, 1))
        + _box(b"iloc", struct.pack(">IBBH", 0, 0x44, 0, len(items)) + locations)
        + _box(b"iinf", struct.pack(">IH", 0, len(items)) + infos)
        + (_box(b"iref", bytes(4) + reference) if reference else b"")
        + _box(
            b"iprp",
            _box(b"ipco", b"".join(properties))
            + _box(b"ipma", struct.pack(">IIHB", 0, 1, 1, len(used)) + used),
        ),
    )


def _decoder_configuration(parameters: dict[int, bytes]) -> bytes:
    nals = b"".join(
        struct.pack(">BHH", 0x80 | kind, 1, len(nal)) + nal for kind, nal in parameters.items()
    )
    formats = struct.pack(">HBBBBHBB", 0xF000, 0xFC, 0xFD, 0xF8, 0xF8, 0, 0x0F, len(parameters))
    return b"\x01" + _PROFILE + formats + nals


class _Bits:
    """A string of bits, most significant first."""

    def __init__(self) -> None:
        self.text = ""

    def number(self, width: int, value: int) -> None:
        """A number of so many bits."""
        self.text += f"{value:0{width}b}" if width else ""

    def golomb(self, *values: int) -> None:
        """Numbers in the exponential Golomb code."""
        for value in values:
            self.text += "0" * ((value + 1).bit_length() - 1) + f"{value + 1:b}"

    def flags(self, *values: int) -> None:
        """Single bits."""
        self.text += "".join(map(str, values))

    def profile(self) -> None:
        """Profile, tier and level."""
        self.text += "".join(f"{byte:08b}" for byte in _PROFILE)

    def ended(self) -> bytes:
        """The bits, a one, and zeros up to a whole byte."""
        text = self.text + "1"
        text += "0" * (-len(text) % 8)
        return int(text, 2).to_bytes(len(text) // 8, "big")


def _nal(kind: int, payload: bytes) -> bytes:
    """A unit of the stream; a 3 goes before a byte that would make two zeros look like a start."""
    escaped, zeros = bytearray([kind << 1, 1]), 0
    for byte in payload:
        if zeros == 2 and byte <= 3:
            escaped.append(3)
            zeros = 0
        escaped.append(byte)
        zeros = 0 if byte else zeros + 1
    return bytes(escaped)


def _parameter_sets(width: int, height: int) -> dict[int, bytes]:
    vps = _Bits()
    vps.number(4, 0)
    vps.flags(1, 1)
    vps.number(6 + 3, 0)
    vps.flags(1)
    vps.number(16, 0xFFFF)
    vps.profile()
    vps.flags(1)
    vps.golomb(0, 0, 0)
    vps.number(6, 0)
    vps.golomb(0)
    vps.flags(0, 0)

    sps = _Bits()
    sps.number(4 + 3, 0)
    sps.flags(1)
    sps.profile()
    sps.golomb(0, 1, width, height)  # 1: 4:2:0
    sps.flags(0)
    sps.golomb(0, 0, 0)
    sps.flags(1)
    sps.golomb(0, 0, 0)
    sps.golomb(1, 0, 0, 2, 0, 0)  # blocks of 16, transforms of 4 to 16
    sps.flags(0, 0, 0, 1)  # the last: there is PCM
    sps.number(4, 7)
    sps.number(4, 7)
    sps.golomb(1, 0)  # in blocks of 16
    sps.flags(1)
    sps.golomb(0)
    sps.flags(0, 0, 0, 0, 0)

    pps = _Bits()
    pps.golomb(0, 0)
    pps.flags(0, 0, 0, 0, 0, 0, 0)
    pps.golomb(0, 0, 0)
    pps.flags(0, 0, 0)
    pps.golomb(0, 0)
    pps.flags(0, 0, 0, 0, 0, 0, 0)
    pps.flags(1, 0, 1)  # without deblocking
    pps.flags(0, 0)
    pps.golomb(0)
    pps.flags(0, 0)
    return {
        kind: _nal(kind, bits.ended()) for kind, bits in ((_VPS, vps), (_SPS, sps), (_PPS, pps))
    }


def _slices(image: Image.Image) -> Iterable[bytes]:
    """A slice for each block, row by row."""
    Y, Cb, Cr = (np.asarray(channel) for channel in image.convert("YCbCr").split())
    rows, columns = Y.shape[0] // _BLOCK, Y.shape[1] // _BLOCK
    address_bits = (rows * columns - 1).bit_length()
    for block in range(rows * columns):
        header = _Bits()
        header.flags(int(block == 0), 0)
        header.golomb(0)
        if block:
            header.number(address_bits, block)
        header.golomb(2, 0)  # intra only, at the usual QP
        row, column = divmod(block, columns)
        samples = b"".join(
            _samples(channel, row, column, step) for channel, step in ((Y, 1), (Cb, 2), (Cr, 2))
        )
        yield _nal(_IDR, header.ended() + _BEFORE_SAMPLES + samples + _AFTER_SAMPLES)


def _samples(channel: NDArray[np.uint8], row: int, column: int, step: int) -> bytes:
    """The samples of a block, or every second one of every second row."""
    top, left = row * _BLOCK, column * _BLOCK
    return channel[top : top + _BLOCK : step, left : left + _BLOCK : step].tobytes()
