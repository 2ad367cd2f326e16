import io
import pickle
import struct
import tracemalloc
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from catclf.encoders.torch_weights import read_tensors
from catclf.errors import EncoderError

MAGIC = 0x1950A86A20F9469CFC6C
MACHINE = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4}}

REBUILD = b"ctorch._utils\n_rebuild_tensor_v2\n"
STORAGES = {"float32": b"ctorch\nFloatStorage\n", "int64": b"ctorch\nLongStorage\n"}


def literal(value: Any) -> bytes:
    """The instructions that put a plain value on the stack."""
    return pickle.dumps(value, 2)[2:-1].replace(b"q\x00", b"")


def tensor(
    key: str,
    count: int,
    shape: Sequence[Any],
    *,
    strides: Sequence[Any] | None = None,
    start: Any = 0,
    kind: bytes = STORAGES["float32"],
    view: bytes = b"N",
    hooks: bytes = b"ccollections\nOrderedDict\n)R",
) -> bytes:
    """The instructions that torch writes for a tensor."""
    if strides is None:
        strides = [int(np.prod(shape[axis + 1 :])) for axis in range(len(shape))]
    storage = b"(" + literal("storage") + kind + literal(key) + literal("cpu") + literal(count)
    return (
        REBUILD + b"(" + storage + view + b"tQ" + literal(start)
        + items(shape) + items(strides) + b"\x89" + hooks + b"tR"
    )  # fmt: skip


def items(values: Sequence[Any]) -> bytes:
    return b"(" + b"".join(map(literal, values)) + b"t"


def state(**tensors: bytes) -> bytes:
    """The pickle of a dictionary of tensors, with the attribute that a state_dict has."""
    pairs = b"".join(literal(name) + value for name, value in tensors.items())
    metadata = literal("_metadata") + literal({"": {"version": 1}})
    return b"\x80\x02ccollections\nOrderedDict\n)R(" + pairs + b"u}" + metadata + b"sb."


def weights_file(
    dictionary: bytes,
    storages: dict[str, bytes] | None = None,
    *,
    machine: Any = MACHINE,
    keys: Any = None,
) -> bytes:
    storages = storages or {}
    file = io.BytesIO()
    for value in (MAGIC, 1001, machine):
        pickle.dump(value, file, protocol=2)
    file.write(dictionary)
    pickle.dump(list(storages) if keys is None else keys, file, protocol=2)
    for data in storages.values():
        file.write(data)
    return file.getvalue()


def stored(array: NDArray[Any]) -> bytes:
    return struct.pack("<q", array.size) + array.astype(array.dtype.newbyteorder("<")).tobytes()


ONE = stored(np.arange(6, dtype=np.float32))


def one_tensor(**changed: Any) -> bytes:
    """A file with one tensor of shape (2, 3), but for what is changed."""
    arguments: dict[str, Any] = {"key": "k", "count": 6, "shape": (2, 3)} | changed
    return weights_file(state(a=tensor(**arguments)), {"k": ONE})


def refusal(data: bytes) -> str:
    with pytest.raises(EncoderError) as caught:
        read_tensors(data)
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith("the PyTorch weights cannot be read: ")
    return text


def test_tensors_come_back_by_name() -> None:
    weight = np.random.default_rng(0).normal(size=(4, 3, 2, 2)).astype(np.float32)
    data = weights_file(
        state(
            weight=tensor("7", 48, (4, 3, 2, 2)),
            batches=tensor("8", 1, (), kind=STORAGES["int64"]),
        ),
        {"8": stored(np.array([2**40])), "7": stored(weight)},
    )
    tensors = read_tensors(data)
    assert list(tensors) == ["weight", "batches"]
    np.testing.assert_array_equal(tensors["weight"], weight)
    assert tensors["weight"].dtype == np.float32
    assert tensors["batches"].shape == ()
    assert tensors["batches"] == 2**40


def test_an_empty_dictionary() -> None:
    assert read_tensors(weights_file(state())) == {}


def test_a_tensor_may_be_transposed_or_a_part_of_its_storage() -> None:
    transposed = read_tensors(one_tensor(shape=(3, 2), strides=(1, 3)))["a"]
    np.testing.assert_array_equal(transposed, [[0, 3], [1, 4], [2, 5]])
    part = read_tensors(one_tensor(shape=(2,), start=3))["a"]
    np.testing.assert_array_equal(part, [3, 4])


