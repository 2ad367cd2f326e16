"""Patches: what small parts of an image look like, in the words of a learned dictionary.

Coates, Lee and Ng, "An Analysis of Single-Layer Networks in Unsupervised Feature Learning"
(AISTATS 2011), and Coates and Ng, "The Importance of Encoding Versus Training with Sparse Coding
and Vector Quantization" (ICML 2011). The dictionary is learned from training images without
their labels: patches are taken at random, brought to the same brightness and contrast, whitened,
and gathered around atoms by spherical k-means. Of an image every patch is compared with every
atom, and what is alike, or opposite, is averaged over the fields of a grid.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import DTypeLike, NDArray

from catclf.features.feature_map import Plain
from catclf.images.preprocessing import SIDE, Images
from catclf.logistic import Array
from catclf.parallel import map_on_threads, one_blas_thread, workers
from catclf.rows import Rows

Floats = NDArray[np.float32]

_ATOMS = 200
_WIDTH = 6  # of a patch
_NUMBERS = _WIDTH * _WIDTH * 3


# How many pixels become one, along each side, and how far apart patches are: fine and coarse.
_SCALES = ((1, 2), (2, 1))


_GRID = 4
_FAINT = 10.0  # added to a patch's variance: what is fainter is mostly noise
_WHITENING = 0.1  # added to the patches' variances
_LEAST = 1.0  # likeness below counts as none: most patches are like some atoms by chance

_SAMPLE = 100_000
_ROUNDS = 10
_BATCH = 5000


class Patches(Plain):
    """Likeness of an image's patches to a dictionary, at two scales.

    A patch p of 108 numbers, with deviation d, has the likeness z = (atoms p) / √(d² + 10) - offset
    to each atom: brightness and whitening are in atoms and offset already. The features are the
    means of max(0, z - 1) and of max(0, -z - 1) in each field of a 4 × 4 grid, under a square root.

    Parameters
    ----------
    atoms : float32 array (2, 108, K)
        For each scale, K atoms in columns.
    offsets : float32 array (2, K)
        What to take from each likeness.
    """

    name = "patches"
    array_names: tuple[str, ...] = ("patches_atoms", "patches_offsets")

    def __init__(self, atoms: Floats, offsets: Floats) -> None:
        self._atoms, self._offsets = atoms, offsets

    @classmethod
    def learn(cls, images: Rows, seed: int) -> "Patches":
        """Learn the dictionary.

        Parameters
        ----------
        images : uint8 array (m, 64, 64, 3), or what gives such arrays for slices
            Training images.
        seed : int
            For the patches that are looked at, and the atoms to begin with.

        Returns
        -------
        Patches
            The same, to the last bit, for the same images and seed.
        """
        rng = np.random.default_rng(seed)
        learned = [_dictionary(_sample(images, shrink, rng), rng) for shrink, _ in _SCALES]
        return cls(*(np.stack(arrays) for arrays in zip(*learned, strict=True)))

    @classmethod
    def restore(cls, arrays: Mapping[str, NDArray[Any]]) -> "Patches":
        """The feature map from what it had learned.

        Parameters
        ----------
        arrays : mapping of str to array
            With `patches_atoms` and `patches_offsets`.

        Returns
        -------
        Patches
            As it was.

        Raises
        ------
        ValueError
            If these can be no dictionary.
        """
        atoms, offsets = (arrays[name] for name in cls.array_names)
        fits = (
            atoms.dtype == offsets.dtype == np.float32
            and offsets.ndim == 2
            and offsets.size > 0
            and len(offsets) == len(_SCALES)
            and atoms.shape == (len(_SCALES), _NUMBERS, offsets.shape[1])
        )
        if not fits:
            raise ValueError("its dictionary of patches has not the right shape")
        # Larger ones, which are never learned, might overflow.
        if not (np.abs(atoms) < 1e6).all() or not (np.abs(offsets) < 1e6).all():
            raise ValueError("its dictionary of patches holds values that make no sense")
        return cls(np.ascontiguousarray(atoms), np.ascontiguousarray(offsets))

    @property
    def n_x(self) -> int:
        """Features of an image."""
        return len(_SCALES) * _GRID**2 * 2 * int(self._atoms.shape[2])

    @property
    def atoms(self) -> Floats:
        """Atoms (2, K, 6, 6, 3), for the fine and the coarse scale: what patches are weighed by."""
        return self._atoms.transpose(0, 2, 1).reshape(  # (2, K, 6, 6, 3)
            len(_SCALES), -1, _WIDTH, _WIDTH, 3
        )

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """The dictionary."""
        return dict(zip(self.array_names, (self._atoms, self._offsets), strict=True))

    def columns(self, images: Images, dtype: DTypeLike = np.float64) -> Array:
        """Feature columns of some images.

        Parameters
        ----------
        images : uint8 array (m, 64, 64, 3)
            Images.
        dtype : float64 or float32
            Type of the columns; the work is done in float32.

        Returns
        -------
        array (n_x, m)
            A transposed view: in memory, an image's numbers lie side by side.
        """
        rows = np.empty((len(images), self.n_x), dtype)

        # One image at a time stays in the cache; and its features are the same to the last bit,
        # whatever other images there are.
        def fill(i: int) -> None:
            rows[i] = self._features(images[i])

        with one_blas_thread():
            map_on_threads(fill, range(len(images)), workers())
        return rows.T  # (n_x, m)

    def spread(self, effects: Array) -> Array:
        """Effects (n_x,), evenly on the pixels of its field: (64, 64)."""
        by_field = effects.reshape(len(_SCALES) * 2, _GRID**2, -1).sum(axis=(0, 2))  # (16,)
        side = SIDE // _GRID
        fields = by_field.reshape(_GRID, _GRID) / side**2  # (4, 4)
        return np.kron(fields, np.ones((side, side)))  # (64, 64)

    def _features(self, image: Images) -> Floats:
        means = []
        dictionaries = zip(_SCALES, self._atoms, self._offsets, strict=True)
        for (shrink, stride), atoms, offsets in dictionaries:
            patches = _patches(_shrunk(image, shrink), stride)  # (places, 108)
            Z = np.dot(patches, atoms)  # (places, K)
            Z /= _contrast(patches)
            Z -= offsets
            # The mean of max(0, z - 1) is that of max(z, 1), minus 1.
            fields = _FIELDS[shrink]  # (16, places)
            means.append(np.dot(fields, np.maximum(Z, _LEAST)) - _LEAST)  # (16, K)
            means.append(-np.dot(fields, np.minimum(Z, -_LEAST)) - _LEAST)
        features = np.concatenate(means, axis=None)  # (n_x,)
        # Rounding can make a mean of nothing negative.
        rooted: Floats = np.sqrt(np.maximum(features, 0, out=features), out=features)
        return rooted


def _fields(shrink: int, stride: int) -> Floats:
    """The averages over each field, as a matrix (16, places)."""
    places = (SIDE // shrink - _WIDTH) // stride + 1  # along a side
    edges = np.linspace(0, places, _GRID + 1).round().astype(int)
    along = np.zeros((_GRID, places), np.float32)
    for i in range(_GRID):
        along[i, edges[i] : edges[i + 1]] = 1 / (edges[i + 1] - edges[i])
    return np.kron(along, along)  # (16, places²)


_FIELDS = {shrink: _fields(shrink, stride) for shrink, stride in _SCALES}


def _shrunk(image: Images, shrink: int) -> Floats:
    """An image (64, 64, 3), with the mean of so many pixels along each side for one."""
    if shrink == 1:
        return image.astype(np.float32, order="C")
    side = SIDE // shrink
    fields = image.reshape(side, shrink, side, shrink, 3)
    small: Floats = fields.mean(axis=(1, 3), dtype=np.float32)  # (side, side, 3)
    return small


def _patches(image: Floats, stride: int) -> Floats:
    """Patches in rows (places², 108), from an image (side, side, 3)."""
    views = _views(image)[::stride, ::stride]  # (places, places, 6, 18)
    return views.reshape(-1, _NUMBERS)  # (places², 108), a copy


def _views(image: Floats) -> Floats:
    """Views of all patches of an image (side, side, 3), wherever they begin."""
    places = len(image) - _WIDTH + 1
    row, pixel, number = image.strides
    # The three numbers of each of six pixels lie side by side.
    return as_strided(
        image, (places, places, _WIDTH, _WIDTH * 3), (row, pixel, row, number), writeable=False
    )


def _contrast(patches: Floats) -> Floats:
    """√(variance + 10) of each patch, (patches, 1)."""
    mean_square = np.einsum("ij,ij->i", patches, patches) / _NUMBERS
    variance = np.maximum(mean_square - patches.mean(axis=1) ** 2, 0)
    contrast: Floats = np.sqrt(variance + np.float32(_FAINT))[:, np.newaxis]  # (patches, 1)
    return contrast


def _sample(images: Rows, shrink: int, rng: np.random.Generator) -> Floats:
    """Patches from random places of random images, (100 000, 108)."""
    which = np.sort(rng.integers(0, len(images), _SAMPLE))
    top, left = rng.integers(0, SIDE // shrink - _WIDTH + 1, (2, _SAMPLE))
    sample = np.empty((_SAMPLE, _NUMBERS), np.float32)
    for i in np.unique(which).tolist():
        here = slice(*np.searchsorted(which, [i, i + 1]))
        views = _views(_shrunk(images[i : i + 1][0], shrink))
        sample[here] = views[top[here], left[here]].reshape(-1, _NUMBERS)  # (patches, 108)
    return sample


def _dictionary(patches: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Atoms (108, K) and offsets (K,) from a sample of patches."""
    patches = (patches - patches.mean(axis=1, keepdims=True)) / _contrast(patches)
    mean = patches.mean(axis=0, dtype=np.float64)  # (108,)
    patches -= mean.astype(np.float32)
    with one_blas_thread():
        covariance = np.zeros((_NUMBERS, _NUMBERS))
        for batch in _batches(patches):
            covariance += np.dot(batch.T, batch)
        variances, axes = np.linalg.eigh(covariance / len(patches))
        whitening = axes / np.sqrt(variances + _WHITENING) @ axes.T  # (108, 108)
        whitened = np.dot(patches, whitening.astype(np.float32))
        atoms = whitening @ _spherical_k_means(whitened, rng)  # (108, K)
        offsets = atoms.T @ mean  # (K,)
    atoms -= atoms.mean(axis=0)  # so that a patch's own mean need not be taken from it
    return atoms.astype(np.float32), offsets.astype(np.float32)


