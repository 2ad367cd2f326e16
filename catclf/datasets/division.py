"""Dividing a data set into splits: at random, but always in the same way."""

import hashlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.dataset import Dataset
from catclf.errors import DataError, SettingsError


def divide(dataset: Dataset, shares: Mapping[str, float], seed: int) -> NDArray[np.str_]:
    """Choose a split for each image.

    A hash of the seed and the pixels decides, so that an image comes to the same split when more
    images are added later, whatever its name. Shares are therefore met on average, in each class,
    but not to the image. Images that belong together share a split: that of their smallest
    fingerprint, which an image that is added to them may change.

    Parameters
    ----------
    dataset : Dataset
        All images.
    shares : mapping of str to float
        Share of each split, all together at most 1. What is left is "train".
    seed : int
        Random seed.

    Returns
    -------
    str array (m,)
        Names of splits.

    Raises
    ------
    SettingsError
        If the shares leave nothing to train on.
    DataError
        If a class is missing in a split that has a share.
    """
    dataset.require_both_classes()
    if sum(shares.values()) >= 1:
        raise SettingsError("the shares of the splits leave no images to train on")
    places = _places(dataset, seed)
    names = np.full(dataset.m, "train", "<U10")
    start = 0.0
    for name, share in shares.items():
        names[(places >= start) & (places < start + share)] = name
        start += share
    for name in ("train", *(name for name, share in shares.items() if share)):
        for label, class_ in ((1, dataset.positive), (0, dataset.negative)):
            if not np.any((names == name) & (dataset.labels == label)):
                raise DataError(
                    f"{dataset.where} has too few {class_} images for the {name} split; add "
                    "images, choose a larger share or another --seed"
                )
    return names


def _places(dataset: Dataset, seed: int) -> NDArray[np.float64]:
    """A number (m,) from 0 to 1 for each image, the same for all that belong together."""
    _, group = np.unique(dataset.groups, return_inverse=True)
    group = group.reshape(-1)  # (m,)
    smallest = np.full(group.max() + 1, np.iinfo(np.uint64).max, np.uint64)
    np.minimum.at(smallest, group, dataset.fingerprints)
    places = np.array([_place(int(number), seed) for number in smallest])  # (groups,)
    return places[group]


def _place(fingerprint: int, seed: int) -> float:
    digest = hashlib.blake2b(f"{seed} {fingerprint}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
