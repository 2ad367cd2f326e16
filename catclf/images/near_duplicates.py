"""Images that are the same, or nearly: one photograph scaled, compressed or brightened."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.images.fingerprints import Fingerprints
from catclf.images.preprocessing import SIDE, Images

_HASH_SIDE = 8
_THUMBNAIL_SIDE = 16

# Images whose hashes differ in no more bits, of 112, are looked at more closely; they are copies
# if their thumbnails differ by no more than that, of 255, on average.
_MOST_BITS = 10
_MOST_DIFFERENCE = 6.0

# Images that are compared with all others at a time.
_BLOCK = 512


class PerceptualHashes(NamedTuple):
    """What images look like, in little room."""

    hashes: NDArray[np.float32]
    """(m, 112), each number 1 or -1."""
    thumbnails: NDArray[np.float32]
    """(m, 256): brightness in a grid of 16 × 16, from 0 to 255."""


def looks(images: Images) -> PerceptualHashes:
    """What images look like.

    The hash tells of neighbours in a grid of 8 × 8, beside each other and one below the other,
    which is brighter (the difference hash of Neal Krawetz, "Kind of Like That", 2013). Scaling,
    compression and brightness hardly change that.

    Parameters
    ----------
    images : uint8 array (m, 64, 64, 3)
        Images.

    Returns
    -------
    PerceptualHashes
        Of each.
    """
    m = len(images)
    thumbnails = _brightness(images)  # (m, 16, 16)
    pooled = thumbnails.reshape(m, _HASH_SIDE, 2, _HASH_SIDE, 2)
    small = pooled.mean(axis=(2, 4))  # (m, 8, 8)
    across, down = np.diff(small, axis=2) > 0, np.diff(small, axis=1) > 0
    pairs = _HASH_SIDE * (_HASH_SIDE - 1)
    bits = np.hstack([across.reshape(m, pairs), down.reshape(m, pairs)])  # (m, 112)
    return PerceptualHashes(
        np.where(bits, np.float32(1), np.float32(-1)),
        thumbnails.reshape(m, _THUMBNAIL_SIDE**2),  # (m, 256)
    )


def exact_duplicates(prints: Fingerprints) -> list[tuple[int, int]]:
    """The first image of each fingerprint, paired with each later one.

    Parameters
    ----------
    prints : uint64 array (m,)
        Fingerprints.

    Returns
    -------
    list of (int, int)
        Places of the two.
    """
    first: dict[int, int] = {}
    places = [(first.setdefault(number, i), i) for i, number in enumerate(prints.tolist())]
    return [(i, j) for i, j in places if i < j]


def near_duplicates(hashes_of_all: PerceptualHashes) -> list[tuple[int, int]]:
    """Pairs of images that look alike, exact copies among them.

    Parameters
    ----------
    hashes_of_all : PerceptualHashes
        Of m images.

    Returns
    -------
    list of (int, int)
        Places of the two, the lower one first.
    """
    hashes, thumbnails = hashes_of_all
    pairs = []
    for start in range(0, len(hashes), _BLOCK):
        # The product of two hashes is the number of equal bits minus that of different ones.
        products = hashes[start : start + _BLOCK] @ hashes[start:].T  # (block, later images)
        alike = np.argwhere(products >= hashes.shape[1] - 2 * _MOST_BITS) + start  # (pairs, 2)
        i, j = alike[alike[:, 0] < alike[:, 1]].T
        differences = np.abs(thumbnails[i] - thumbnails[j]).mean(axis=1)  # (pairs,)
        close = differences <= _MOST_DIFFERENCE
        pairs += list(zip(i[close].tolist(), j[close].tolist(), strict=True))
    return pairs


def _brightness(images: Images) -> NDArray[np.float32]:
    """Mean brightness in a grid of 16 × 16 fields, (m, 16, 16)."""
    m, size = len(images), SIDE // _THUMBNAIL_SIDE
    # First the rows of each field, so that long lines are added up; a sum is below 65 536.
    lines = images.reshape(m, _THUMBNAIL_SIDE, size, SIDE * 3).sum(axis=2, dtype=np.uint16)
    fields = lines.reshape(m, _THUMBNAIL_SIDE, _THUMBNAIL_SIDE, size * 3)
    sums = fields.sum(axis=3, dtype=np.uint16)  # (m, 16, 16)
    mean: NDArray[np.float32] = sums / np.float32(size * size * 3)
    return mean
