"""Tensors in an ONNX file: their bytes must be what their shape and type say."""

from math import prod

import numpy as np

from catclf.encoders.onnx_messages import EXTERNAL
from catclf.encoders.wire import Values
from catclf.errors import EncoderError

FLOAT32, UINT8, INT8, INT32, INT64, BOOL, FLOAT16, FLOAT64 = 1, 2, 3, 6, 7, 9, 10, 11

_SIZES = {FLOAT32: 4, UINT8: 1, INT8: 1, INT32: 4, INT64: 8, BOOL: 1, FLOAT16: 2, FLOAT64: 8}
"""Bytes of a number, for the types that are admitted."""

_FIELDS = {
    FLOAT32: "float_data",
    FLOAT64: "double_data",
    INT64: "int64_data",
    **dict.fromkeys((UINT8, INT8, INT32, BOOL, FLOAT16), "int32_data"),
}
"""Where the numbers are if they are not in `raw_data`."""

_MOST_AXES = 8
_LONGEST_AXIS = 2**31 - 1
_MOST_VARINT_BYTES = 10


def tensor_bytes(tensor: Values) -> int:
    """Size of a tensor in memory, after its bytes were checked.

    Parameters
    ----------
    tensor : dict
        The decoded message.

    Returns
    -------
    int
        Bytes.

    Raises
    ------
    EncoderError
        If it is empty, of a type or with an origin that is not admitted, or its numbers are not as
        many as its shape says.
    """
    dims, data_type = tensor["dims"], tensor.get("data_type", 0)
    if tensor.get("data_location", 0) != 0:
        raise EncoderError(f"has {EXTERNAL}, which catclf does not admit")
    if data_type not in _SIZES:
        raise EncoderError(f"has a tensor of type {data_type}, which catclf does not admit")
    if len(dims) > _MOST_AXES or not all(1 <= dim <= _LONGEST_AXIS for dim in dims):
        raise EncoderError("has a tensor whose shape is empty, negative or too large")
    elements = prod(dims)
    size = _SIZES[data_type] * elements
    present = [name for name in ("raw_data", *set(_FIELDS.values())) if name in tensor]
    if present == ["raw_data"]:
        matches = len(tensor["raw_data"]) == size
    elif present == [_FIELDS[data_type]]:
        data = tensor[present[0]]
        if data_type in (FLOAT32, FLOAT64):
            matches = len(data) == size
        else:
            matches = _are_varints(data, elements)
    else:
        raise EncoderError("is not a valid ONNX file: a tensor in it has no numbers of its type")
    if not matches:
        raise EncoderError("is not a valid ONNX file: the size of a tensor belies its shape")
    return size


def _are_varints(data: memoryview, count: int) -> bool:
    """Whether bytes are so many integers, each in as many bytes as it needs."""
    last = np.flatnonzero(np.frombuffer(data, np.uint8) < 0x80)  # (integers,)
    if len(last) != count or last[-1] != len(data) - 1:
        return False
    return bool(np.diff(last, prepend=-1).max() <= _MOST_VARINT_BYTES)