def test_two_tensors_may_share_a_storage() -> None:
    data = weights_file(state(a=tensor("k", 6, (6,)), b=tensor("k", 6, (2,), start=4)), {"k": ONE})
    np.testing.assert_array_equal(read_tensors(data)["b"], [4, 5])


def test_tensors_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        read_tensors(one_tensor())["a"][0, 0] = 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not in the format"),
        (b"PK\x03\x04" + bytes(100), "not in the format"),
        (pickle.dumps({"a": 1}), "not in the format"),
        (weights_file(state(), machine={"little_endian": False}), "little-endian"),
        (weights_file(state(), machine=[]), "little-endian"),
        (weights_file(b"\x80\x02}" + literal("a") + literal(1) + b"s."), "something else than"),
        (weights_file(b"\x80\x02]."), "something else than a dictionary"),
        (weights_file(state(), keys={}), "order of its storages"),
        (weights_file(state(), keys=[1]), "order of its storages"),
        (weights_file(state(), keys=["k"]), "not those of its tensors"),
        (weights_file(state(a=tensor("k", 6, (6,))), {"k": ONE}, keys=["k", "k"]), "not those of"),
        (weights_file(state(a=tensor("k", 6, (6,))), {"k": ONE}, keys=[]), "not those of"),
        (one_tensor() + b"\0", "something follows"),
        (weights_file(state(a=tensor("k", 5, (5,))), {"k": ONE}), "does not have the size"),
        (
            weights_file(state(a=tensor("k", 6, (6,)), b=tensor("k", 5, (5,))), {"k": ONE}),
            "the same key",
        ),
    ],
)
def test_what_is_no_file_of_tensors_is_refused(data: bytes, reason: str) -> None:
    assert reason in refusal(data)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"shape": (7,)}, "larger than its storage"),
        ({"shape": (2**31 - 1,) * 8, "strides": (0,) * 8}, "larger than its storage"),
        ({"shape": (2**31 - 1, 0), "strides": (1, 1)}, "is empty"),
        ({"shape": (2, 3), "strides": (4, 1)}, "beyond its storage"),
        ({"shape": (2, 1), "strides": (2**31 - 1, 1)}, "beyond its storage"),
        ({"shape": (6,), "start": 1}, "beyond its storage"),
        ({"shape": (6,), "start": -1}, "not a natural number"),
        ({"shape": (6,), "strides": (-1,)}, "not a natural number"),
        ({"shape": (-6,)}, "not a natural number"),
        ({"shape": (True,), "strides": (1,)}, "not a natural number"),
        ({"shape": ("6",), "strides": (1,)}, "not a natural number"),
        ({"shape": (6,), "strides": ()}, "makes no sense"),
        ({"shape": (1,) * 9}, "makes no sense"),
        ({"count": -1}, "not a natural number"),
        ({"count": "6"}, "not a natural number"),
        ({"count": 2**31 - 1}, "cut short"),
        ({"kind": b"ctorch\nHalfStorage\n"}, "asks for 'torch HalfStorage'"),
        ({"kind": REBUILD}, "something else than float32 or int64"),
        ({"kind": literal("torch FloatStorage")}, "something else than float32 or int64"),
        ({"view": b"(" + literal("v") + literal(0) + literal(6) + b"t"}, "something else than"),
        ({"hooks": b"N"}, "arguments that make no tensor"),
    ],
    ids=str,
)
def test_a_tensor_that_its_storage_cannot_hold_is_refused(
    changed: dict[str, Any], reason: str
) -> None:
    assert reason in refusal(one_tensor(**changed))


