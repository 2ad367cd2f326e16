"""What is let in and what is not; the checker of the `onnx` package is the oracle for validity."""

import time
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("onnx")

import numpy as np
import onnx
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from catclf.encoders import admission, attributes
from catclf.encoders.admission import Tensor, admit
from catclf.encoders.operators import NEWEST_OPSET, OLDEST_OPSET, operators
from catclf.errors import EncoderError
from tests.conftest import shared
from tests.encoders.graphs import (
    ENCODERS,
    OPSET,
    convolution,
    data_of,
    floats,
    ints,
    model,
    node,
    normalised_inside,
)
from tests.encoders.mutants import mutant

Change = Callable[[Any], None]


def is_valid(data: bytes) -> bool:
    """Whether the checker of the `onnx` package finds nothing wrong."""
    try:
        onnx.checker.check_model(data)
    except Exception:
        return False
    return True


@pytest.mark.parametrize("name", ENCODERS)
def test_admits_what_networks_are_made_of(name: str) -> None:
    admit(data_of(ENCODERS[name]()))


def test_tells_input_output_and_metadata() -> None:
    data = data_of(convolution(metadata={"mean": "0.5,0.5,0.5", "licence": "αβγ"}))
    graph = admit(data)
    assert graph.input == Tensor("image", "float32", (None, 3, 16, 16))
    assert graph.output == Tensor("features", "float32", (None, 5))
    assert graph.metadata == {"mean": "0.5,0.5,0.5", "licence": "αβγ"}
    assert admit(data_of(normalised_inside())).input == Tensor("image", "uint8", (None, 16, 16, 3))


@pytest.mark.real_data
@pytest.mark.parametrize("kind", ["features", "features-uint8", "features-int8"])
def test_admits_real_encoders_in_a_moment(kind: str) -> None:
    data = shared("encoders", f"efficientnet-lite0-{kind}.onnx").read_bytes()
    started = time.perf_counter()
    graph = admit(data)
    assert time.perf_counter() - started < 0.5  # measured: 6 and 18 ms
    assert graph.output.shape == (None, 1280)


def type_of(attribute: Any) -> str:
    """The type of an attribute in a schema of the `onnx` package."""
    name: str = attribute.type.name
    return name.lower()


def in_all_opsets(name: str) -> list[tuple[int, Any]]:
    return [
        (opset, onnx.defs.get_schema(name, opset, ""))
        for opset in range(OLDEST_OPSET, min(NEWEST_OPSET, onnx.defs.onnx_opset_version()) + 1)
        if name in operators(opset)
    ]


# What the standard leaves open. Without it, some versions of onnxruntime crash.
STRICTER = {"Transpose": {"perm"}}


@pytest.mark.parametrize("name", sorted(operators(NEWEST_OPSET)))
def test_operators_are_those_of_the_standard(name: str) -> None:
    for opset, schema in in_all_opsets(name):
        admitted = operators(opset)[name]
        assert not schema.deprecated
        assert admitted.inputs.start == schema.min_input
        assert admitted.inputs.stop - 1 <= schema.max_input
        assert schema.min_output <= admitted.outputs.start
        assert admitted.outputs.stop - 1 <= schema.max_output
        types = {key: type_of(a) for key, a in schema.attributes.items()}
        assert admitted.attributes.items() <= types.items()
        required = {key for key, a in schema.attributes.items() if a.required}
        assert admitted.required == required | STRICTER.get(name, set())


def test_no_operator_is_admitted_that_loops_draws_reads_or_holds_a_graph() -> None:
    names = {
        schema.name
        for schema in onnx.defs.get_all_schemas_with_history()
        if any(type_of(a) in ("graph", "graphs") for a in schema.attributes.values())
        or schema.name.startswith(("Random", "Sequence", "String", "Optional"))
        or schema.name in ("Bernoulli", "Multinomial", "NonZero", "Range", "DynamicQuantizeLinear")
    }
    assert "Loop" in names
    assert "RandomNormal" in names
    assert not names & set(operators(NEWEST_OPSET))


