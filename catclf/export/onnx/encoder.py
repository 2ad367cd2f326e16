"""The features of an encoder in an ONNX graph: the encoder's own graph becomes a part of it."""

import numpy as np

from catclf.export.onnx.graph import Graph, Value, number
from catclf.features.encoder import EncoderFeatures
from catclf.features.feature_map import FeatureMap

_PREFIX = "encoder/"


def add(graph: Graph, features: FeatureMap, images: Value) -> Value:
    """Rows (m, n_x) of images (m, side, side, 3)."""
    assert isinstance(features, EncoderFeatures)
    import onnx
    from onnx import compose

    network = compose.add_prefix(onnx.load_model_from_string(features.encoder.file), _PREFIX)
    known = {tensor.name for tensor in network.graph.initializer}
    (image,) = (value for value in network.graph.input if value.name not in known)
    (output,) = network.graph.output
    graph.add("Identity", _fed(graph, features, images), output=image.name)
    graph.nodes += network.graph.node
    graph.tensors += network.graph.initializer
    return _features(graph, features, output.name)


def _fed(graph: Graph, features: EncoderFeatures, images: Value) -> Value:
    """Images as the encoder takes them."""
    how = features.encoder.identity.convention
    if how.channels == "BGR":
        images = graph.cut(images, 3, -1, -1, step=-1)
    if how.dtype == "float32":
        centred = graph.add("Sub", graph.float32(images), number(how.mean))
        images = graph.add("Div", centred, number(how.deviation))
    if how.layout == "NCHW":
        images = graph.add("Transpose", images, perm=[0, 3, 1, 2])
    return images


def _features(graph: Graph, features: EncoderFeatures, output: Value) -> Value:
    """Rows (m, n_x) of what the encoder gives."""
    taken = features.encoder.output
    if taken.layout == "pooled":
        return output
    if taken.tokens == "first":
        return graph.reshape(graph.cut(output, 1, 0, 1), 0, features.n_x)
    axes = {"NHWC": (1, 2), "NCHW": (2, 3), "tokens": (1,)}[taken.layout]
    places = np.prod([taken.shape[axis - 1] for axis in axes])
    means = graph.add("Div", graph.sum(output, *axes), number(places))
    return graph.reshape(means, 0, features.n_x)
