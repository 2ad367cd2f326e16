"""Predictions and evaluations by the workers of a cluster.

Batches of images go to whoever is free, and results come back in order.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from catclf.cluster.cluster import Cluster
from catclf.datasets.dataset import Dataset, Skipped, Split
from catclf.datasets.hdf5.splits import Hdf5Split
from catclf.datasets.image_files import DecodedFiles, ImageFiles
from catclf.datasets.inputs import ImageInput, Input, StoredInput
from catclf.datasets.on_cluster import anywhere
from catclf.datasets.source import Source
from catclf.errors import ClusterError, DataError
from catclf.evaluation.evaluate import Evaluation, evaluate
from catclf.evaluation.predictions import Outcome, predict_inputs
from catclf.images.fingerprints import Fingerprints
from catclf.images.preprocessing import Preprocessing
from catclf.logistic import Array
from catclf.model import Model, Outputs
from catclf.progress import Progress
from catclf.rows import Rows

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


def evaluate_on(
    cluster: Cluster,
    model: Model,
    source: Source,
    split: str,
    threshold: float | None = None,
    progress: Progress | None = None,
) -> tuple[Dataset, Evaluation]:
    """Score a model on images that the workers read.

    Parameters
    ----------
    cluster : Cluster
        Whose workers can open the data set's files.
    model : Model
        The classifier.
    source : Source
        The data set.
    split : str
        Which split of it.
    threshold : float, optional
        Instead of the model's own.
    progress : callable, optional
        Called with the number of images done.

    Returns
    -------
    Dataset, Evaluation
        As reading the split and `evaluate` would give them. Images are read when they are asked
        for.

    Raises
    ------
    DataError
        If there are images of one class only, or no readable ones.
    """
    _require_sendable(model)
    found, where = source.splits[split], source.where(split)
    m, size = len(found.classes), _STORED if isinstance(found, Hdf5Split) else _FILES
    chunks = (np.arange(start, min(start + size, m)) for start in range(0, m, size))
    parts = ((anywhere(found.subset(chunk)),) for chunk in chunks)
    judged: list[_Judged] = []
    done = 0
    for part in cluster.stream(_judged, parts, model):
        judged.append(part)
        done += len(part.prints)
        if progress:
            progress(done, m)
    # Workers name files by their absolute paths.
    as_typed = {str(path.absolute()): str(path) for path in _files(found)}
    skipped = [Skipped(as_typed[name], reason) for each in judged for name, reason in each.skipped]
    readable = np.concatenate([each.is_readable for each in judged])
    if not readable.any():
        reason = f": {skipped[0].name}: {skipped[0].reason}" if skipped else ""
        raise DataError(f"{where} has no usable images{reason}")
    kept = found.subset(np.flatnonzero(readable))
    dataset = Dataset(
        images=_images(kept, model.preprocessing),
        labels=np.array([name in source.positive_classes for name in kept.classes], np.uint8),
        names=_names(kept),
        positive=source.positive,
        where=where,
        preprocessing=model.preprocessing,
        skipped=skipped,
        prints=np.concatenate([each.prints for each in judged]),
        small=[as_typed[name] for each in judged for name in each.small],
        source=source.name,
        has_files=bool(kept.files()),
    )
    outputs = Outputs(np.concatenate([each.Z for each in judged], axis=1), None)
    return dataset, evaluate(model, dataset, threshold, outputs=outputs)


def _files(split: Split) -> Sequence[Path]:
    return [*split.paths, *split.unlabelled] if isinstance(split, ImageFiles) else ()


def _names(split: Split) -> Sequence[str]:
    return split.names if isinstance(split, Hdf5Split) else [str(path) for path in split.files()]


def _images(split: Split, preprocessing: Preprocessing) -> Rows:
    if isinstance(split, Hdf5Split):
        return split.rows(preprocessing)
    return DecodedFiles(split.files(), preprocessing)


class _Judged(NamedTuple):
    """What a worker knows of some images."""

    is_readable: NDArray[np.bool_]
    """(k,)."""
    Z: Array
    """(1, readable)."""
    prints: Fingerprints
    skipped: list[Skipped]
    small: Sequence[str]


def _judged(model: Model, split: Split) -> _Judged:
    batch = split.load(model.preprocessing, None, 0)
    bad = {name for name, _ in batch.skipped}
    readable = np.array([name not in bad for name in _names(split)])
    batch = batch._replace(images=batch.images[:])  # once, for both that want them
    Z = model.outputs(batch.images).Z
    return _Judged(readable, Z, batch.fingerprints(), batch.skipped, batch.small)


def _predict(
    model: Model, inputs: Sequence[Input], options: _Options
) -> tuple[list[Outcome], list[str]]:
    small: list[str] = []
    return list(predict_inputs(model, inputs, *options, small.append)), small


def _batches(inputs: Sequence[Input]) -> Iterator[list[Input]]:
    """Inputs, divided or put together; with paths that lead to the same from any folder."""
    files: list[Input] = []
    for item in inputs:
        if isinstance(item, StoredInput):
            if files:
                yield files
                files = []
            split = anywhere(item.split)
            for start in range(0, item.m, _STORED):
                chosen = np.arange(start, min(start + _STORED, item.m))
                yield [StoredInput(item.name, cast("Hdf5Split", split.subset(chosen)))]
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