def with_operator(op_type: str, domain: str = "", **attributes: Any) -> Change:
    """Puts an operator between the image and the rest."""

    def change(made: Any) -> None:
        inserted = helper.make_node(op_type, ["image"], ["changed"], domain=domain, **attributes)
        made.graph.node.insert(0, inserted)
        made.graph.node[1].input[0] = "changed"

    return change


def with_condition(made: Any) -> None:
    made.graph.initializer.append(numpy_helper.from_array(np.array(True), "yes"))
    branch = helper.make_graph(
        [node("Identity", "image", "chosen")],
        "branch",
        [],
        [helper.make_tensor_value_info("chosen", TensorProto.FLOAT, None)],
    )
    chosen = node("If", "yes", "changed", then_branch=branch, else_branch=branch)
    made.graph.node.insert(0, chosen)
    made.graph.node[1].input[0] = "changed"


def with_loop(made: Any) -> None:
    made.graph.initializer.append(numpy_helper.from_array(np.array(2**62), "count"))
    body = helper.make_graph(
        [node("Identity", "go", "again"), node("Identity", "value", "next")],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("value", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("again", TensorProto.BOOL, []),
            helper.make_tensor_value_info("next", TensorProto.FLOAT, None),
        ],
    )
    loop = helper.make_node("Loop", ["count", "", "image"], ["changed"], body=body)
    made.graph.node.insert(0, loop)
    made.graph.node[1].input[0] = "changed"


def with_function(made: Any) -> None:
    made.functions.append(
        helper.make_function(
            "local", "Same", ["x"], ["y"], [node("Identity", "x", "y")], made.opset_import
        )
    )


def with_domain(made: Any) -> None:
    made.opset_import.append(helper.make_opsetid("com.microsoft", 1))


def with_sparse_tensor(made: Any) -> None:
    values = numpy_helper.from_array(floats(1), "sparse")
    indices = numpy_helper.from_array(ints(2), "indices")
    made.graph.sparse_initializer.append(helper.make_sparse_tensor(values, indices, [9]))


def with_training(made: Any) -> None:
    made.training_info.add().algorithm.CopyFrom(
        helper.make_graph([node("Identity", "kernel", "trained")], "training", [], [])
    )


def with_second_input(made: Any) -> None:
    made.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, ["n", 2]))


def with_second_output(made: Any) -> None:
    made.graph.output.append(
        helper.make_tensor_value_info("pooled", TensorProto.FLOAT, ["n", 5, 1, 1])
    )


def with_fixed_batch(made: Any) -> None:
    made.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1


def with_variable_side(made: Any) -> None:
    made.graph.input[0].type.tensor_type.shape.dim[2].dim_param = "height"


def with_variable_features(made: Any) -> None:
    made.graph.output[0].type.tensor_type.shape.dim[1].Clear()


def with_doubles(made: Any) -> None:
    made.graph.node[-1].output[0] = "floats"
    made.graph.node.append(node("Cast", "floats", "features", to=TensorProto.DOUBLE))
    made.graph.output[0].type.tensor_type.elem_type = TensorProto.DOUBLE


def with_text(made: Any) -> None:
    made.graph.initializer.append(numpy_helper.from_array(np.array(["x"], object), "text"))


def with_empty_tensor(made: Any) -> None:
    made.graph.initializer.append(numpy_helper.from_array(floats(0, 3), "empty"))


def with_old_opset(made: Any) -> None:
    made.opset_import[0].version = 9


def without_kernel_shape(made: Any) -> None:
    del made.graph.node[0].attribute[:]


def with_annotation(made: Any) -> None:
    made.graph.quantization_annotation.add().tensor_name = "kernel"


FORBIDDEN: list[tuple[Change, str]] = [
    (with_condition, "a graph in an operator"),
    (with_loop, "a graph in an operator"),
    (with_operator("NonZero"), "uses the operator NonZero, which is not admitted"),
    (with_operator("RandomNormalLike"), "uses the operator RandomNormalLike"),
    (with_operator("Bernoulli"), "uses the operator Bernoulli"),
    (with_function, "functions"),
    (with_domain, "uses operators of com.microsoft"),
    (with_sparse_tensor, "sparse tensors"),
    (with_training, "training_info"),
    (with_second_input, "2 inputs and 1 outputs"),
    (with_second_output, "1 inputs and 2 outputs"),
    (with_fixed_batch, "input for a fixed number of images"),
    (with_variable_side, "input with a variable or extreme size"),
    (with_variable_features, "output with a variable or extreme size"),
    (with_doubles, "output that is neither uint8 nor float32"),
    (with_text, "a tensor of text"),
    (with_empty_tensor, "a tensor whose shape is empty"),
    (with_old_opset, "uses opset 9; export it with one from 11 to 22"),
    (without_kernel_shape, "uses Conv without kernel_shape"),
    (with_annotation, "an annotation of quantisation"),
]


