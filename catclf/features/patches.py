"""Responses of an image's patches to a dictionary that is learned from training images.

Coates, Lee and Ng, "An Analysis of Single-Layer Networks in Unsupervised Feature Learning"
(AISTATS 2011), and Coates and Ng, "The Importance of Encoding Versus Training with Sparse Coding
and Vector Quantization" (ICML 2011). To learn the dictionary, without labels, random patches are
normalised in brightness and contrast, whitened, and clustered by spherical k-means; the centroids
are its atoms. To encode an image, the responses of all patches to all atoms are thresholded, and
pooled over the cells of a grid.
"""

from collections.abc import Callable, Mapping
from functools import cache, partial
from itertools import count
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import DTypeLike, NDArray

from catclf.features.feature_map import BasicFeatureMap
from catclf.features.one_by_one import fill_one_by_one
from catclf.images.preprocessing import SIDE, Images
from catclf.logistic import Array
from catclf.parallel import Spares, map_on_threads, one_blas_thread, workers
from catclf.progress import Progress
from catclf.rows import Rows

Floats = NDArray[np.float32]


class Scale(NamedTuple):
    """A size at which an image is looked at."""

    shrink: int
    """Pixels along each side whose mean becomes one pixel."""
    stride: int
    """Pixels, after shrinking, from one patch to the next."""


SCALES = (Scale(shrink=1, stride=2), Scale(shrink=2, stride=1))  # fine, coarse

_ATOMS = 200
WIDTH = 6  # of a patch, in pixels
_PATCH_SIZE = WIDTH * WIDTH * 3

_GRID = 4  # pooling cells along a side
THRESHOLD = 1.0  # smaller responses count as 0: most patches resemble some atoms by chance

VARIANCE_OFFSET = 10.0  # added to a patch's variance, so that faint patches, mostly noise, fade
_WHITENING_OFFSET = 0.1  # added to the variance along each axis of the patches

_SAMPLED_PATCHES = 100_000
_ITERATIONS = 10
_BATCH = 5000


