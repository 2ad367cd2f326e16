"""Duplicates and near duplicates: one photograph scaled, compressed or brightened."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.images.fingerprints import Fingerprints
from catclf.images.preprocessing import SIDE, Images
from catclf.progress import Progress
from catclf.rows import Rows

_HASH_SIDE = 8
_THUMBNAIL_SIDE = 16

# Images whose hashes differ in at most this many of 112 bits are compared more closely: they are
# near duplicates if their thumbnails differ by at most this much, of 255, on average.
_MOST_BITS = 10
_MOST_DIFFERENCE = 6.0

# Pairs of images compared at a time: 64 MB of products.
_COMPARISONS = 2**24

# Pairs of thumbnails compared at a time: 33 MB of differences.
_CLOSER = 2**15

# More images than this are not compared while a training is waiting.
_MOST_COMPARED = 20_000


class PerceptualHashes(NamedTuple):
    """A summary of what images look like, 1.5 kB for each."""

    hashes: NDArray[np.float32]
    """(m, 112), each number 1 or -1."""
    thumbnails: NDArray[np.float32]
    """(m, 256): brightness in a grid of 16 × 16, from 0 to 255."""


def perceptual_hashes(images: Images) -> PerceptualHashes:
    """Summarise what images look like.

    In a grid of 8 × 8, each bit of the hash says which of two neighbours, side by side or one above
    the other, is brighter (the difference hash of Neal Krawetz, "Kind of Like That", 2013).
    Scaling, compression and brightness hardly change that.

    Parameters
    ----------
    images : uint8 array (m, 64, 64, 3)
        Images.

    Returns
    -------
    PerceptualHashes
        One row for each image.
    """
    m = len(images)
    thumbnails = _brightness(images)  # (m, 16, 16)
    squares = thumbnails.reshape(m, _HASH_SIDE, 2, _HASH_SIDE, 2)  # (m, 8, 2, 8, 2)
    small = squares.mean(axis=(2, 4))  # (m, 8, 8)
    across, down = np.diff(small, axis=2) > 0, np.diff(small, axis=1) > 0
    pairs = _HASH_SIDE * (_HASH_SIDE - 1)
    bits = np.hstack([across.reshape(m, pairs), down.reshape(m, pairs)])  # (m, 112)
    return PerceptualHashes(
        np.where(bits, np.float32(1), np.float32(-1)),
        thumbnails.reshape(m, _THUMBNAIL_SIDE**2),  # (m, 256)
    )


def exact_duplicates(prints: Fingerprints) -> list[tuple[int, int]]:
    """Pair the first image of each fingerprint with each later one.

    Parameters
    ----------
    prints : uint64 array (m,)
        Fingerprints.

    Returns
    -------
    list of (int, int)
        Positions of the two.
    """
    first: dict[int, int] = {}
    pairs = [(first.setdefault(number, i), i) for i, number in enumerate(prints.tolist())]
    return [(i, j) for i, j in pairs if i < j]


def near_duplicates(
    summaries: PerceptualHashes, progress: Progress | None = None
) -> Iterator[NDArray[np.intp]]:
    """Find pairs of images that look alike, exact duplicates included.

    Parameters
    ----------
    summaries : PerceptualHashes
        Of m images.
    progress : callable, optional
        Called with the number of images that have been compared with all others.

    Yields
    ------
    int array (n, 2)
        Positions of the two, the lower one first. All pairs at once might not fit into memory.
    """
    hashes, thumbnails = summaries
    m = len(hashes)
    batch = max(1, _COMPARISONS // max(m, 1))
    for start in range(0, m, batch):
        # The product of two hashes is the number of equal bits minus that of different ones.
        products = hashes[start : start + batch] @ hashes[start:].T  # (batch, later images)
        alike = np.argwhere(products >= hashes.shape[1] - 2 * _MOST_BITS) + start  # (pairs, 2)
        alike = alike[alike[:, 0] < alike[:, 1]]
        for first in range(0, len(alike), _CLOSER):
            pairs = alike[first : first + _CLOSER]
            differences = np.abs(thumbnails[pairs[:, 0]] - thumbnails[pairs[:, 1]]).mean(axis=1)
            yield pairs[differences <= _MOST_DIFFERENCE]
        if progress:
            progress(min(start + batch, m), m)


def near_duplicates_among(of: Rows, among: Rows) -> dict[int, int]:
    """Find the images that are near, but not exact, duplicates of any of some others.

    Parameters
    ----------
    of, among : uint8 array (m, 64, 64, 3), or anything that gives such arrays for slices
        Images; more than 20 000 together are not compared, as that would take long.

    Returns
    -------
    dict of int to int
        Positions among the first, in order, with that of one of the others; none if there are too
        many to compare.
    """
    m = len(of)
    if m + len(among) > _MOST_COMPARED:
        return {}
    images = np.concatenate([of[:], among[:]])
    found: dict[int, int] = {}
    for pairs in near_duplicates(perceptual_hashes(images)):
        across = pairs[(pairs[:, 0] < m) & (pairs[:, 1] >= m)].tolist()
        found |= {i: j - m for i, j in across if not np.array_equal(images[i], images[j])}
    return dict(sorted(found.items()))


def _brightness(images: Images) -> NDArray[np.float32]:
    """Mean brightness in a grid of 16 × 16 cells, (m, 16, 16)."""
    m, size = len(images), SIDE // _THUMBNAIL_SIDE
    # Rows of each cell first, so that long lines are added; each sum is below 65 536.
    rows = images.reshape(m, _THUMBNAIL_SIDE, size, SIDE * 3)  # (m, 16, 4, 192)
    lines = rows.sum(axis=2, dtype=np.uint16)  # (m, 16, 192)
    cells = lines.reshape(m, _THUMBNAIL_SIDE, _THUMBNAIL_SIDE, size * 3)  # (m, 16, 16, 12)
    sums = cells.sum(axis=3, dtype=np.uint16)  # (m, 16, 16)
    mean: NDArray[np.float32] = sums / np.float32(size * size * 3)
    return mean
