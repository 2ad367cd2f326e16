"""Small encoders, made with the `onnx` package."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

SIDE = 16
IR_VERSION = 8
OPSET = 17

Shape = Sequence[int | str | None]


def model(
    nodes: Sequence[Any],
    weights: dict[str, NDArray[Any]],
    *,
    output: Shape,
    dtype: int = TensorProto.FLOAT,
    side: int = SIDE,
    opset: int = OPSET,
    metadata: dict[str, str] | None = None,
) -> Any:
    """A model from `image`, NHWC if its type is uint8 and else NCHW, to `features`."""
    shape: Shape = ["images", 3, side, side]
    if dtype == TensorProto.UINT8:
        shape = ["images", side, side, 3]
    graph = helper.make_graph(
        nodes,
        "encoder",
        [helper.make_tensor_value_info("image", dtype, shape)],
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, output)],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    made.ir_version = IR_VERSION
    helper.set_model_props(made, metadata or {})
    return made


def node(op_type: str, inputs: str, output: str, **attributes: Any) -> Any:
    """An operator; the names of its inputs and outputs are divided by spaces."""
    return helper.make_node(op_type, inputs.split(), output.split(), **attributes)


def floats(*shape: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def ints(*values: int) -> NDArray[np.int64]:
    return np.array(values, np.int64)


def convolution(**options: Any) -> Any:
    """Conv, Relu and a mean: 5 features, which `tests/encoders/test_encoder.py` computes too."""
    nodes = [
        node("Conv", "image kernel bias", "responses", strides=[2, 2], pads=[0, 0, 1, 1]),
        node("Relu", "responses", "positive"),
        node("GlobalAveragePool", "positive", "pooled"),
        node("Flatten", "pooled", "features"),
    ]
    weights = {"kernel": floats(5, 3, 3, 3), "bias": floats(5, seed=1)}
    return model(nodes, weights, output=["images", 5], **options)


def feature_map(**options: Any) -> Any:
    """The same up to the map: (images, 5, 8, 8)."""
    made = convolution(**options)
    del made.graph.node[2:]
    made.graph.node[1].output[0] = "features"
    dims = made.graph.output[0].type.tensor_type.shape.dim
    dims.add().dim_value = 8
    dims.add().dim_value = 8
    return made


def normalised_inside() -> Any:
    """A network for uint8, which subtracts and divides by itself."""
    nodes = [
        node("Cast", "image", "floats", to=TensorProto.FLOAT),
        node("Transpose", "floats", "planes", perm=[0, 3, 1, 2]),
        node("Sub", "planes mean", "centred"),
        node("Div", "centred deviation", "normalised"),
        node("Conv", "normalised kernel", "responses", group=1, kernel_shape=[3, 3]),
        node("Clip", "responses low high", "clipped"),
        node("ReduceMean", "clipped", "features", axes=[2, 3], keepdims=0),
    ]
    weights: dict[str, NDArray[Any]] = {
        "mean": np.full((1, 3, 1, 1), 127, np.float32),
        "deviation": np.full((1, 3, 1, 1), 128, np.float32),
        "kernel": floats(4, 3, 3, 3),
        "low": np.array(0, np.float32),
        "high": np.array(6, np.float32),
    }
    return model(nodes, weights, output=["images", 4], dtype=TensorProto.UINT8)


def residual() -> Any:
    """What ResNet, MobileNet and EfficientNet are made of."""
    nodes = [
        node("Conv", "image kernel", "a", kernel_shape=[3, 3], pads=[1] * 4, auto_pad="NOTSET"),
        node("BatchNormalization", "a scale shift mean variance", "b", epsilon=1e-5),
        node("HardSwish", "b", "c"),
        node("Conv", "c depthwise", "d", group=4, pads=[1, 1, 1, 1], dilations=[1, 1]),
        node("GlobalAveragePool", "d", "e"),
        node("HardSigmoid", "e", "f", alpha=0.2),
        node("Mul", "d f", "g"),
        node("Add", "g c", "h"),
        node("MaxPool", "h", "i", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
        node("Pad", "i pads", "j", mode="constant"),
        node("AveragePool", "j", "k", kernel_shape=[3, 3], strides=[2, 2], count_include_pad=1),
        node("PRelu", "k slope", "l"),
        node("Split", "l halves", "m n", axis=1),
        node("Concat", "m n m", "o", axis=1),
        node("ReduceMean", "o", "p", axes=[2, 3], keepdims=0),
        node("Gemm", "p matrix offset", "q", transB=1, alpha=1.0),
        node("Sigmoid", "q", "features"),
    ]
    weights: dict[str, NDArray[Any]] = {
        "kernel": floats(4, 3, 3, 3),
        "scale": np.ones(4, np.float32),
        "shift": floats(4, seed=1),
        "mean": floats(4, seed=2),
        "variance": np.ones(4, np.float32),
        "depthwise": floats(4, 1, 3, 3, seed=3),
        "pads": ints(0, 0, 1, 1, 0, 0, 1, 1),
        "slope": floats(4, 1, 1, seed=4),
        "halves": ints(2, 2),
        "matrix": floats(7, 6, seed=5),
        "offset": floats(7, seed=6),
    }
    return model(nodes, weights, output=["images", 7])


def transformer() -> Any:
    """A small vision transformer, with the shapes computed as exporters do."""
    nodes = [
        node("Conv", "image kernel bias", "patches", strides=[4, 4], kernel_shape=[4, 4]),
        node("Shape", "patches", "shape"),
        node("Slice", "shape zero one", "count"),
        node("Concat", "count eight minus", "flat_shape", axis=0),
        node("Reshape", "patches flat_shape", "flat", allowzero=0),
        node("Transpose", "flat", "tokens", perm=[0, 2, 1]),
        node("Concat", "count ones", "class_shape", axis=0),
        node("ConstantOfShape", "two", "filled", value=helper.make_tensor("v", 7, [1], [1])),
        node("Unsqueeze", "filled zero", "unused"),
        node("Expand", "class_token class_shape", "class_tokens"),
        node("Concat", "class_tokens tokens", "sequence", axis=1),
        node("Add", "sequence positions", "x"),
        node("LayerNormalization", "x scale shift", "normal", axis=-1, epsilon=1e-6),
        node("MatMul", "normal query", "q"),
        node("MatMul", "normal key", "k"),
        node("Transpose", "k", "kt", perm=[0, 2, 1]),
        node("MatMul", "q kt", "scores"),
        node("Constant", "", "root", value_float=2.8),
        node("Div", "scores root", "scaled"),
        node("Softmax", "scaled", "attention", axis=-1),
        node("MatMul", "attention normal", "mixed"),
        node("Add", "mixed x", "y"),
        node("Div", "y root", "z"),
        node("Erf", "z", "erf"),
        node("Mul", "y erf", "gelu"),
        node("Pow", "gelu square", "power"),
        node("Sqrt", "power", "positive"),
        node("Where", "yes positive gelu", "chosen"),
        node("Cast", "chosen", "cast", to=TensorProto.FLOAT),
        node("Gather", "cast first", "gathered", axis=1),
        node("Squeeze", "gathered one", "features"),
    ]
    weights: dict[str, NDArray[Any]] = {
        "kernel": floats(8, 3, 4, 4),
        "bias": floats(8, seed=1),
        "zero": ints(0),
        "one": ints(1),
        "two": ints(2),
        "eight": ints(8),
        "minus": ints(-1),
        "ones": ints(1, 8),
        "class_token": floats(1, 1, 8, seed=2),
        "positions": floats(1, 17, 8, seed=3),
        "scale": np.ones(8, np.float32),
        "shift": np.zeros(8, np.float32),
        "query": floats(8, 8, seed=4),
        "key": floats(8, 8, seed=5),
        "square": np.array(2, np.float32),
        "yes": np.array([True]),
        "first": ints(0),
    }
    return model(nodes, weights, output=["images", 8])


def quantised() -> Any:
    """Quantised with scales and zero points, as by static quantisation."""
    nodes = [
        node("QuantizeLinear", "image scale zero", "image_q"),
        node("DequantizeLinear", "image_q scale zero", "image_d"),
        node("DequantizeLinear", "kernel scales zeros", "kernel_d", axis=0),
        node("DequantizeLinear", "bias bias_scales bias_zeros", "bias_d", axis=0),
        node("Conv", "image_d kernel_d bias_d", "a", strides=[2, 2]),
        node("QuantizeLinear", "a scale zero", "a_q"),
        node("DequantizeLinear", "a_q scale zero", "a_d"),
        node("GlobalAveragePool", "a_d", "b"),
        node("Flatten", "b", "features", axis=1),
    ]
    rng = np.random.default_rng(0)
    weights: dict[str, NDArray[Any]] = {
        "scale": np.array(0.05, np.float32),
        "zero": np.array(128, np.uint8),
        "kernel": rng.integers(-128, 128, (6, 3, 3, 3)).astype(np.int8),
        "scales": np.full(6, 0.01, np.float32),
        "zeros": np.zeros(6, np.int8),
        "bias": rng.integers(-1000, 1000, 6).astype(np.int32),
        "bias_scales": np.full(6, 0.0005, np.float32),
        "bias_zeros": np.zeros(6, np.int32),
    }
    return model(nodes, weights, output=["images", 6])


ENCODERS = {
    made.__name__: made
    for made in (convolution, normalised_inside, residual, transformer, quantised)
}
"""Builders of encoders that are valid and admitted, by name."""


def data_of(made: Any) -> bytes:
    """The bytes of a model, which the checker of the `onnx` package finds valid."""
    onnx.checker.check_model(made)
    data: bytes = made.SerializeToString()
    return data
