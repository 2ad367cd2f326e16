"""What a model keeps of its training images to rank how strange others are."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.dataset import Dataset
from catclf.datasets.folds import stratified_folds
from catclf.datasets.sampling import stratified_sample
from catclf.errors import DataError
from catclf.features.encoder import EncoderFeatures
from catclf.features.feature_map import FeatureMap
from catclf.parallel import one_blas_thread
from catclf.strangeness import Strangeness, principal_subspace
from catclf.training.settings import TrainingSettings

_MOST_IMAGES = 500
_FOLDS = 5


def learn_strangeness(
    dataset: Dataset, features: FeatureMap, settings: TrainingSettings
) -> Strangeness | None:
    """Learn how far images like the training images are from each other.

    Parameters
    ----------
    dataset : Dataset
        Training images; at most 500 of them are used. Those that belong together are held out
        together.
    features : FeatureMap
        The model's.
    settings : TrainingSettings
        Whether the model flips; the seed chooses images and folds.

    Returns
    -------
    Strangeness or None
        None where the features are not those of an encoder alone, since distances of others tell
        hardly anything, and where there are too few images.
    """
    encodings = dataset.encodings
    if not isinstance(features, EncoderFeatures) or encodings is None:
        return None
    rng = np.random.default_rng(settings.seed)
    chosen = stratified_sample(dataset.labels, rng, count=_MOST_IMAGES)  # (m,)
    try:
        fold_of = stratified_folds(
            dataset.labels[chosen], dataset.groups[chosen], _FOLDS, settings.seed
        )
    except DataError:
        return None
    rows: NDArray[Any] = encodings.rows[chosen]
    if settings.flip:
        rows = (rows + encodings.of_mirrored[chosen]) / 2
    X = rows.T  # (n_x, k)
    held_out = np.empty(len(rows))
    with one_blas_thread():
        for fold in range(_FOLDS):
            part = fold_of == fold
            held_out[part] = principal_subspace(X[:, ~part]).distances(X[:, part])
        return Strangeness(principal_subspace(X), np.sort(held_out).astype(np.float32))