@pytest.mark.parametrize(("change", "reason"), FORBIDDEN, ids=lambda x: getattr(x, "__name__", ""))
def test_refuses_valid_onnx_that_is_no_plain_network(change: Change, reason: str) -> None:
    made = convolution()
    change(made)
    data = data_of(made)
    with pytest.raises(EncoderError, match=reason):
        admit(data)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("strides", [0, 1]),  # some versions of onnxruntime divide by it
        ("strides", [1, -1]),
        ("kernel_shape", [2**31, 3]),
        ("pads", [-1, 0, 0, 0]),
        ("group", 0),
        ("dilations", [1] * 9),
    ],
)
def test_refuses_attributes_out_of_bounds(name: str, value: Any) -> None:
    made = convolution()
    convolving = made.graph.node[0]
    kept = [a for a in convolving.attribute if a.name != name]
    del convolving.attribute[:]
    convolving.attribute.extend([*kept, helper.make_attribute(name, value)])
    data = data_of(made)
    with pytest.raises(EncoderError, match=f"uses Conv with {name} out of bounds"):
        admit(data)


def test_every_integer_of_an_operator_has_bounds() -> None:
    for opset in range(OLDEST_OPSET, NEWEST_OPSET + 1):
        for operator in operators(opset).values():
            for name, kind in operator.attributes.items():
                assert kind not in ("int", "ints") or name in attributes._BOUNDS


def test_refuses_operators_of_other_domains() -> None:
    # The checker needs the domain to be imported, which is refused first.
    made = convolution()
    with_operator("Gelu", "com.microsoft")(made)
    with pytest.raises(EncoderError, match=r"an operator of com\.microsoft, which is not admitted"):
        admit(made.SerializeToString())


def test_refuses_external_data() -> None:
    made = convolution()
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"
    with pytest.raises(EncoderError, match="external data"):
        admit(made.SerializeToString())
    del tensor.external_data[:]
    with pytest.raises(EncoderError, match="external data"):
        admit(made.SerializeToString())


def resize_kernel(made: Any) -> None:
    made.graph.initializer[0].dims[0] = 6


def use_before_made(made: Any) -> None:
    made.graph.node[0].input[0] = "positive"


def make_twice(made: Any) -> None:
    made.graph.node[1].output[0] = "responses"


def repeat_attribute(made: Any) -> None:
    made.graph.node[0].attribute.append(made.graph.node[0].attribute[0])


def mistype_attribute(made: Any) -> None:
    made.graph.node[0].attribute.append(helper.make_attribute("group", 1.5))


def forget_attribute(made: Any) -> None:
    made.graph.node.insert(1, node("MaxPool", "responses", "unused"))


def invent_attribute(made: Any) -> None:
    made.graph.node[0].attribute.append(helper.make_attribute("speed", 1))


def forget_input(made: Any) -> None:
    del made.graph.node[0].input[1:]


def omit_input(made: Any) -> None:
    made.graph.node[0].input[1] = ""


def repeat_name(made: Any) -> None:
    made.graph.initializer.append(made.graph.initializer[0])


def forget_name(made: Any) -> None:
    made.graph.name = ""


def mix_numbers(made: Any) -> None:
    made.graph.initializer[0].float_data.append(1.0)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (use_before_made, "positive is used before it is made"),
        (make_twice, "responses is made twice"),
        (repeat_attribute, "Conv has an attribute twice"),
        (mistype_attribute, "the attribute group of Conv has the wrong type"),
        (forget_attribute, "MaxPool has an attribute twice, or lacks one"),
        (invent_attribute, "uses Conv with speed"),
        (forget_input, "uses Conv with inputs or outputs"),
        (omit_input, "uses Conv with inputs or outputs"),
        (repeat_name, "two tensors have the same name"),
        (forget_name, "its graph has no name"),
        (mix_numbers, "a tensor in it has no numbers of its type"),
    ],
)
def test_refuses_what_the_checker_refuses(change: Change, reason: str) -> None:
    made = convolution()
    change(made)
    data = made.SerializeToString()
    assert not is_valid(data)
    with pytest.raises(EncoderError, match=reason):
        admit(data)


