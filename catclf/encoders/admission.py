"""What is let in as an encoder: one strict walk over the bytes of an ONNX file.

A file may come from anybody, and what runs it is a large program in C++. So the file must be a
plain feed-forward network: known fields, known operators with known attributes, numbers within the
file, one image in and one tensor out, all sizes fixed but the number of images. Everything else is
refused, valid ONNX or not.
"""

from typing import Any, NamedTuple

from catclf.encoders.attributes import check_attribute
from catclf.encoders.onnx_messages import MODEL
from catclf.encoders.operators import NEWEST_OPSET, OLDEST_OPSET, Operator, operators
from catclf.encoders.tensors import FLOAT32, UINT8, tensor_bytes
from catclf.encoders.wire import Decoder, Values
from catclf.errors import EncoderError

LARGEST_FILE = 500 * 2**20
"""Bytes of the largest file that is admitted; also of all tensors in it together."""

_OLDEST_IR, _NEWEST_IR = 4, 13  # versions of the file format; in older ones weights are inputs
_MOST_NODES = 10_000
_MOST_AXES = 8
_LONGEST_AXIS = 2**20
_LONGEST_NAME = 1000
_LONGEST_SHOWN = 60

# Of a convolution, one of these must be there, although the standard does not ask for it: without
# any, some versions of onnxruntime end the process if the input has too few axes.
_NUMBERS_OF_AXES = ("kernel_shape", "strides", "dilations")

_DEFAULT_DOMAIN = ("", "ai.onnx")
_ELEMENT_TYPES = {UINT8: "uint8", FLOAT32: "float32"}


class Tensor(NamedTuple):
    """An input or output.

    Parameters
    ----------
    name : str
        Its name in the file.
    dtype : {"uint8", "float32"}
        Type of its numbers.
    shape : tuple
        Length of each axis; None for the first, the number of images.
    """

    name: str
    dtype: str
    shape: tuple[int | None, ...]


class Graph(NamedTuple):
    """What a caller must know of a network that was admitted.

    Parameters
    ----------
    input, output : Tensor
        The only ones.
    metadata : dict
        What the file says of itself, texts by keys.
    """

    input: Tensor
    output: Tensor
    metadata: dict[str, str]


def admit(data: bytes) -> Graph:
    """Check that a file holds a plain feed-forward network, and tell what goes in and out.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    Graph
        Its input, output and metadata.

    Raises
    ------
    EncoderError
        If it is anything else. The text is the reason, to stand after the file's name.
    """
    if len(data) > LARGEST_FILE:
        raise EncoderError(f"is larger than {LARGEST_FILE >> 20} MB, the most that is admitted")
    model = Decoder().decode(memoryview(data), MODEL)
    graph = model.get("graph")
    if graph is None:
        raise EncoderError("is not an ONNX file, or has no graph")
    if not _OLDEST_IR <= model.get("ir_version", 0) <= _NEWEST_IR:
        raise EncoderError(
            f"has version {model.get('ir_version', 0)} of the ONNX format; "
            f"export it with a version from {_OLDEST_IR} to {_NEWEST_IR}"
        )
    if not graph.get("name"):
        raise _invalid("its graph has no name")
    admitted = operators(_opset(model["opset_import"]))
    constants = _constants(graph, admitted)
    given = [value for value in graph["input"] if value.get("name") not in constants]
    if len(given) != 1 or len(graph["output"]) != 1:
        raise EncoderError(
            f"has {len(given)} inputs and {len(graph['output'])} outputs; "
            "an encoder has one of each: export only the features"
        )
    image, features = _tensor(given[0], "input"), _tensor(graph["output"][0], "output")
    if features.dtype != "float32":
        raise EncoderError(f"has an output of type {features.dtype}; export it with float32")
    _check_order(graph, {*constants, image.name}, features.name)
    return Graph(image, features, _metadata(model["metadata_props"]))


def shown(text: str, longest: int = _LONGEST_SHOWN) -> str:
    """A text from a file, short and without characters that a terminal would obey."""
    printable = "".join(c if c.isprintable() else "?" for c in text[:longest])
    return printable + "…" * (len(text) > longest)


def _opset(imports: list[Values]) -> int:
    """The version of the operator set that the file uses."""
    for entry in imports:
        if entry.get("domain", "") not in _DEFAULT_DOMAIN:
            raise EncoderError(
                f"uses operators of {shown(entry['domain'])}; only standard ones are admitted"
            )
    if len(imports) != 1:
        raise _invalid("it does not import one set of operators")
    version: int = imports[0].get("version", 0)
    if not OLDEST_OPSET <= version <= NEWEST_OPSET:
        raise EncoderError(
            f"uses opset {version}; export it with one from {OLDEST_OPSET} to {NEWEST_OPSET}"
        )
    return version


