"""Dividing images into folds, each held out of training once."""

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.dataset import Dataset
from catclf.errors import DataError
from catclf.images.fingerprints import Fingerprints


def stratified_folds(
    labels: NDArray[np.uint8], prints: Fingerprints, folds: int, seed: int
) -> NDArray[np.intp]:
    """Deal the images of each class to folds at random.

    Parameters
    ----------
    labels : uint8 array (m,)
        1 or 0.
    prints : uint64 array (m,)
        Fingerprints. Identical images go to the same fold.
    folds : int
        Number of folds, 2 or more.
    seed : int
        Random seed.

    Returns
    -------
    int array (m,)
        The fold of each image, from 0.

    Raises
    ------
    DataError
        If a class has fewer different images than there are folds.
    """
    rng = np.random.default_rng(seed)
    _, first, group = np.unique(prints, return_index=True, return_inverse=True)
    fold_of_group = np.empty(len(first), np.intp)
    dealt = 0  # each class continues where the last one stopped, so that folds are of equal size
    for label in (1, 0):
        groups = np.flatnonzero(labels[first] == label)
        if len(groups) < folds:
            raise DataError(
                f"{folds} folds need at least {folds} different images of each class, but one "
                f"class has {len(groups)}; use fewer folds, or add images"
            )
        fold_of_group[rng.permutation(groups)] = (dealt + np.arange(len(groups))) % folds
        dealt += len(groups)
    return fold_of_group[group]


def hold_out(dataset: Dataset, folds: int, seed: int) -> tuple[Dataset, Dataset]:
    """Hold one fold out.

    Parameters
    ----------
    dataset : Dataset
        Images of both classes.
    folds : int
        One image in so many is held out.
    seed : int
        Random seed.

    Returns
    -------
    Dataset, Dataset
        All but the first fold, and the first fold.

    Raises
    ------
    DataError
        If there are too few different images of a class.
    """
    dataset.require_both_classes()
    fold = stratified_folds(dataset.labels, dataset.fingerprints, folds, seed)  # (m,)
    return dataset.subset(fold != 0), dataset.subset(fold == 0)
