"""Fingerprints of images, by which a model knows the images that it was trained on."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from catclf.parallel import cores, map_on_threads
from catclf.rows import Rows

Fingerprints = NDArray[np.uint64]

_BATCH = 256


def fingerprints(images: Rows) -> Fingerprints:
    """64-bit BLAKE2b hashes of images as a model sees them.

    Copies of a file under other names, or of other sizes of file but the same pixels, have the same
    fingerprint. That two different images of a million share one by chance has a probability of
    about 3 in 100 million.

    Parameters
    ----------
    images : uint8 array (m, 64, 64, 3), or what gives such arrays for slices
        Images.

    Returns
    -------
    uint64 array (m,)
        One number an image.
    """

    def digests_from(start: int) -> bytes:
        batch = np.ascontiguousarray(images[start : start + _BATCH])
        return b"".join(hashlib.blake2b(image, digest_size=8).digest() for image in batch)

    starts = range(0, len(images), _BATCH)
    digests = b"".join(map_on_threads(digests_from, starts, cores()))
    return np.frombuffer(digests, "<u8").astype(np.uint64)  # (m,)


def known(these: Fingerprints, those: Fingerprints) -> NDArray[np.bool_]:
    """Which fingerprints are among others.

    Parameters
    ----------
    these, those : uint64 array (m,)
        Fingerprints, in any order.

    Returns
    -------
    bool array (m,)
        For each of these, whether it is one of those.
    """
    # np.isin would load 10 ms of code for arrays with gaps.
    if not len(those):
        return np.zeros(len(these), np.bool_)
    ordered = np.sort(those)
    place = np.minimum(np.searchsorted(ordered, these), len(ordered) - 1)
    found: NDArray[np.bool_] = ordered[place] == these
    return found
