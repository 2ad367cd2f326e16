"""Dividing images into folds, each of which is held out of training once."""

import numpy as np
from numpy.typing import NDArray

from catclf.errors import DataError
from catclf.images.fingerprints import Fingerprints


def stratified_folds(
    labels: NDArray[np.uint8], prints: Fingerprints, folds: int, seed: int
) -> NDArray[np.intp]:
    """Deal the images of each class out to folds, at random.

    Parameters
    ----------
    labels : uint8 array (m,)
        1 or 0.
    prints : uint64 array (m,)
        Fingerprints. Images that are the same come into the same fold.
    folds : int
        How many, 2 or more.
    seed : int
        For the order of dealing.

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
    dealt = 0  # classes go on where others stopped, so that folds are of one size
    for label in (1, 0):
        groups = np.flatnonzero(labels[first] == label)
        if len(groups) < folds:
            raise DataError(
                f"{folds} folds need {folds} different images of each class at least, and there "
                f"are {len(groups)} of one; use fewer folds, or add images"
            )
        fold_of_group[rng.permutation(groups)] = (dealt + np.arange(len(groups))) % folds
        dealt += len(groups)
    return fold_of_group[group]