def _constants(graph: Values, admitted: dict[str, Operator]) -> set[str]:
    """Names of the initializers, after nodes and tensors were checked."""
    names = [_name(tensor) for tensor in graph["initializer"]]
    if len(set(names)) < len(names):
        raise _invalid("two tensors have the same name")
    tensors = list(graph["initializer"])
    if len(graph["node"]) > _MOST_NODES:
        raise EncoderError(f"has more than {_MOST_NODES} operators, which no encoder needs")
    for node in graph["node"]:
        operator = _check_node(node, admitted)
        for attribute in node["attribute"]:
            if operator.attributes[attribute["name"]] == "tensor":
                tensors.append(attribute["t"])
    if sum(tensor_bytes(tensor) for tensor in tensors) > LARGEST_FILE:
        raise EncoderError(f"has more than {LARGEST_FILE >> 20} MB of tensors")
    return set(names)


def _check_node(node: Values, admitted: dict[str, Operator]) -> Operator:
    """Check that a node is an operator which is admitted, used as the standard says."""
    op_type = node.get("op_type", "")
    if node.get("domain", "") not in _DEFAULT_DOMAIN:
        raise EncoderError(f"uses an operator of {shown(node['domain'])}, which is not admitted")
    operator = admitted.get(op_type)
    if operator is None:
        raise EncoderError(f"uses the operator {shown(op_type)}, which is not admitted")
    inputs, outputs = node["input"], node["output"]
    required = len(inputs) if operator.inputs.stop > 10 else operator.inputs.start
    if (
        len(inputs) not in operator.inputs
        or len(outputs) not in operator.outputs
        or not all(inputs[:required])
        or not all(outputs)
    ):
        raise EncoderError(f"uses {op_type} with inputs or outputs that are not admitted")
    names = [attribute.get("name", "") for attribute in node["attribute"]]
    if len(set(names)) < len(names) or not operator.required <= set(names):
        raise _invalid(f"{op_type} has an attribute twice, or lacks one")
    if op_type == "Constant" and len(names) != 1:
        raise _invalid("Constant has not one value")
    for name, attribute in zip(names, node["attribute"], strict=True):
        if name not in operator.attributes:
            raise EncoderError(f"uses {op_type} with {shown(name)}, which is not admitted")
        check_attribute(op_type, name, attribute, operator.attributes[name])
    if op_type in ("Conv", "QLinearConv") and not any(
        attribute["name"] in _NUMBERS_OF_AXES and attribute["ints"]
        for attribute in node["attribute"]
    ):
        raise EncoderError(f"uses {op_type} without kernel_shape; export it with kernel_shape")
    return operator


def _check_order(graph: Values, known: set[str], result: str) -> None:
    """Check that each value is made once, before it is used, and that the output is made."""
    made: set[str] = set()
    for node in graph["node"]:
        for name in node["input"]:
            if name and name not in known and name not in made:
                raise _invalid(f"{shown(name)} is used before it is made")
        for name in node["output"]:
            if name in known or name in made:
                raise _invalid(f"{shown(name)} is made twice")
            made.add(name)
    if result not in made:
        raise _invalid("no operator makes its output")


def _tensor(value: Values, role: str) -> Tensor:
    """The name, type and shape of the input or output."""
    tensor_type = value.get("type", {}).get("tensor_type", {})
    dtype = _ELEMENT_TYPES.get(tensor_type.get("elem_type", 0))
    if dtype is None:
        raise EncoderError(f"has an {role} that is neither uint8 nor float32; export it as float32")
    dims = tensor_type.get("shape", {}).get("dim", [])
    if not 2 <= len(dims) <= _MOST_AXES:
        raise EncoderError(f"has an {role} without a shape (images, …); export it with one")
    if "dim_value" in dims[0]:
        raise EncoderError(
            f"has an {role} for a fixed number of images; export it with a dynamic first axis"
        )
    lengths: list[Any] = [dim.get("dim_value") for dim in dims[1:]]
    if not all(length is not None and 1 <= length <= _LONGEST_AXIS for length in lengths):
        raise EncoderError(
            f"has an {role} with a variable or extreme size; "
            "export it with all sizes fixed but the number of images"
        )
    if any("dim_param" in dim for dim in dims[1:]):
        raise _invalid(f"an axis of its {role} is both fixed and variable")
    return Tensor(_name(value), dtype, (None, *lengths))


def _name(part: Values) -> str:
    name: str = part.get("name", "")
    if not 0 < len(name) <= _LONGEST_NAME:
        raise _invalid("something in it has no name, or a very long one")
    return name


def _metadata(entries: list[Values]) -> dict[str, str]:
    metadata = {entry.get("key", ""): entry.get("value", "") for entry in entries}
    if len(metadata) < len(entries):
        raise _invalid("it has two texts under one key")
    return metadata


def _invalid(reason: str) -> EncoderError:
    return EncoderError(f"is not a valid ONNX file: {reason}")
