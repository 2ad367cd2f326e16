"""The wire format of protocol buffers, as far as an ONNX file without control flow needs it.

A message is decoded by a table of the fields that it may have. No table contains itself, so the
nesting is bounded by them; the number of fields in a file is bounded by a count. Bytes are never
copied. The decoder is stricter than the format: an unknown field, or a second value for one that
has a single value, is an error.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from catclf.errors import EncoderError

_MOST_FIELDS = 200_000  # in a file; a large transformer has a tenth of it
_MOST_VARINT_BYTES = 10  # of 64 bits, seven in a byte

_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5  # wire types


class Kind(Enum):
    """What the bytes of a field stand for."""

    INT = "a signed integer of 64 bits"
    FLOAT = "a float of 32 bits, kept as its bytes"
    TEXT = "text in UTF-8"
    BYTES = "bytes, as they are"
    REFUSED = "a field of the standard that is not admitted"


class Field(NamedTuple):
    """A field that a message may have.

    Parameters
    ----------
    name : str
        Key in the decoded message; for a refused field, what it is.
    kind : Kind or table
        What is in it; a table for a message of its own.
    repeated : bool
        Whether it may have many values, which become a list.
    """

    name: str
    kind: "Kind | Message"
    repeated: bool = False


Message = Mapping[int, Field]
"""The fields of a message, by their numbers."""

Values = dict[str, Any]
"""A decoded message: the values of the fields that it has; repeated fields are always there."""


class Decoder:
    """Decodes the messages of one file, counting their fields."""

    def __init__(self) -> None:
        self._fields = 0

    def decode(self, data: memoryview, message: Message) -> Values:
        """Decode a message and the messages in it.

        Parameters
        ----------
        data : memoryview
            The bytes of the message.
        message : table
            The fields that it may have.

        Returns
        -------
        dict
            Its values.

        Raises
        ------
        EncoderError
            If the bytes are no such message.
        """
        values: Values = {field.name: [] for field in message.values() if field.repeated}
        position = 0
        while position < len(data):
            self._fields += 1
            if self._fields > _MOST_FIELDS:
                raise EncoderError(f"has more than {_MOST_FIELDS} fields, which no encoder needs")
            key, position = _varint(data, position)
            number, wire_type = key >> 3, key & 7
            field = message.get(number)
            if field is None:
                raise EncoderError(
                    f"is not an ONNX file, or has a field that catclf does not know: {number}"
                )
            if field.kind is Kind.REFUSED:
                raise EncoderError(f"has {field.name}, which catclf does not admit")
            value, position = self._value(data, position, field, wire_type)
            if field.repeated:
                values[field.name] += value if isinstance(value, list) else [value]
            elif field.name in values:
                raise _damaged(f"{field.name} occurs twice")
            else:
                values[field.name] = value
        return values

    def _value(
        self, data: memoryview, position: int, field: Field, wire_type: int
    ) -> tuple[Any, int]:
        """The value of a field, a list if it is packed, and the position after it."""
        if field.kind is Kind.INT and wire_type == _VARINT:
            value, position = _varint(data, position)
            return _signed(value), position
        if field.kind is Kind.FLOAT and wire_type == _FIXED32:
            return _part(data, position, 4)
        if wire_type != _LENGTH:
            raise _damaged(f"{field.name} has the wrong type")
        length, position = _varint(data, position)
        part, position = _part(data, position, length)
        if field.kind is Kind.BYTES:
            return part, position
        if field.kind is Kind.TEXT:
            return _text(part), position
        if not isinstance(field.kind, Kind):
            return self.decode(part, field.kind), position
        if not field.repeated:
            raise _damaged(f"{field.name} has the wrong type")
        return self._packed(part, field), position

    def _packed(self, data: memoryview, field: Field) -> list[Any]:
        """The numbers of a packed field."""
        numbers: list[Any] = []
        position = 0
        self._fields += len(data) // 4  # each of them counts, as if it were a field
        if self._fields > _MOST_FIELDS:
            raise EncoderError(f"has more than {_MOST_FIELDS} fields, which no encoder needs")
        while position < len(data):
            if field.kind is Kind.FLOAT:
                number, position = _part(data, position, 4)
                numbers.append(number)
            else:
                value, position = _varint(data, position)
                numbers.append(_signed(value))
        return numbers


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    """An unsigned integer of 64 bits in as many bytes as it needs, and the position after it."""
    value = 0
    for i in range(_MOST_VARINT_BYTES):
        if position + i >= len(data):
            raise _damaged("it ends in the middle of a number")
        byte = data[position + i]
        value |= (byte & 0x7F) << (7 * i)
        if byte < 0x80:
            if value >> 64:
                break
            return value, position + i + 1
    raise _damaged("a number has more than 64 bits")


def _signed(value: int) -> int:
    return value - 2**64 if value >> 63 else value


def _part(data: memoryview, position: int, length: int) -> tuple[memoryview, int]:
    """The next bytes, and the position after them."""
    if length > len(data) - position:
        raise _damaged("a part of it is longer than the whole")
    return data[position : position + length], position + length


def _text(data: memoryview) -> str:
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError:
        raise _damaged("a text in it is not UTF-8") from None


def _damaged(reason: str) -> EncoderError:
    return EncoderError(f"is not a valid ONNX file: {reason}")
