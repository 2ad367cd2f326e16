"""The features of an encoder in an ONNX graph: the encoder's own graph becomes a part of it."""

import numpy as np

from catclf.encoders.admission import admit
from catclf.encoders.convention import Convention
from catclf.encoders.output import Output, output_of
from catclf.export.onnx.graph import Graph, Value, number
from catclf.features.encoder import EncoderFeatures
from catclf.features.feature_map import FeatureMap

_PREFIX = "encoder/"


def add(graph: Graph, features: FeatureMap, images: Value) -> Value:
    """Rows (m, n_x) of images (m, side, side, 3)."""
    assert isinstance(features, EncoderFeatures)
    import onnx
    from onnx import compose

    data, how = features.encoder.file, features.encoder.identity.convention
    admitted = admit(data)
    network = compose.add_prefix(onnx.load_model_from_string(data), _PREFIX)
    graph.add("Identity", _fed(graph, how, images), output=_PREFIX + admitted.input.name)
    graph.nodes += network.graph.node
    graph.tensors += network.graph.initializer
    output = output_of(admitted.output, how.tokens)
    return _features(graph, output, _PREFIX + admitted.output.name)


def _fed(graph: Graph, how: Convention, images: Value) -> Value:
    """Images as the encoder takes them."""
    if how.channels == "BGR":
        images = graph.cut(images, 3, -1, -1, step=-1)
    if how.dtype == "float32":
        centred = graph.add("Sub", graph.float32(images), number(how.mean))
        images = graph.add("Div", centred, number(how.deviation))
    if how.layout == "NCHW":
        images = graph.add("Transpose", images, perm=[0, 3, 1, 2])
    return images


def _features(graph: Graph, output: Output, given: Value) -> Value:
    """Rows (m, n) of what the encoder gives."""
    if output.layout == "pooled":
        return given
    if output.tokens == "first":
        return graph.reshape(graph.cut(given, 1, 0, 1), 0, output.n)
    axes = {"NHWC": (1, 2), "NCHW": (2, 3), "tokens": (1,)}[output.layout]
    places = np.prod([output.shape[axis - 1] for axis in axes])
    means = graph.add("Div", graph.sum(given, *axes), number(places))
    return graph.reshape(means, 0, output.n)
