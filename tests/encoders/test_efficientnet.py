from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from catclf.encoders.efficientnet import LITE0, LITE1, LITE2, STAGES, Stage, Variant, build
from catclf.errors import EncoderError

onnx = pytest.importorskip("onnx")

Weights = dict[str, NDArray[Any]]

# A few blocks of each kind, on images of which every stage halves an odd or an even side.
SMALL = Variant("small", width=0.25, depth=0.7, side=42)

EPSILON = 1e-3


def blocks(variant: Variant) -> Iterator[tuple[str, Stage, int, int, int]]:
    """Name, stage, channels in, channels out and stride of each block."""
    number, before = 0, 32
    for stage in STAGES:
        for repeat in range(variant.repeats(stage)):
            stride = stage.stride if repeat == 0 else 1
            yield f"_blocks.{number}", stage, before, variant.channels(stage), stride
            number, before = number + 1, variant.channels(stage)


def random_weights(variant: Variant) -> Weights:
    generator = np.random.default_rng(0)
    weights: Weights = {}

    def layer(conv: str, norm: str, *shape: int) -> None:
        deviation = (2 / np.prod(shape[1:])) ** 0.5
        weights[f"{conv}.weight"] = generator.normal(0, deviation, shape)
        weights[f"{norm}.weight"] = generator.uniform(0.5, 1.5, shape[0])
        weights[f"{norm}.bias"] = generator.normal(size=shape[0])
        weights[f"{norm}.running_mean"] = generator.normal(0, 0.1, shape[0])
        weights[f"{norm}.running_var"] = generator.uniform(0.5, 1.5, shape[0])

    layer("_conv_stem", "_bn0", 32, 3, 3, 3)
    for name, stage, before, after, _ in blocks(variant):
        wide = stage.expansion * before
        if stage.expansion > 1:
            layer(f"{name}._expand_conv", f"{name}._bn0", wide, before, 1, 1)
        layer(f"{name}._depthwise_conv", f"{name}._bn1", wide, 1, stage.kernel, stage.kernel)
        layer(f"{name}._project_conv", f"{name}._bn2", after, wide, 1, 1)
    layer("_conv_head", "_bn1", 1280, variant.channels(STAGES[-1]), 1, 1)
    return {name: array.astype(np.float32) for name, array in weights.items()}


