"""Images that belong together, and so on one side of every division of a data set."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catclf.images.fingerprints import Fingerprints
from catclf.images.near_duplicates import PerceptualHashes, near_duplicates, perceptual_hashes
from catclf.progress import Progress
from catclf.rows import Rows

Groups = NDArray[np.intp]
"""(m,): images with the same number belong together."""

_BATCH = 512

# The time grows with the square of the number: 100 000 images take about half a minute.
_MOST_COMPARED = 100_000


def group_images(
    images: Rows,
    prints: Fingerprints,
    files: Sequence[Path] = (),
    keys: Sequence[Hashable] | None = None,
    progress: Progress | None = None,
) -> Groups:
    """Find the images that belong together.

    A model that was trained on one of them knows something of the others, beyond what it knows of
    their class. They are identical images, near duplicates, photographs of one burst, and images
    with the same key; and whatever is connected through others.

    Parameters
    ----------
    images : uint8 array (m, 64, 64, 3), or Rows of that shape
        Images. Of more than 100 000, near duplicates are not looked for.
    prints : uint64 array (m,)
        Their fingerprints.
    files : sequence of Path
        The file of each image, where it has one of its own: its EXIF data tell of bursts.
    keys : sequence, optional
        The key of each image; None for an image without one.
    progress : callable, optional
        Called with the number of images that have been compared with all others.

    Returns
    -------
    int array (m,)
        Numbers of groups, from 0, in the order of their smallest fingerprints: independent of the
        order and the names of the images.
    """
    lowest = np.arange(len(prints))
    _connect(lowest, _equal(prints.tolist()))
    if len(prints) <= _MOST_COMPARED:
        for pairs in near_duplicates(_hashes(images), progress):
            _connect(lowest, pairs)
    if files:
        from catclf.images.bursts import bursts

        _connect(lowest, _equal(bursts(files)))
    if keys is not None:
        _connect(lowest, _equal(keys))
    return _ordered(lowest, prints)


def _hashes(images: Rows) -> PerceptualHashes:
    batches = [
        perceptual_hashes(np.asarray(images[start : start + _BATCH]))
        for start in range(0, len(images), _BATCH)
    ]
    hashes, thumbnails = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    return PerceptualHashes(hashes, thumbnails)


def _equal(keys: Iterable[Hashable]) -> NDArray[np.intp]:
    """Pairs (n, 2) that connect all equal keys, but for None."""
    return np.array(list(_repeated(keys)), np.intp).reshape(-1, 2)  # (n, 2)


def _repeated(keys: Iterable[Hashable]) -> Iterator[tuple[int, int]]:
    """Positions of the first of each key and of a later one."""
    first: dict[Hashable, int] = {}
    for i, key in enumerate(keys):
        if key is not None and first.setdefault(key, i) != i:
            yield first[key], i


def _connect(lowest: NDArray[np.intp], pairs: NDArray[np.intp]) -> None:
    """Update the lowest position (m,) that each is connected to by more pairs (n, 2)."""
    before = None
    while before is None or (lowest != before).any():
        before = lowest.copy()
        for here, there in (pairs.T, pairs.T[::-1]):
            np.minimum.at(lowest, lowest[here], lowest[there])
        lowest[:] = lowest[lowest]


def _ordered(lowest: NDArray[np.intp], prints: Fingerprints) -> Groups:
    """Number the groups by their smallest fingerprints."""
    smallest = np.full(len(prints), np.iinfo(np.uint64).max, np.uint64)
    np.minimum.at(smallest, lowest, prints)
    _, groups = np.unique(smallest[lowest], return_inverse=True)
    return groups.reshape(-1)  # (m,)
