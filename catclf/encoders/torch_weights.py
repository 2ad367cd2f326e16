"""Weights files of PyTorch, read without PyTorch and without running anything in them.

`torch.save` pickles, and a pickle is a program that may call any function. This reader follows the
few instructions that a dictionary of tensors needs, and refuses every other.

The files are those of torch before version 1.6: five pickles (a magic number, the version of the
format, facts about the machine, the dictionary, the keys of the storages in their order), and then
for each storage the number of its elements as int64, and the elements.
"""

import io
import pickletools
from dataclasses import dataclass
from enum import Enum
from math import prod
from typing import Any, BinaryIO, TypeVar

import numpy as np
from numpy.typing import NDArray

from catclf.errors import EncoderError

T = TypeVar("T")

# The magic number and the version, 1001, each as a pickle.
_HEAD = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19." + b"\x80\x02M\xe9\x03."

# Any other instruction is refused before its argument is looked at.
_ADMITTED = frozenset(
    "PROTO STOP MARK NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 BINUNICODE EMPTY_TUPLE TUPLE1 "
    "TUPLE2 TUPLE3 TUPLE EMPTY_LIST APPEND APPENDS EMPTY_DICT SETITEM SETITEMS BINPUT LONG_BINPUT "
    "BINGET LONG_BINGET GLOBAL REDUCE BUILD BINPERSID".split()
)
_INSTRUCTIONS = {i.code.encode("latin-1"): i for i in pickletools.opcodes if i.name in _ADMITTED}

# One byte of instruction may make an object of a hundred bytes; the limit bounds the memory. A
# dictionary of 300 tensors has 12 000 of them.
_MOST_INSTRUCTIONS = 100_000
_MOST_AXES = 8


class _Name(Enum):
    """What a file may mention. Nothing is looked up or called by these names."""

    DICTIONARY = "collections OrderedDict"
    TENSOR = "torch._utils _rebuild_tensor_v2"
    FLOAT32 = "torch FloatStorage"
    INT64 = "torch LongStorage"


_DTYPES: dict[_Name, np.dtype[Any]] = {_Name.FLOAT32: np.dtype("<f4"), _Name.INT64: np.dtype("<i8")}


@dataclass(frozen=True)
class _Storage:
    """Elements that are announced, and follow the pickles."""

    key: str
    dtype: np.dtype[Any]
    count: int


@dataclass(frozen=True)
class _Tensor:
    """Where in a storage a tensor lies: its first element, and the steps along its axes."""

    storage: _Storage
    start: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_tensors(data: bytes) -> dict[str, NDArray[Any]]:
    """Read a PyTorch weights file that contains a dictionary of tensors.

    Parameters
    ----------
    data : bytes
        The file: what torch before version 1.6 saved of a model's `state_dict`.

    Returns
    -------
    dict
        Arrays of float32 or int64, of any shape, by name. They are views of `data`, and read-only.

    Raises
    ------
    EncoderError
        If it is not such a file, is damaged, or contains anything but tensors.
    """
    if not data.startswith(_HEAD):
        raise _refusal("it is not in the format of torch before version 1.6")
    file = io.BytesIO(data)
    file.seek(len(_HEAD))
    try:
        machine, tensors, keys = _unpickle(file), _unpickle(file), _unpickle(file)
    except (LookupError, ValueError):
        # Too little on the stack, nothing remembered, or no argument where there should be one.
        raise _refusal("it is damaged or cut short") from None
    if not isinstance(machine, dict) or machine.get("little_endian") is not True:
        raise _refusal("it does not say that its numbers are little-endian")
    if not isinstance(tensors, dict) or not all(isinstance(t, _Tensor) for t in tensors.values()):
        raise _refusal("it contains something else than a dictionary of tensors")
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise _refusal("it does not tell the order of its storages")
    elements = _read_storages(data, file.tell(), _storages_in_order(tensors, keys))
    return {name: _array(tensor, elements[tensor.storage.key]) for name, tensor in tensors.items()}


def _storages_in_order(tensors: dict[str, _Tensor], keys: list[str]) -> list[_Storage]:
    by_key: dict[str, _Storage] = {}
    for tensor in tensors.values():
        if by_key.setdefault(tensor.storage.key, tensor.storage) != tensor.storage:
            raise _refusal("two of its storages have the same key")
    if sorted(keys) != sorted(by_key):
        raise _refusal("its storages are not those of its tensors")
    return [by_key[key] for key in keys]


def _read_storages(data: bytes, start: int, storages: list[_Storage]) -> dict[str, NDArray[Any]]:
    """The elements of each storage by its key; the storages fill the file from `start` on."""
    elements = {}
    for storage in storages:
        first = start + 8
        end = first + storage.count * storage.dtype.itemsize
        if end > len(data):
            raise _refusal("it is cut short")
        if int.from_bytes(data[start:first], "little") != storage.count:
            raise _refusal("a storage does not have the size that its tensors say")
        elements[storage.key] = np.frombuffer(data, storage.dtype, storage.count, first)
        start = end
    if start != len(data):
        raise _refusal("something follows its last storage")
    return elements


def _array(tensor: _Tensor, elements: NDArray[Any]) -> NDArray[Any]:
    itemsize = elements.itemsize
    strides = [stride * itemsize for stride in tensor.strides]
    return np.ndarray(tensor.shape, elements.dtype, elements.data, tensor.start * itemsize, strides)