def reference(weights: Weights, variant: Variant, image: NDArray[np.uint8]) -> NDArray[Any]:
    """The map of one image, computed from the definitions: (side, side, 1280)."""

    def layer(x: NDArray[Any], conv: str, norm: str, stride: int = 1) -> NDArray[Any]:
        filters = weights[f"{conv}.weight"].astype(np.float64)
        size = filters.shape[-1]
        side = -(-x.shape[1] // stride)
        missing = max((side - 1) * stride + size - x.shape[1], 0)
        margins = (missing // 2, missing - missing // 2)
        padded = np.pad(x, ((0, 0), margins, margins))
        y = np.zeros((len(filters), side, side))
        for row in range(size):
            for column in range(size):
                part = padded[:, row:, column:][:, ::stride, ::stride][:, :side, :side]
                factors = filters[:, :, row, column]
                if factors.shape[1] == len(part):
                    y += np.tensordot(factors, part, 1)
                else:
                    y += factors[:, :, np.newaxis] * part
        gamma, beta, mean, variance = (
            weights[f"{norm}.{name}"][:, np.newaxis, np.newaxis].astype(np.float64)
            for name in ("weight", "bias", "running_mean", "running_var")
        )
        normed: NDArray[Any] = gamma * (y - mean) / np.sqrt(variance + EPSILON) + beta
        return normed

    def relu6(x: NDArray[Any]) -> NDArray[Any]:
        clipped: NDArray[Any] = np.clip(x, 0, 6)
        return clipped

    x = (image.transpose(2, 0, 1) - 127.0) / 128
    x = relu6(layer(x, "_conv_stem", "_bn0", stride=2))
    for name, stage, _, _, stride in blocks(variant):
        y = x
        if stage.expansion > 1:
            y = relu6(layer(y, f"{name}._expand_conv", f"{name}._bn0"))
        y = relu6(layer(y, f"{name}._depthwise_conv", f"{name}._bn1", stride))
        y = layer(y, f"{name}._project_conv", f"{name}._bn2")
        x = x + y if x.shape == y.shape else y
    return relu6(layer(x, "_conv_head", "_bn1")).transpose(1, 2, 0)


@pytest.mark.parametrize("side", [42, 47, 64])
def test_the_graph_computes_what_the_definitions_say(side: int) -> None:
    runtime = pytest.importorskip("onnxruntime")
    variant = Variant("small", SMALL.width, SMALL.depth, side)
    weights = random_weights(variant)
    images = np.random.default_rng(1).integers(0, 256, (2, side, side, 3), dtype=np.uint8)
    session = runtime.InferenceSession(build(weights, variant))
    (maps,) = session.run(["map"], {"image": images})
    assert maps.dtype == np.float32
    for image, actual in zip(images, maps, strict=True):
        expected = reference(weights, variant, image)
        assert 0.1 < np.mean((expected > 0) & (expected < 6))  # not everything is clipped
        np.testing.assert_allclose(actual, expected, atol=1e-4)


@pytest.fixture(scope="module")
def lite0() -> Any:
    """The graph of EfficientNet-Lite0 with random weights."""
    return onnx.load_from_string(build(random_weights(LITE0)))


def test_the_graph_of_lite0(lite0: Any) -> None:
    onnx.checker.check_model(lite0, full_check=True)
    assert lite0.ir_version == 8
    assert [(opset.domain, opset.version) for opset in lite0.opset_import] == [("", 17)]
    (image,), (output,) = lite0.graph.input, lite0.graph.output
    assert shape_of(image) == ("image", onnx.TensorProto.UINT8, ["batch", 224, 224, 3])
    assert shape_of(output) == ("map", onnx.TensorProto.FLOAT, ["batch", 7, 7, 1280])
    operators = [node.op_type for node in lite0.graph.node]
    assert set(operators) == {"Transpose", "Cast", "Sub", "Mul", "Conv", "Clip", "Add"}
    assert operators.count("Conv") == 49
    assert operators.count("Add") == 9


def shape_of(value: Any) -> tuple[str, int, list[str | int]]:
    tensor = value.type.tensor_type
    return value.name, tensor.elem_type, [d.dim_param or d.dim_value for d in tensor.shape.dim]


def test_padding_at_stride_2_puts_the_odd_row_after_the_image(lite0: Any) -> None:
    pads = []
    for node in lite0.graph.node:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if attributes.get("strides") == [2, 2]:
            pads.append((attributes["kernel_shape"], attributes["pads"]))
    three, five = ([3, 3], [0, 0, 1, 1]), ([5, 5], [1, 1, 2, 2])
    assert pads == [three, three, five, three, five]


def test_the_file_tells_whose_weights_it_contains(lite0: Any) -> None:
    properties = {entry.key: entry.value for entry in lite0.metadata_props}
    assert properties["name"] == "efficientnet-lite0"
    assert "Copyright (c) 2020, ML Illustrated" in properties["weights"]
    assert "Apache License 2.0" in properties["license"]
    assert "Tan and Le" in properties["architecture"]


def test_the_bytes_depend_on_the_weights_alone() -> None:
    weights = random_weights(SMALL)
    data = build(weights, SMALL)
    assert build(dict(reversed(weights.items())), SMALL) == data
    assert build(weights | {"_fc.weight": np.zeros((1000, 1280))}, SMALL) == data
    assert not onnx.load_from_string(data).producer_name


@pytest.mark.parametrize(
    ("variant", "channels", "repeats"),
    [
        (LITE0, [16, 24, 40, 80, 112, 192, 320], [1, 2, 2, 3, 3, 4, 1]),
        (LITE1, [16, 24, 40, 80, 112, 192, 320], [1, 3, 3, 4, 4, 5, 1]),
        (LITE2, [16, 24, 48, 88, 120, 208, 352], [1, 3, 3, 4, 4, 5, 1]),
    ],
)
def test_sizes_of_the_variants(variant: Variant, channels: list[int], repeats: list[int]) -> None:
    assert [variant.channels(stage) for stage in STAGES] == channels
    assert [variant.repeats(stage) for stage in STAGES] == repeats


def test_weights_of_another_variant_are_refused() -> None:
    with pytest.raises(EncoderError, match=r"the shape \(\d+, .*give those of the same variant"):
        build(random_weights(SMALL), LITE0)


def test_missing_weights_are_named() -> None:
    weights = random_weights(SMALL)
    del weights["_conv_head.weight"]
    with pytest.raises(EncoderError, match=r"the weights _conv_head\.weight are missing"):
        build(weights, SMALL)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("_bn0.running_var", -1),
        ("_bn0.running_var", np.nan),
        ("_bn0.running_mean", np.inf),
        ("_bn0.weight", 3e38),
        ("_conv_stem.weight", np.nan),
    ],
)
def test_weights_that_make_no_finite_numbers_are_refused(name: str, value: float) -> None:
    weights = random_weights(SMALL)
    weights[name] = np.full_like(weights[name], value)
    with pytest.raises(EncoderError, match="_conv_stem and _bn0 make no finite numbers"):
        build(weights, SMALL)
