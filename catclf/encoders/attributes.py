"""Attributes of operators: of the type that the standard says, and within sensible bounds.

A stride of 0, for instance, is an error by the standard, but some versions of onnxruntime divide by
it, which ends the process.
"""

from catclf.encoders.wire import Values
from catclf.errors import EncoderError

_TYPES = {1: "float", 2: "int", 3: "string", 4: "tensor", 6: "floats", 7: "ints"}
_FIELDS = {
    "float": "f",
    "int": "i",
    "string": "s",
    "tensor": "t",
    "floats": "floats",
    "ints": "ints",
}

_ANY = range(-(2**63), 2**63)
_FLAG = range(2)
_AXIS = range(-8, 8)
_PIXELS = range(1, 4097)

_BOUNDS = {
    "allowzero": _FLAG,
    "axes": _AXIS,
    "axis": _AXIS,
    "block_size": range(2**20),
    "blocksize": range(1, 65),
    "ceil_mode": _FLAG,
    "count_include_pad": _FLAG,
    "dilations": _PIXELS,
    "end": _ANY,
    "group": range(1, 2**16),
    "keepdims": _FLAG,
    "kernel_shape": _PIXELS,
    "noop_with_empty_axes": _FLAG,
    "num_groups": range(1, 2**16),
    "num_outputs": range(1, 257),
    "output_dtype": range(32),
    "pads": range(4097),
    "perm": range(8),
    "saturate": _FLAG,
    "seed": _ANY,
    "size": _PIXELS,
    "split": range(2**31),
    "start": _ANY,
    "stash_type": range(32),
    "storage_order": _FLAG,
    "strides": _PIXELS,
    "to": range(1, 32),
    "training_mode": range(1),
    "transA": _FLAG,
    "transB": _FLAG,
    "value_int": _ANY,
    "value_ints": _ANY,
}
"""The integers that an attribute may have, by its name."""

_LONG = ("split", "value_ints", "value_floats")
_MOST_NUMBERS = 8  # but for these, which have at most as many as there can be outputs
_MOST_NUMBERS_OF_LONG = 256


def check_attribute(op_type: str, name: str, attribute: Values, expected: str) -> None:
    """Check that an attribute has one value, of its type, and within bounds.

    Parameters
    ----------
    op_type, name : str
        Its operator and its name.
    attribute : dict
        The decoded message.
    expected : {"float", "int", "string", "tensor", "floats", "ints"}
        Its type by the standard.

    Raises
    ------
    EncoderError
        If it is not so.
    """
    field = _FIELDS[expected]
    filled = {f for f in _FIELDS.values() if attribute.get(f, []) != []}
    if expected in ("floats", "ints"):
        filled.add(field)  # which may be empty
    if _TYPES.get(attribute.get("type", 0)) != expected or filled != {field}:
        raise EncoderError(
            f"is not a valid ONNX file: the attribute {name} of {op_type} has the wrong type"
        )
    value = attribute[field]
    numbers = value if isinstance(value, list) else [value]
    most = _MOST_NUMBERS_OF_LONG if name in _LONG else _MOST_NUMBERS
    if len(numbers) > most or (
        expected in ("int", "ints") and not all(number in _BOUNDS[name] for number in numbers)
    ):
        raise EncoderError(f"uses {op_type} with {name} out of bounds")