def _unpickle(file: BinaryIO) -> Any:
    """Follow the instructions of one pickle, and return the object that they make.

    Raises LookupError or ValueError where they make no sense.
    """
    stack: list[Any] = []
    marks: list[int] = []
    memo: dict[int, Any] = {}

    def pop_from(start: int) -> list[Any]:
        if not 0 <= start <= len(stack):
            raise IndexError
        items = stack[start:]
        del stack[start:]
        return items

    for _ in range(_MOST_INSTRUCTIONS):
        instruction = _INSTRUCTIONS.get(file.read(1))
        if instruction is None:
            raise _refusal("it is cut short, or contains what no tensor needs")
        argument = _argument(instruction, file)
        match instruction.name:
            case "STOP":
                return stack.pop()
            case "PROTO":
                pass
            case "MARK":
                marks.append(len(stack))
            case "BINPUT" | "LONG_BINPUT":
                memo[argument] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(memo[argument])
            case "NONE":
                stack.append(None)
            case "NEWTRUE":
                stack.append(True)
            case "NEWFALSE":
                stack.append(False)
            case "BININT" | "BININT1" | "BININT2" | "BINUNICODE":
                stack.append(argument)
            case "EMPTY_TUPLE":
                stack.append(())
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                stack.append(tuple(pop_from(len(stack) - int(instruction.name[-1]))))
            case "TUPLE":
                stack.append(tuple(pop_from(marks.pop())))
            case "EMPTY_LIST":
                stack.append([])
            case "APPEND":
                item = stack.pop()
                _expect(stack[-1], list).append(item)
            case "APPENDS":
                items = pop_from(marks.pop())
                _expect(stack[-1], list).extend(items)
            case "EMPTY_DICT":
                stack.append({})
            case "SETITEM":
                items = pop_from(len(stack) - 2)
                _set_items(stack[-1], items)
            case "SETITEMS":
                items = pop_from(marks.pop())
                _set_items(stack[-1], items)
            case "BUILD":
                # The versions of the layers, which torch keeps as an attribute of the dictionary.
                _expect(stack.pop(), dict)
                _expect(stack[-1], dict)
            case "GLOBAL":
                stack.append(_name(argument))
            case "BINPERSID":
                stack.append(_storage(stack.pop()))
            case "REDUCE":
                function, arguments = pop_from(len(stack) - 2)
                stack.append(_call(function, arguments))
    raise _refusal(f"a pickle in it has more than {_MOST_INSTRUCTIONS} instructions")


def _argument(instruction: pickletools.OpcodeInfo, file: BinaryIO) -> Any:
    if instruction.arg is None:
        return None
    if instruction.name == "GLOBAL":
        # Not left to pickletools, which warns of stray backslashes.
        module, name, _ = (file.readline() + file.readline()).decode("ascii").split("\n")
        return f"{module} {name}"
    return instruction.arg.reader(file)


def _expect(value: Any, kind: type[T]) -> T:
    if not isinstance(value, kind):
        raise ValueError
    return value


def _set_items(target: Any, items: list[Any]) -> None:
    # Only strings: the hash of tuples within tuples can take forever.
    names = [_expect(name, str) for name in items[::2]]
    _expect(target, dict).update(zip(names, items[1::2], strict=True))


def _name(text: str) -> _Name:
    try:
        return _Name(text)
    except ValueError:
        raise _refusal(f"it asks for {text[:80]!r}, which is no part of a tensor") from None


def _storage(identity: Any) -> _Storage:
    """The storage of a persistent id: the word, type, key, device, number of elements, no view."""
    match identity:
        case ("storage", _Name() as name, str(key), str(), count, None) if name in _DTYPES:
            return _Storage(key, _DTYPES[name], _size(count))
    raise _refusal("it refers to something else than float32 or int64 numbers")


def _call(function: Any, arguments: Any) -> Any:
    """What one of the two functions would return: an empty dictionary, or a tensor."""
    match function, arguments:
        case _Name.DICTIONARY, ():
            return {}
        case _Name.TENSOR, (_Storage() as storage, start, tuple(shape), tuple(strides), bool(), {}):
            return _tensor(storage, start, shape, strides)
    raise _refusal("it calls a function with arguments that make no tensor")


def _tensor(storage: _Storage, start: Any, shape: Any, strides: Any) -> _Tensor:
    tensor = _Tensor(storage, _size(start), tuple(map(_size, shape)), tuple(map(_size, strides)))
    if len(shape) != len(strides) or len(shape) > _MOST_AXES:
        raise _refusal("the shape of a tensor makes no sense")
    if 0 in tensor.shape or prod(tensor.shape) > storage.count:
        raise _refusal("a tensor is empty, or larger than its storage")
    steps = sum((n - 1) * stride for n, stride in zip(tensor.shape, tensor.strides, strict=True))
    if tensor.start + steps >= storage.count:
        raise _refusal("a tensor reaches beyond its storage")
    return tensor


def _size(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise _refusal("a size or an offset is not a natural number")
    return value


def _refusal(reason: str) -> EncoderError:
    return EncoderError(f"the PyTorch weights cannot be read: {reason}; get the file again")