def _spherical_k_means(patches: Floats, rng: np.random.Generator) -> Array:
    """Atoms of length 1, (108, K), around which patches (s, 108) gather, or opposite which."""
    atoms = rng.standard_normal((_NUMBERS, _ATOMS))
    atoms /= np.linalg.norm(atoms, axis=0)
    batches = list(_batches(patches))
    for _ in range(_ROUNDS):
        small = atoms.astype(np.float32)

        def gathered(batch: Floats, atoms: Floats = small) -> Array:
            Z = np.dot(batch, atoms)  # (patches, K)
            nearest = np.abs(Z).argmax(axis=1)[:, np.newaxis]  # (patches, 1)
            # Each patch counts for its nearest atom only, by its likeness.
            only = np.zeros_like(Z)
            np.put_along_axis(only, nearest, np.take_along_axis(Z, nearest, axis=1), axis=1)
            sums: Array = np.dot(batch.T, only)  # (108, K)
            return sums

        # In the order of the batches, whatever the number of threads.
        parts = map_on_threads(gathered, batches, workers())
        sums = sum(parts, start=np.zeros_like(atoms))
        lengths = np.linalg.norm(sums, axis=0)
        # An atom without patches stays as it is.
        moved = lengths > 1e-6
        atoms[:, moved] = sums[:, moved] / lengths[moved]
    return atoms


def _batches(patches: Floats) -> list[Floats]:
    return [patches[start : start + _BATCH] for start in range(0, len(patches), _BATCH)]
