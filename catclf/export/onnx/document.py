"""The whole ONNX file: from images to probabilities, logits and labels."""

from typing import Any

import numpy as np

from catclf._version import __version__
from catclf.export.onnx.any_size import prepare
from catclf.export.onnx.features import add_features
from catclf.export.onnx.graph import OPSET, Graph, Value, number
from catclf.model import Model

INPUT = "image"
OUTPUTS = ("probability", "logit", "label")

# The oldest format of the file that has these operators.
_IR_VERSION = 6


def onnx_file(model: Model, properties: dict[str, str], *, any_size: bool = False) -> bytes:
    """Write a model as an ONNX file.

    Its input `image` is uint8 (batch, side, side, 3), red, green and blue, resized as `catclf` does
    it, or (1, height, width, 3); its outputs `probability` and `logit` are float32 (batch,),
    `label` is text (batch,).

    Parameters
    ----------
    model : Model
        The model.
    properties : dict of str to str
        What the file's metadata say.
    any_size : bool
        Whether it takes one image of any size, and resizes it itself.

    Returns
    -------
    bytes
        The same for the same model.

    Raises
    ------
    ExportError
        If its features cannot be expressed.
    """
    from onnx import TensorProto, helper

    network = _network(model)
    graph = Graph(network.opset_import[0].version if network else OPSET)
    side = model.preprocessing.side
    shape: list[str | int | None] = ["batch", side, side, 3]
    image = INPUT
    if any_size:
        shape = [1, "height", "width", 3]
        image = prepare(graph, INPUT, model.preprocessing)
    _fill(graph, model, image)
    of_outputs = (
        (TensorProto.FLOAT, f"probability that the image is {model.positive}"),
        (TensorProto.FLOAT, "logit z = wᵀx + b; the probability is 1 / (1 + exp(-z))"),
        (TensorProto.STRING, f"{model.positive} from {model.threshold:.6g} on"),
    )
    document = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "catclf",
            [
                helper.make_tensor_value_info(
                    INPUT,
                    TensorProto.UINT8,
                    shape,
                    "images as RGB bytes, rows from top to bottom",
                )
            ],
            [
                helper.make_tensor_value_info(name, kind, shape[:1], about)
                for name, (kind, about) in zip(OUTPUTS, of_outputs, strict=True)
            ],
            graph.tensors,
            doc_string=f"logistic regression on {model.features.name}",
        ),
        opset_imports=[helper.make_opsetid("", graph.opset)],
        ir_version=max(_IR_VERSION, network.ir_version) if network else _IR_VERSION,
        producer_name="catclf",
        producer_version=__version__,
        doc_string="Tells cats from other images; its metadata say how images are resized.",
    )
    if network:
        given = {entry.key: entry.value for entry in network.metadata_props}
        properties = properties | {f"encoder.{key}": text for key, text in given.items()}
    helper.set_model_props(document, properties)
    data: bytes = document.SerializeToString(deterministic=True)
    return data


def _network(model: Model) -> Any:
    """The graph of the model's encoder, if it has one: its operators set the version of all."""
    import onnx

    encoder = model.features.encoder
    return onnx.load_model_from_string(encoder.file) if encoder else None


def _fill(graph: Graph, model: Model, images: Value) -> None:
    """Add all that follows the resizing."""
    rows = _rows(graph, model, images)  # (m, n_x)
    Z = graph.add("Add", graph.add("MatMul", rows, number(model.w)), number(model.b))  # (m, 1)
    A = graph.add("Sigmoid", Z)
    is_negative = graph.add("Less", A, number(model.threshold))
    names = [np.array(name, object) for name in (model.negative, model.positive)]
    labels = graph.add("Where", is_negative, *names)
    for output, column in zip(OUTPUTS, (A, Z, labels), strict=True):
        graph.add("Reshape", column, np.array([-1], np.int64), output=output)  # (m,)


def _rows(graph: Graph, model: Model, images: Value) -> Value:
    """Feature rows (m, n_x); for a model that flips, means with those of the mirror images."""
    if not model.flip:
        return add_features(graph, model.features, images)
    mirrored = graph.cut(images, 2, -1, -1, step=-1)
    both = add_features(graph, model.features, graph.add("Concat", images, mirrored, axis=0))
    pairs = graph.reshape(both, 2, -1, model.features.n_x)  # (2, m, n_x)
    mean = graph.add("Mul", graph.sum(pairs, 0), number(0.5))  # (1, m, n_x)
    return graph.reshape(mean, -1, model.features.n_x)
