"""Damaged and malicious encoders, run in a process of their own so that a crash is seen.

    python -m tests.encoders.mutants SEED COUNT

makes mutants of small valid encoders, opens and runs each, and checks that it is refused in one
line, or gives finite features of the declared shape. The last line of its output is JSON: how many
were refused, how many ran, how many of these gave the features of the original, and the peak memory
in MB. A failure is a traceback, and a crash an exit code; the line before names the mutant.
"""

import json
import os
import random
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from catclf.encoders import session
from catclf.encoders.encoder import Encoder, open_encoder
from catclf.encoders.operators import operators
from catclf.errors import EncoderError
from tests.encoders.graphs import ENCODERS, OPSET, SIDE, data_of

IMAGES = np.random.default_rng(0).integers(0, 256, (3, SIDE, SIDE, 3), np.uint8)

EXTREMES = [0, -1, 1, 2, 3, 5, 16, 2**16, 2**31 - 1, 2**31, -(2**31), 2**40, 2**63 - 1, -(2**63)]


def flip(rng: random.Random, data: bytes) -> bytes:
    """Some bytes replaced."""
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 4, 16])):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def truncate(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def insert(rng: random.Random, data: bytes) -> bytes:
    """Some bytes more, random ones or a copy of others in the file."""
    i, j = rng.randrange(len(data)), rng.randrange(len(data))
    more = rng.choice([rng.randbytes(rng.randrange(1, 9)), data[j : j + rng.randrange(1, 64)]])
    return data[:i] + more + data[i:]


def delete(rng: random.Random, data: bytes) -> bytes:
    i = rng.randrange(len(data))
    return data[:i] + data[i + rng.randrange(1, 64) :]


def change_length(rng: random.Random, data: bytes) -> bytes:
    """One more or less, or something extreme, in a byte that often is a length."""
    tags = [i for i in range(len(data) - 1) if data[i] & 7 == 2]
    i = rng.choice(tags) + 1
    changed = bytearray(data)
    length = rng.choice([data[i] + 1, data[i] - 1, 0, 0x7F, 0xFF]) % 256
    changed[i : i + 1] = bytes([length]) + rng.choice([b"", b"", b"\xff\xff\xff\xff\x7f"])
    return bytes(changed)


def parts_of(message: Any) -> list[Any]:
    """A protobuf message and all messages in it."""
    parts = [message]
    for field, value in message.ListFields():
        if field.type == field.TYPE_MESSAGE:
            children = [value] if hasattr(value, "ListFields") else value
            for child in children:
                parts += parts_of(child)
    return parts


def splice_field(rng: random.Random, model: Any) -> None:
    """A field removed, or replaced by that of another message of the same type."""
    by_type: dict[str, list[Any]] = {}
    for part in parts_of(model):
        by_type.setdefault(part.DESCRIPTOR.name, []).append(part)
    same = by_type[rng.choice(sorted(by_type))]
    target, donor = rng.choice(same), rng.choice(same)
    fields = [field for field, _ in donor.ListFields()]
    if not fields:
        return
    name = rng.choice(fields).name
    copy = type(donor)()
    copy.CopyFrom(donor)
    target.ClearField(name)
    if rng.random() < 0.7:
        only = type(donor)()
        for field, _ in copy.ListFields():
            if field.name != name:
                copy.ClearField(field.name)
        only.CopyFrom(copy)
        target.MergeFrom(only)


def change_attribute(rng: random.Random, model: Any) -> None:
    """An attribute that the standard has, with a value that it may not foresee."""
    node = rng.choice(model.graph.node)
    known = operators(OPSET)[node.op_type].attributes
    name = rng.choice(sorted(known))
    for i, attribute in reversed(list(enumerate(node.attribute))):
        if attribute.name == name or node.op_type == "Constant":
            del node.attribute[i]
    node.attribute.append(helper.make_attribute(name, attribute_value(rng, known[name])))


def attribute_value(rng: random.Random, kind: str) -> Any:
    """A value of a type of attributes, often one that the standard does not foresee."""
    values: dict[str, Callable[[], Any]] = {
        "int": lambda: rng.choice(EXTREMES),
        "float": lambda: rng.choice([0.0, -1.0, 1e38, -1e38, 1e-45, float("nan"), float("inf")]),
        "string": lambda: rng.choice(["", "SAME_UPPER", "SAME_LOWER", "VALID", "reflect", "edge"]),
        "ints": lambda: [rng.choice(EXTREMES) for _ in range(rng.choice([1, 2, 2, 2, 4, 4, 8]))],
        "floats": lambda: [rng.random()],
        "tensor": lambda: tensor(rng),
    }
    return values[kind]()


def tensor(rng: random.Random) -> Any:
    """A small tensor of any type and shape."""
    shape = rng.choice([(), (1,), (2,), (4,), (1, 1), (3, 3), (1, 1, 1, 1), (2, 1, 3, 3)])
    dtype = rng.choice([np.float32, np.float32, np.int64, np.int32, np.uint8, np.int8, np.bool_])
    numbers: NDArray[Any] = np.array([rng.choice(EXTREMES) for _ in range(int(np.prod(shape)))])
    return numpy_helper.from_array(numbers.astype(dtype).reshape(shape), "a tensor")


def change_weights(rng: random.Random, model: Any) -> None:
    """Numbers of a tensor replaced, or the whole tensor by another."""
    target = rng.choice(model.graph.initializer)
    array = numpy_helper.to_array(target).copy()
    kind = rng.randrange(3)
    if kind == 0 and array.size:
        flat = array.reshape(-1)  # (numbers,)
        for _ in range(rng.choice([1, 2])):
            value = rng.choice(EXTREMES)
            flat[rng.randrange(flat.size)] = np.array(value).astype(array.dtype)
        changed = numpy_helper.from_array(array, target.name)
    elif kind == 1:
        shape = list(array.shape) or [1]
        axis = rng.randrange(len(shape))
        shape[axis] = rng.choice([1, 2, 3, 4, 5, 9])
        changed = numpy_helper.from_array(np.resize(array, shape), target.name)
    else:
        changed = tensor(rng)
        changed.name = target.name
    target.CopyFrom(changed)


def change_operator(rng: random.Random, model: Any) -> None:
    """Another operator in the place of one, without attributes or with the same."""
    node = rng.choice(model.graph.node)
    node.op_type = rng.choice(sorted(operators(OPSET)))
    if rng.random() < 0.7:
        del node.attribute[:]
        change_attribute(rng, model)


def insert_operator(rng: random.Random, model: Any) -> None:
    """Any operator, of the values and tensors that there are, before the one that used them."""
    opset = model.opset_import[0].version
    name, operator = rng.choice(sorted(operators(opset).items()))
    i = rng.randrange(len(model.graph.node))
    names = ["image", *(t.name for t in model.graph.initializer)]
    names += [output for other in model.graph.node[:i] for output in other.output]
    count = rng.randrange(
        operator.inputs.start, min(operator.inputs.stop, 4 + operator.inputs.start)
    )
    inputs = []
    for k in range(count):
        if k and rng.random() < 0.5:
            made = tensor(rng)
            made.name = f"inserted {i} {k}"
            model.graph.initializer.append(made)
            inputs.append(made.name)
        else:
            inputs.append(rng.choice(names))
    user = model.graph.node[i]
    inserted = helper.make_node(name, inputs, [f"inserted {i}"])
    for attribute in operator.attributes:
        if attribute in operator.required or rng.random() < 0.3:
            inserted.attribute.append(
                helper.make_attribute(
                    attribute, attribute_value(rng, operator.attributes[attribute])
                )
            )
    user.input[rng.randrange(len(user.input))] = inserted.output[0]
    model.graph.node.insert(i, inserted)


def rewire(rng: random.Random, model: Any) -> None:
    """An input replaced by another value, or added, or removed."""
    node = rng.choice(model.graph.node)
    names = ["image", *(t.name for t in model.graph.initializer)]
    names += [name for other in model.graph.node for name in other.output]
    kind = rng.randrange(3)
    if kind == 0 and node.input:
        node.input[rng.randrange(len(node.input))] = rng.choice(names)
    elif kind == 1 and node.input:
        del node.input[-1]
    else:
        node.input.append(rng.choice(names))


def lie(rng: random.Random, model: Any) -> None:
    """A false shape or type for a value between two operators."""
    name = rng.choice(rng.choice(model.graph.node).output)
    lengths: list[int | str | None] = [1, 2, 3, 8, 16, 2**31, "n"]
    shape = [rng.choice(lengths) for _ in range(rng.randrange(6))]
    dtype = rng.choice([1, 1, 1, 2, 3, 7])
    model.graph.value_info.append(helper.make_tensor_value_info(name, dtype, shape))


BYTES = (flip, truncate, insert, delete, change_length)
PARTS = (
    splice_field,
    change_attribute,
    change_weights,
    change_operator,
    insert_operator,
    rewire,
    lie,
)


def mutant(seed: int) -> tuple[str, str, bytes]:
    """An encoder's name, what was done to it, and what became of it."""
    rng = random.Random(seed)
    name = rng.choice(sorted(ENCODERS))
    if rng.random() < 0.4:
        change = rng.choice(BYTES)
        return name, change.__name__, change(rng, data_of(ENCODERS[name]()))
    model = ENCODERS[name]()
    if name in ("convolution", "transformer", "quantised"):  # which are the same in all of these
        model.opset_import[0].version = rng.choice([OPSET, 18, 19, 20, 21, 22])
    changes = [rng.choice(PARTS) for _ in range(rng.choice([1, 1, 2, 3]))]
    for alter in changes:
        with suppress(IndexError, KeyError, TypeError, ValueError):
            alter(rng, model)  # unless the one before has removed what it needs
    return name, "+".join(alter.__name__ for alter in changes), model.SerializeToString()


def outcome(data: bytes, original: NDArray[np.float32]) -> str:
    """What becomes of a mutant, which must be one of what is allowed."""
    try:
        encoder: Encoder = open_encoder(data, "mutant.onnx")
        features = encoder.encode(np.resize(IMAGES, (3, encoder.side, encoder.side, 3)))
    except EncoderError as error:
        line = str(error)
        assert line.startswith("mutant.onnx: "), line
        assert line.isprintable(), line
        assert len(line) < 400, line
        return "refused by onnxruntime" if "onnxruntime: " in line else "refused"
    assert features.shape == (3, encoder.n)
    assert features.dtype == np.float32
    assert np.isfinite(features).all()
    return "same" if np.array_equal(features, original) else "other features"


def main(seed: int, count: int) -> None:
    import resource  # which Windows does not have

    session.SECONDS_PER_IMAGE = 5.0
    originals = {
        name: open_encoder(data_of(make()), name).encode(IMAGES) for name, make in ENCODERS.items()
    }
    outcomes: Counter[str] = Counter()
    for i in range(seed, seed + count):
        name, change, data = mutant(i)
        os.write(1, f"{i} {name} {change}\n".encode())
        outcomes[outcome(data, originals[name])] += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    os.write(1, json.dumps({"peak": peak, **outcomes}).encode())


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
