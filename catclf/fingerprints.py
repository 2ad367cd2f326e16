"""Fingerprints of pictures, by which a model knows the pictures that it was trained on."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from catclf.images import Images

Fingerprints = NDArray[np.uint64]

_PORTION = 256


def fingerprints(pictures: Images) -> Fingerprints:
    """64-bit BLAKE2b hashes of pictures as a model sees them.

    Copies of a file under other names, or of other sizes of file but the same pixels, have the same
    fingerprint. That two different pictures of a million share one by chance has a probability of
    about 3 in 100 million.

    Parameters
    ----------
    pictures : uint8 array (m, 64, 64, 3), or what gives such arrays for slices
        Pictures.

    Returns
    -------
    uint64 array (m,)
        One number a picture.
    """
    digests = b"".join(
        hashlib.blake2b(picture.data, digest_size=8).digest()
        for start in range(0, len(pictures), _PORTION)
        for picture in np.ascontiguousarray(pictures[start : start + _PORTION])
    )
    return np.frombuffer(digests, "<u8").astype(np.uint64)  # (m,)