def test_refuses_a_tensor_of_another_size() -> None:
    """The checker refuses it too, but only that of newer versions of onnx."""
    made = convolution()
    resize_kernel(made)
    with pytest.raises(EncoderError, match="the size of a tensor belies its shape"):
        admit(made.SerializeToString())


def test_what_is_admitted_is_valid() -> None:
    """Of mutants, the checker finds nothing wrong with those that are admitted."""
    admitted = 0
    for seed in range(1500):
        data = mutant(seed)[2]
        try:
            admit(data)
        except EncoderError:
            continue
        admitted += 1
        assert is_valid(data), f"mutant {seed}"
    assert admitted > 200


UNARY = "Relu Sigmoid Tanh Erf Abs Neg Exp Sqrt Floor HardSwish Softplus Identity".split()
BINARY = "Add Sub Mul Div Max Min Pow".split()


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_random_networks_are_admitted_and_valid(draws: st.DataObject) -> None:
    names, nodes = ["image", "weights"], []
    for i in range(draws.draw(st.integers(1, 12))):
        operator = draws.draw(st.sampled_from(UNARY + BINARY))
        inputs = [draws.draw(st.sampled_from(names)) for _ in range(1 + (operator in BINARY))]
        nodes.append(node(operator, " ".join(inputs), f"v{i}"))
        names.append(f"v{i}")
    nodes.append(node("ReduceMean", names[-1], "features", axes=[2, 3], keepdims=0))
    made = model(nodes, {"weights": floats(1, 3, 1, 1)}, output=["images", 3], opset=OPSET)
    assert admit(data_of(made)).output.shape == (None, 3)


@given(st.binary(max_size=200))
def test_refuses_arbitrary_bytes(data: bytes) -> None:
    with pytest.raises(EncoderError):
        admit(data)


@pytest.mark.parametrize("numbers", [floats(4), ints(1, -2, 300), np.array([1, 2], np.uint8)])
def test_admits_numbers_in_typed_fields(numbers: Any) -> None:
    made = convolution()
    dtype = helper.np_dtype_to_tensor_dtype(numbers.dtype)
    tensor = helper.make_tensor("numbers", dtype, numbers.shape, numbers)
    made.graph.initializer.append(tensor)
    admit(data_of(made))
    tensor.dims[0] += 1
    made.graph.initializer[-1].CopyFrom(tensor)
    with pytest.raises(EncoderError, match="belies its shape"):
        admit(made.SerializeToString())


def test_bounds_the_work_that_hostile_bytes_can_cause() -> None:
    nodes = b"\x0a\x00" * 3_000_000  # empty nodes, two bytes each
    graph = bytes([0x3A]) + varint(len(nodes)) + nodes
    started = time.perf_counter()
    with pytest.raises(EncoderError, match="more than 200000 fields"):
        admit(graph)
    packed = bytes([0x0A, 0x80, 0x80, 0x80, 0x01]) + bytes(2**21)
    with pytest.raises(EncoderError):
        admit(packed)
    assert time.perf_counter() - started < 10


def test_bounds_the_size_of_the_file_and_of_its_tensors(monkeypatch: pytest.MonkeyPatch) -> None:
    data = data_of(convolution())
    monkeypatch.setattr(admission, "LARGEST_FILE", 500)
    with pytest.raises(EncoderError, match="is larger than 0 MB"):
        admit(data)
    monkeypatch.setattr(admission, "LARGEST_FILE", 500 * 2**20)
    assert admit(data)


def test_names_in_errors_are_safe_to_print() -> None:
    made = convolution()
    made.graph.node[0].op_type = "\x1b[2J" + "x" * 100
    with pytest.raises(EncoderError) as raised:
        admit(made.SerializeToString())
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 120


def varint(value: int) -> bytes:
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])
