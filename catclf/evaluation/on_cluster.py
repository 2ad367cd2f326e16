"""Predictions and evaluations by the workers of a cluster.

Batches of images go to whoever is free, and results come back in order.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from catclf.cluster import Cluster, Recipe
from catclf.datasets.inputs import ImageInput, Input, StoredInput
from catclf.errors import ClusterError
from catclf.evaluation.predictions import Outcome, predict_inputs
from catclf.model import Model, Outputs
from catclf.progress import Progress
from catclf.rows import Rows, between

# Images of a batch: enough that sending it takes little of the time.
_FILES, _STORED = 128, 1024

_Options = tuple[float | None, tuple[float, float] | None, float | None]


def predict_on(
    cluster: Cluster,
    model: Model,
    inputs: Sequence[Input],
    options: _Options = (None, None, None),
    on_small: Callable[[str], None] | None = None,
) -> Iterator[Outcome]:
    """Predict images, as `predict_inputs` does.

    Parameters
    ----------
    cluster : Cluster
        Whose workers can open the files.
    model : Model
        The classifier.
    inputs : sequence of Input
        What `find_inputs` returned.
    options : tuple
        `threshold`, `unsure` and `strange` of `predict_inputs`.
    on_small : callable, optional
        Called with the name of each file that is too small to show much.

    Yields
    ------
    str, Prediction or CatclfError
        In the order of the inputs.
    """
    _require_sendable(model)
    batches = (([*batch], options) for batch in _batches(inputs))
    for outcomes, small in cluster.stream(_predict, batches, model):
        yield from outcomes
        if on_small:
            for name in small:
                on_small(name)


def outputs_on(
    cluster: Cluster, model: Model, images: Rows, progress: Progress | None = None
) -> Outputs:
    """Logits of images that the workers can open, as `Model.outputs` gives them."""
    _require_sendable(model)
    m = len(images)
    parts = ((Recipe(between(images, i, min(i + _STORED, m))),) for i in range(0, m, _STORED))
    Z = np.empty((1, m), model.w.dtype)
    done = 0
    for part in cluster.stream(_outputs, parts, model):
        Z[:, done : done + part.shape[1]] = part
        done += part.shape[1]
        if progress:
            progress(done, m)
    return Outputs(Z, None)


def _predict(
    model: Model, inputs: Sequence[Input], options: _Options
) -> tuple[list[Outcome], list[str]]:
    small: list[str] = []
    return list(predict_inputs(model, inputs, *options, small.append)), small


def _outputs(model: Model, images: Recipe[Rows]) -> np.ndarray:
    return model.outputs(images.make()).Z


def _batches(inputs: Sequence[Input]) -> Iterator[list[Input]]:
    """Inputs, divided or put together; with paths that lead to the same from any folder."""
    files: list[Input] = []
    for item in inputs:
        if isinstance(item, StoredInput):
            if files:
                yield files
                files = []
            split = replace(item.split, paths=tuple(p.absolute() for p in item.split.paths))
            for start in range(0, item.m, _STORED):
                chosen = np.arange(start, min(start + _STORED, item.m))
                yield [StoredInput(item.name, split.subset(chosen))]
            continue
        if isinstance(item, ImageInput) and isinstance(item.source, Path):
            item = item._replace(source=item.source.absolute())
        files.append(item)
        if len(files) == _FILES:
            yield files
            files = []
    if files:
        yield files


def _require_sendable(model: Model) -> None:
    if model.features.encoder:
        raise ClusterError(
            "a model with an encoder does not work on a cluster; leave out --scheduler"
        )
