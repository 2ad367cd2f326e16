"""Dividing images into folds, each held out of training once."""

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.dataset import Dataset
from catclf.errors import DataError


def stratified_folds(
    labels: NDArray[np.uint8], groups: NDArray[np.intp], folds: int, seed: int
) -> NDArray[np.intp]:
    """Deal groups of images to folds at random, so that each fold has its share of each class.

    The largest groups come first, and each goes to the fold that lacks its classes most.

    Parameters
    ----------
    labels : uint8 array (m,)
        1 or 0.
    groups : int array (m,)
        Images with the same number go to the same fold.
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
        If the images of a class are in fewer groups than there are folds.
    """
    rng = np.random.default_rng(seed)
    _, group = np.unique(groups, return_inverse=True)
    group = group.reshape(-1)  # (m,)
    positives = np.bincount(group, weights=labels).astype(np.intp)  # (groups,)
    counts = np.stack([np.bincount(group) - positives, positives], axis=1)  # (groups, 2)
    fewest = int((counts > 0).sum(axis=0).min())
    if fewest < folds:
        raise DataError(
            f"{folds} folds need at least {folds} different images of each class, or as many "
            f"groups that belong together, but one class has {fewest}; use fewer folds, or add "
            "images"
        )
    is_positive = 2 * counts[:, 1] > counts.sum(axis=1)  # (groups,)
    order = np.concatenate(
        [rng.permutation(np.flatnonzero(is_positive == label)) for label in (True, False)]
    )
    order = order[np.argsort(-counts[order].sum(axis=1), kind="stable")]
    fold_of_group = np.empty(len(counts), np.intp)
    fold_of_group[order] = _dealt(counts[order].tolist(), folds)
    fold_of: NDArray[np.intp] = fold_of_group[group]
    for label in (0, 1):
        if len(np.unique(fold_of[labels == label])) < folds:
            raise DataError(
                f"some groups of images that belong together are too large for {folds} folds; use "
                "fewer folds"
            )
    return fold_of


def _dealt(groups: list[tuple[int, int]], folds: int) -> list[int]:
    """The fold of each group, given how many images of each class it has."""
    totals = [max(1, sum(counts)) for counts in zip(*groups, strict=True)]
    filled = [[0, 0] for _ in range(folds)]

    def fullness(fold: int, group: tuple[int, int]) -> tuple[float, int, int]:
        have = filled[fold]
        share = sum(group[c] * have[c] / totals[c] for c in (0, 1))
        return share, sum(have), fold

    fold_of = []
    for group in groups:
        fold = min(range(folds), key=lambda fold: fullness(fold, group))
        filled[fold] = [have + more for have, more in zip(filled[fold], group, strict=True)]
        fold_of.append(fold)
    return fold_of


def hold_out(dataset: Dataset, folds: int, seed: int) -> tuple[Dataset, Dataset]:
    """Hold one fold out.

    Parameters
    ----------
    dataset : Dataset
        Images of both classes.
    folds : int
        One image in so many is held out, with all that belong to it.
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
    fold = stratified_folds(dataset.labels, dataset.groups, folds, seed)  # (m,)
    return dataset.subset(fold != 0), dataset.subset(fold == 0)
