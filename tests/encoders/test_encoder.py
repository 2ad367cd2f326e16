"""Encoders at work: against numpy, and when they fail."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

import onnxruntime
from onnx import helper, numpy_helper

from catclf.encoders import session
from catclf.encoders.convention import ConventionOptions
from catclf.encoders.encoder import Encoder, open_encoder
from catclf.errors import EncoderError
from tests.conftest import ROOT, shared
from tests.encoders.graphs import (
    ENCODERS,
    SIDE,
    convolution,
    data_of,
    feature_map,
    floats,
    ints,
    model,
    node,
    normalised_inside,
)

IMAGES = np.random.default_rng(1).integers(0, 256, (40, SIDE, SIDE, 3), np.uint8)
PLAIN = ConventionOptions(mean="10,20,30", deviation="40,50,60")


def opened(made: Any, options: ConventionOptions | None = None) -> Encoder:
    return open_encoder(data_of(made), "a.onnx", options=options)


def computed_maps(images: NDArray[np.uint8], mean: Any, deviation: Any) -> NDArray[np.float64]:
    """What `graphs.convolution` computes, up to its map: (m, 8, 8, 5)."""
    normal = (images - np.array(mean, float)) / np.array(deviation, float)
    padded = np.pad(normal, ((0, 0), (0, 1), (0, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    windows = windows[:, ::2, ::2]  # (m, 8, 8, 3, 3, 3)
    responses = np.einsum("mhwcij,kcij->mhwk", windows, floats(5, 3, 3, 3)) + floats(5, seed=1)
    maximum: NDArray[np.float64] = np.maximum(responses, 0)
    return maximum


def test_features_are_those_that_numpy_computes() -> None:
    encoder = opened(convolution(), PLAIN)
    expected = computed_maps(IMAGES, (10, 20, 30), (40, 50, 60)).mean(axis=(1, 2))
    features = encoder.encode(IMAGES)
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, expected, rtol=1e-4)


def test_a_map_and_its_mean() -> None:
    encoder = opened(feature_map(), PLAIN)
    assert (encoder.kind, encoder.n) == ("map", 5)
    maps = encoder.maps(IMAGES)
    expected = computed_maps(IMAGES, (10, 20, 30), (40, 50, 60))
    np.testing.assert_allclose(maps, expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(encoder.encode(IMAGES), maps.mean(axis=(1, 2)), rtol=1e-5)
    assert encoder.maps(IMAGES[:0]).shape == (0, 8, 8, 5)


def test_a_map_with_the_channels_last() -> None:
    made = feature_map()
    made.graph.node[-1].output[0] = "planes"
    made.graph.node.append(node("Transpose", "planes", "features", perm=[0, 2, 3, 1]))
    for dim, length in zip(made.graph.output[0].type.tensor_type.shape.dim[1:], (8, 8, 5),
                           strict=True):  # fmt: skip
        dim.dim_value = length
    assert np.array_equal(opened(made).maps(IMAGES), opened(feature_map()).maps(IMAGES))


def test_bgr_reverses_the_channels_but_not_the_mean() -> None:
    reversed_order = ConventionOptions("10,20,30", "40,50,60", channels="BGR")
    features = opened(convolution(), reversed_order).encode(IMAGES)
    mirrored = np.ascontiguousarray(IMAGES[..., ::-1])
    assert np.array_equal(features, opened(convolution(), PLAIN).encode(mirrored))
    inside = opened(normalised_inside(), ConventionOptions(channels="BGR")).encode(IMAGES)
    assert np.array_equal(inside, opened(normalised_inside()).encode(mirrored))


@pytest.mark.parametrize("name", ENCODERS)
def test_features_do_not_depend_on_other_images(name: str) -> None:
    encoder = opened(ENCODERS[name]())
    features = encoder.encode(IMAGES)
    alone = np.concatenate([encoder.encode(image[np.newaxis]) for image in IMAGES])
    assert np.array_equal(features, alone)
    assert encoder.encode(IMAGES[:0]).shape == (0, encoder.n)


def test_tells_what_it_is() -> None:
    data = data_of(normalised_inside())
    encoder = open_encoder(data, "a.onnx")
    assert encoder.sha256 == hashlib.sha256(data).hexdigest()
    assert (encoder.name, encoder.side, encoder.n, encoder.kind) == ("a.onnx", SIDE, 4, "pooled")
    assert encoder.runtime == onnxruntime.__version__
    with pytest.raises(EncoderError, match=r"a.onnx: gives features of whole images, not a map"):
        encoder.maps(IMAGES)


@pytest.mark.real_data
def test_real_encoders_agree() -> None:
    folder = shared("encoders")
    images = np.random.default_rng(2).integers(0, 256, (3, 224, 224, 3), np.uint8)
    inside = (folder / "efficientnet-lite0-features-uint8.onnx").read_bytes()
    outside = (folder / "efficientnet-lite0-features.onnx").read_bytes()
    options = ConventionOptions("127,127,127", "128,128,128")
    a = open_encoder(inside, "inside").encode(images)
    b = open_encoder(outside, "outside", options=options).encode(images)
    assert a.shape == (3, 1280)
    np.testing.assert_allclose(a, b, atol=1e-3 * np.abs(a).max())
    assert np.array_equal(a[:1], open_encoder(inside, "inside").encode(images[:1]))


def flattened(made: Any) -> Any:
    """A model with its last operator renamed, so that more can follow."""
    made.graph.node[-1].output[0] = "flat"
    return made


def not_finite() -> Any:
    made = flattened(convolution())
    made.graph.initializer.append(numpy_helper.from_array(np.array(0, np.float32), "zero"))
    made.graph.node.append(node("Div", "flat zero", "features"))
    return made


def other_shape() -> Any:
    made = flattened(convolution())
    made.graph.node.append(node("Concat", "flat flat", "features", axis=0))
    return made


def across_images() -> Any:
    made = flattened(convolution())
    made.graph.node.append(node("ReduceMean", "flat", "mean", axes=[0], keepdims=1))
    made.graph.node.append(node("Sub", "flat mean", "features"))
    return made


def test_a_network_that_mixes_images_sees_one_at_a_time() -> None:
    encoder = opened(across_images())
    assert np.array_equal(encoder.encode(IMAGES), np.zeros((len(IMAGES), encoder.n)))


def enormous(*, by: str) -> Any:
    """A network that asks for 160 GB."""
    made = flattened(convolution())
    weights: dict[str, NDArray[Any]] = {
        "axes": ints(2),
        "row": np.ones((1, 1, 200_000), np.float32),
        "column": np.ones((1, 200_000, 1), np.float32),
        "shape": ints(1, 5, 200_000, 200_000),
        "all": ints(2, 3),
    }
    nodes = [
        node("Unsqueeze", "flat axes", "upright"),
        node("Mul", "row column", "square"),
        node("ReduceMax", "square", "largest", axes=[1, 2], keepdims=0),
        node("Mul", "flat largest", "features"),
    ]
    if by == "Expand":
        nodes = [
            node("Unsqueeze", "flat all", "upright"),
            node("Expand", "upright shape", "square"),
            node("ReduceMax", "square", "features", axes=[2, 3], keepdims=0),
        ]
    for name, value in weights.items():
        made.graph.initializer.append(numpy_helper.from_array(value, name))
    made.graph.node.extend(nodes)
    return made


def impossible() -> Any:
    """A network whose shapes do not fit."""
    made = convolution()
    made.graph.initializer[0].CopyFrom(numpy_helper.from_array(floats(5, 4, 3, 3), "kernel"))
    return made


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (not_finite, "gives features that are not finite"),
        (other_shape, r"gives an output \(2, 5\) where it declares \(1, 5\)"),
        (lambda: enormous(by="Mul"), "needs more than 2 GB of memory"),
        (lambda: enormous(by="Expand"), "needs more than 2 GB of memory"),
        (impossible, "cannot be run by onnxruntime: "),
    ],
)
def test_a_failure_is_one_line_and_nothing_on_stderr(
    make: Callable[[], Any], reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(EncoderError, match=f"^a.onnx: ({reason})") as raised:
        opened(make())
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 300
    assert capfd.readouterr() == ("", "")


def test_an_encoder_that_is_trusted_is_not_probed() -> None:
    data = data_of(not_finite())
    sha256 = hashlib.sha256(data).hexdigest()
    encoder = open_encoder(data, "a.onnx", trusted={sha256})
    with pytest.raises(EncoderError, match=r"^a\.onnx: gives features that are not finite"):
        encoder.encode(IMAGES)


def test_the_time_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "SECONDS_PER_IMAGE", 0.1)
    products = [node("MatMul", "p0 matrix", "p1")]
    products += [node("MatMul", f"p{i} matrix", f"p{i + 1}") for i in range(1, 300)]
    nodes = [
        node("ReduceMean", "image", "mean", axes=[1, 2, 3], keepdims=1),
        node("Mul", "mean matrix", "p0"),
        *products,
        node("ReduceMean", "p300", "features", axes=[2, 3], keepdims=0),
    ]
    matrix = np.full((1, 1, 1000, 1000), 0.001, np.float32)
    slow = model(nodes, {"matrix": matrix}, output=["images", 1])
    started = time.perf_counter()
    with pytest.raises(EncoderError, match=r"a\.onnx: takes too long: .* or 0.1 s an image"):
        opened(slow)
    assert time.perf_counter() - started < 5


def test_onnxruntime_leaves_nothing_in_the_home_folder(tmp_path: Path) -> None:
    """Its telemetry would keep an identifier of the device there."""
    code = "from tests.encoders.graphs import *; from catclf.encoders.encoder import open_encoder; "
    code += "open_encoder(data_of(convolution()), 'a.onnx')"
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=os.environ | home)
    assert list(tmp_path.iterdir()) == []


def test_without_onnxruntime(monkeypatch: pytest.MonkeyPatch) -> None:
    session.runtime.cache_clear()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    install = r"a\.onnx: needs onnxruntime; install it with: pip install 'catclf\[encoder\]'"
    with pytest.raises(EncoderError, match=install):
        opened(convolution())
    monkeypatch.undo()
    assert opened(convolution()).n == 5


def test_errors_of_admission_and_convention_begin_with_the_name() -> None:
    with pytest.raises(EncoderError, match=r"^a\.onnx: is not an ONNX file"):
        open_encoder(b"", "a.onnx")
    made = convolution()
    made.graph.output[0].CopyFrom(helper.make_tensor_value_info("features", 1, ["images", 5, 1]))
    with pytest.raises(EncoderError, match=r"^a\.onnx: has an output \(images, 5, 1\)"):
        opened(made)