class Command:
    """What a hostile pickle is made of."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.call


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_nothing_is_called(protocol: int, capsys: pytest.CaptureFixture[str]) -> None:
    command = Command(print, "called")
    for value in (command, {"a": command}, OrderedDict(a=command)):
        refusal(weights_file(pickle.dumps(value, protocol)))
        refusal(weights_file(state(), machine=command))
    assert capsys.readouterr().out == ""


def test_the_name_that_is_refused_is_told_in_one_short_line() -> None:
    assert "'os system'" in refusal(weights_file(b"\x80\x02cos\nsystem\n."))
    long = b"c" + b"\x1b[2J" + b"x" * 10_000 + b"\ny\n."
    text = refusal(weights_file(b"\x80\x02" + long))
    assert len(text) < 300
    assert "\x1b" not in text


@pytest.mark.parametrize(
    "instructions",
    [
        b"",  # no STOP
        b".",  # nothing to return
        b"t.",  # no mark
        b"(\x85.",  # nothing to put into a tuple
        b"N\x87.",  # too little for a tuple
        b"h\x05.",  # nothing remembered
        b"q\x00.",  # nothing to remember
        b"Nq\xff\xff\xff\xff.",
        b"R.",
        b"NR.",
        b"NNR.",
        b"Q.",
        b"NQ.",
        b"Nb.",
        b"}Nb.",  # a state that is no dictionary
        b"N}b.",
        b"NNNs.",
        b"}NNs.",  # a key that is no string
        b"}(" + literal("a") + b"u.",  # a key without a value
        b"}(" + literal("a") + b"NNu.",
        b"(" + literal("a") + b"Nu.",
        b"N(Ne.",
        b"(e.",
        b"ccollections\nOrderedDict\n(NtR.",
        b"X\xff\xff\xff\xffabc.",  # a string longer than the file
        b"X\x01\x00\x00\x00\xff.",  # not UTF-8
        b"cno newline",
        b"c\xff\n\xff\n.",
        b"c\\q\n\\q\n.",
        # Instructions that no tensor needs; some have arguments that would be costly to parse.
        b"I" + b"9" * 5000 + b"\n.",
        b"L" + b"9" * 5000 + b"L\n.",
        b"\x8b\xff\xff\xff\x7f.",
        b"\x8e" + b"\xff" * 8 + b".",
        b"S'\\q'\n.",
        b"ios\nsystem\n.",
        b"(cos\nsystem\no.",
        b"cbuiltins\nobject\n)\x81.",
        b"\x93.",
        b"\x82\x01.",
        b"Pname\n.",
        b"\x8f.",
        b"0.",
    ],
    ids=repr,
)
def test_instructions_that_make_no_sense_are_refused(instructions: bytes) -> None:
    refusal(weights_file(b"\x80\x02" + instructions, keys=[]))


def test_a_file_cut_short_anywhere_is_refused() -> None:
    data = one_tensor()
    for length in range(len(data)):
        refusal(data[:length])


def test_a_changed_byte_gives_tensors_or_a_refusal() -> None:
    data = one_tensor()
    generator = np.random.default_rng(0)
    for position in range(len(data)):
        for value in generator.integers(0, 256, 4):
            changed = data[:position] + bytes([value]) + data[position + 1 :]
            try:
                assert all(array.size <= 6 for array in read_tensors(changed).values())
            except EncoderError as error:
                assert "\n" not in str(error)  # noqa: PT017


@pytest.mark.parametrize(
    "bomb",
    [
        b"N" + b"q\x00h\x00\x86" * 30_000 + b".",  # each tuple holds the one before twice
        b"}q\x00" + b"(" + b"h\x00h\x00u" * 30_000 + b".",
        b"N" + b"\x85" * 90_000 + b".",  # tuples in tuples
        b"}" + b"(" + b"N" + b"q\x00h\x00\x86" * 100 + b"Nu.",  # a key that takes forever to hash
        b"}" * 500_000 + b".",
        b"(" * 500_000 + b".",
        b"]" + b"q\x00(h\x00h\x00e" * 15_000 + b".",  # a list of itself
    ],
    ids=lambda bomb: repr(bomb[:12]),
)
def test_a_bomb_takes_little_time_and_memory(bomb: bytes) -> None:
    data = weights_file(b"\x80\x02" + bomb, keys=[])
    tracemalloc.start()
    refusal(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000


def test_many_tensors_take_the_memory_of_one() -> None:
    large = tensor("k", 1_000_000, (1_000_000,))
    storage = stored(np.zeros(1_000_000, np.float32))
    data = weights_file(state(**{f"t{i}": large for i in range(1000)}), {"k": storage})
    tracemalloc.start()
    tensors = read_tensors(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(tensors) == 1000
    assert peak < 10_000_000