class Patches(BasicFeatureMap):
    """Pooled responses of an image's patches to a dictionary, at two scales.

    The response of a patch p, 108 numbers with variance v, to an atom is
    z = (atom · p) / √(v + 10) - offset; atoms and offsets include whitening and the removal of the
    patch's mean. The features are the means of max(0, z - 1) and of max(0, -z - 1) over each cell
    of a 4 × 4 grid, under a square root.

    Parameters
    ----------
    atoms : float32 array (2, 108, K)
        For each scale, K atoms in columns.
    offsets : float32 array (2, K)
        What is subtracted from the responses.
    """

    name = "patches"
    array_names = ("patches_atoms", "patches_offsets")

    def __init__(self, atoms: Floats, offsets: Floats) -> None:
        self._atoms, self._offsets = atoms, offsets

    @classmethod
    def learn(cls, images: Rows, seed: int, progress: Progress | None = None) -> Self:
        """Learn a dictionary for each scale, from random patches."""
        rng = np.random.default_rng(seed)
        passes = count(1)

        def on_pass() -> None:
            if progress:
                progress(next(passes), len(SCALES) * _ITERATIONS)

        samples = (_sample(images, scale, rng) for scale in SCALES)
        learned = [_learn_dictionary(sample, rng, on_pass) for sample in samples]
        return cls(*(np.stack(arrays) for arrays in zip(*learned, strict=True)))

    @classmethod
    def restore(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Restore the dictionary; K may differ from that of this version."""
        atoms, offsets = (arrays[name] for name in cls.array_names)
        fits = (
            atoms.dtype == offsets.dtype == np.float32
            and offsets.ndim == 2
            and offsets.size > 0
            and len(offsets) == len(SCALES)
            and atoms.shape == (len(SCALES), _PATCH_SIZE, offsets.shape[1])
        )
        if not fits:
            raise ValueError("its dictionary of patches has the wrong shape or type")
        # Larger values, which are never learned, might overflow.
        if not (np.abs(atoms) < 1e6).all() or not (np.abs(offsets) < 1e6).all():
            raise ValueError("its dictionary of patches has values out of range")
        return cls(np.ascontiguousarray(atoms), np.ascontiguousarray(offsets))

    @property
    def n_x(self) -> int:
        """Number of features: scales × signs × cells × atoms, 12 800 for 200 atoms."""
        return len(SCALES) * 2 * _GRID**2 * int(self._atoms.shape[2])

    @property
    def atoms(self) -> Floats:
        """Atoms (2, K, 6, 6, 3), as small images, for the fine and the coarse scale."""
        return self._atoms.transpose(0, 2, 1).reshape(  # (2, K, 6, 6, 3)
            len(SCALES), -1, WIDTH, WIDTH, 3
        )

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """The dictionary: atoms and offsets."""
        return dict(zip(self.array_names, (self._atoms, self._offsets), strict=True))

    def columns(self, images: Images, dtype: DTypeLike = np.float64) -> Array:
        """Feature columns, ordered by scale, sign of the response, cell and atom."""
        rows = np.empty((len(images), self.n_x), dtype)
        fill_one_by_one(rows, self._features, images)
        return rows.T  # (n_x, m)

    def spread(self, contributions: Array) -> Array:
        """Contributions (n_x,), spread evenly over the 16 × 16 pixels of each cell: (64, 64)."""
        by_cell = contributions.reshape(len(SCALES) * 2, _GRID**2, -1).sum(axis=(0, 2))  # (16,)
        side = SIDE // _GRID
        cells = by_cell.reshape(_GRID, _GRID) / side**2  # (4, 4)
        return np.kron(cells, np.ones((side, side)))  # (64, 64)

    def _features(self, image: Images) -> Floats:
        """Features (n_x,) of one image (64, 64, 3)."""
        pooled: list[Floats] = []
        with _spaces(self._atoms.shape[2]).one() as spaces:
            scales = zip(SCALES, self._atoms, self._offsets, spaces, strict=True)
            for scale, atoms, offsets, space in scales:
                _fill_patches(space.patches, _shrink(image, scale.shrink), scale.stride)
                _fill_responses(space.Z, space.patches, atoms, offsets)
                pooled += _pool(space.Z, space.above, CELL_MEANS[scale])
        features: Floats = np.sqrt(np.concatenate(pooled, axis=None))  # (n_x,)
        return features


class _Space(NamedTuple):
    """Memory for the patches of an image, used again: to get some takes as long as to use it."""

    patches: Floats
    """(places², 108)."""
    Z: Floats
    """(places², K): responses."""
    above: Floats
    """(places², K)."""


@cache
def _spaces(K: int) -> Spares[list[_Space]]:
    """Memory for dictionaries of K atoms, one space for each scale."""
    return Spares(lambda: _new_spaces(K))


def _new_spaces(K: int) -> list[_Space]:
    counts = [int(cell_edges(scale)[-1]) ** 2 for scale in SCALES]
    return [
        _Space(*(np.empty((count, n), np.float32) for n in (_PATCH_SIZE, K, K))) for count in counts
    ]


def _fill_responses(Z: Floats, patches: Floats, atoms: Floats, offsets: Floats) -> None:
    """Responses (places², K) of patches to all atoms; changes the patches."""
    # The atoms do not see a patch's mean; the rounding of bright pixels would be seen.
    patches -= patches.mean(axis=1, keepdims=True)
    np.dot(patches, atoms, out=Z)
    Z /= _contrast(patches)
    Z -= offsets


def _pool(Z: Floats, above: Floats, cell_means: Floats) -> tuple[Floats, Floats]:
    """Means of max(0, Z - 1) and of max(0, -Z - 1) over each cell, (16, K) each; changes Z."""
    # Not the mean of max(z, 1), minus 1, which would save work: the square root that follows makes
    # much of the rounding of a small mean.
    zeros = np.zeros(Z.shape[1], Z.dtype)  # numpy compares with a number four times more slowly
    np.subtract(Z, THRESHOLD, out=above)
    np.maximum(above, zeros, out=above)
    Z += THRESHOLD
    np.minimum(Z, zeros, out=Z)
    return np.dot(cell_means, above), np.dot(-cell_means, Z)


def cell_edges(scale: Scale) -> NDArray[np.int64]:
    """Where the cells begin and end, (5,), counted in patches along a side."""
    places = (SIDE // scale.shrink - WIDTH) // scale.stride + 1
    return np.linspace(0, places, _GRID + 1).round().astype(np.int64)


def _cell_means(scale: Scale) -> Floats:
    """A matrix (16, places²) that takes the mean over the patches of each cell."""
    edges = cell_edges(scale)
    along = np.zeros((_GRID, int(edges[-1])), np.float32)
    for i in range(_GRID):
        along[i, edges[i] : edges[i + 1]] = 1 / (edges[i + 1] - edges[i])
    return np.kron(along, along)  # (16, places²)


CELL_MEANS = {scale: _cell_means(scale) for scale in SCALES}


def _shrink(image: Images, factor: int) -> Floats:
    """An image (64, 64, 3) made smaller by a whole factor: (64/factor, 64/factor, 3)."""
    if factor == 1:
        return image.astype(np.float32, order="C")
    offsets = [(i, j) for i in range(factor) for j in range(factor)]
    small = np.zeros((SIDE // factor, SIDE // factor, 3), np.float32)
    for i, j in offsets:
        small += image[i::factor, j::factor]
    small /= factor**2
    return small


def _fill_patches(patches: Floats, image: Floats, stride: int) -> None:
    """Patches of an image (side, side, 3) in rows, (places², 108)."""
    views = _all_patches(image)[::stride, ::stride]  # (places, places, 6, 18)
    patches.reshape(views.shape)[:] = views  # (places, places, 6, 18)


def _all_patches(image: Floats) -> Floats:
    """Views of the patches at all places of an image (side, side, 3): (places, places, 6, 18)."""
    places = len(image) - WIDTH + 1
    row, pixel, channel = image.strides
    # A row of a patch, six pixels of three channels, is contiguous.
    return as_strided(
        image, (places, places, WIDTH, WIDTH * 3), (row, pixel, row, channel), writeable=False
    )


def _contrast(patches: Floats) -> Floats:
    """√(variance + 10) of each patch, whose mean is 0: (patches, 1)."""
    variance = np.einsum("ij,ij->i", patches, patches) / _PATCH_SIZE
    contrast: Floats = np.sqrt(variance + np.float32(VARIANCE_OFFSET))[:, np.newaxis]
    return contrast  # (patches, 1)


def _sample(images: Rows, scale: Scale, rng: np.random.Generator) -> Floats:
    """Patches from random places of random images, (100 000, 108)."""
    which = np.sort(rng.integers(0, len(images), _SAMPLED_PATCHES))
    places = SIDE // scale.shrink - WIDTH + 1
    top, left = rng.integers(0, places, (2, _SAMPLED_PATCHES))
    sample = np.empty((_SAMPLED_PATCHES, _PATCH_SIZE), np.float32)
    for i in np.unique(which).tolist():
        here = slice(*np.searchsorted(which, [i, i + 1]))
        views = _all_patches(_shrink(images[i : i + 1][0], scale.shrink))
        sample[here] = views[top[here], left[here]].reshape(-1, _PATCH_SIZE)  # (patches, 108)
    return sample


def _learn_dictionary(
    patches: Floats, rng: np.random.Generator, on_pass: Callable[[], None]
) -> tuple[Floats, Floats]:
    """Atoms (108, K) and offsets (K,) from a sample of patches (s, 108)."""
    patches = patches - patches.mean(axis=1, keepdims=True)
    patches /= _contrast(patches)
    mean = patches.mean(axis=0, dtype=np.float64)  # (108,)
    patches -= mean.astype(np.float32)
    with one_blas_thread():
        whitening = _whitening(patches)  # (108, 108)
        whitened = np.dot(patches, whitening.astype(np.float32))
        atoms = whitening @ _spherical_k_means(whitened, rng, on_pass)  # (108, K)
        offsets = atoms.T @ mean  # (K,)
    atoms -= atoms.mean(axis=0)  # so that a patch's mean need not be subtracted from it
    return atoms.astype(np.float32), offsets.astype(np.float32)


def _whitening(patches: Floats) -> Array:
    """A matrix (108, 108) that decorrelates centred patches (s, 108): ZCA whitening."""
    covariance = np.zeros((_PATCH_SIZE, _PATCH_SIZE))
    for batch in _batches(patches):
        covariance += np.dot(batch.T, batch)
    variances, axes = np.linalg.eigh(covariance / len(patches))
    whitening: Array = axes / np.sqrt(variances + _WHITENING_OFFSET) @ axes.T  # (108, 108)
    return whitening


def _spherical_k_means(
    patches: Floats, rng: np.random.Generator, on_pass: Callable[[], None]
) -> Array:
    """Centroids of length 1, (108, K), of patches (s, 108), where -p counts as p."""
    atoms = rng.standard_normal((_PATCH_SIZE, _ATOMS))
    atoms /= np.linalg.norm(atoms, axis=0)
    for _ in range(_ITERATIONS):
        sum_by_atom = partial(_sums_by_atom, atoms=atoms.astype(np.float32))
        # The sums are added in the order of the batches, whatever the number of threads.
        parts = map_on_threads(sum_by_atom, _batches(patches), workers())
        sums = sum(parts, start=np.zeros_like(atoms))  # (108, K)
        lengths = np.linalg.norm(sums, axis=0)
        has_patches = lengths > 1e-6  # the other atoms stay as they are
        atoms[:, has_patches] = sums[:, has_patches] / lengths[has_patches]
        on_pass()
    return atoms


def _sums_by_atom(patches: Floats, atoms: Floats) -> Floats:
    """For each atom, the sum of the patches nearest to it, weighted by response: (108, K)."""
    Z = np.dot(patches, atoms)  # (patches, K)
    nearest = np.abs(Z).argmax(axis=1)[:, np.newaxis]  # (patches, 1)
    weights = np.zeros_like(Z)
    np.put_along_axis(weights, nearest, np.take_along_axis(Z, nearest, axis=1), axis=1)
    sums: Floats = np.dot(patches.T, weights)  # (108, K)
    return sums


def _batches(patches: Floats) -> list[Floats]:
    return [patches[start : start + _BATCH] for start in range(0, len(patches), _BATCH)]
