"""Random Fourier features: with them, logistic regression has a Gaussian kernel.

Rahimi and Recht, "Random Features for Large-Scale Kernel Machines" (NIPS 2007): cosines of random
projections, whose inner products approximate k(x, x') = exp(-γ ‖x - x'‖² / n). A model that is
linear in them has a nonlinear decision boundary in x. The projections are the structured ones of Yu
et al., "Orthogonal Random Features" (NIPS 2016): random signs and Hadamard transforms in
alternation, so that no projection matrix has to be stored.
"""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.encoders.encodings import Floats
from catclf.features.feature_map import FeatureMap
from catclf.features.one_by_one import fill_one_by_one
from catclf.features.standardise import is_constant, means_and_deviations
from catclf.images.preprocessing import Images
from catclf.logistic import Array
from catclf.progress import Progress
from catclf.rows import Rows

_GAMMA = 0.5
_TRANSFORMS = 3

_SAMPLED_IMAGES = 1000  # for means and deviations
_BATCH = 64


class Fourier(FeatureMap):
    """Random Fourier features of the standardised features of another feature map.

    The n inner features are standardised, padded with zeros to n_x = s·s, the smallest power of 4
    that is at least n, and laid out as a matrix P (s, s). Three times, P is multiplied elementwise
    by random signs and then from both sides by the Hadamard matrix H (s, s), which is a Hadamard
    transform of all n_x numbers. The features are √2 cos(√(2γ n_x/n) P - π/4).

    Parameters
    ----------
    inner : FeatureMap
        Makes the n inner features; already learned or restored.
    means, deviations : float32 array (n,)
        Of the inner features.
    signs : int8 array (3, n_x)
        Each 1 or -1.
    """

    array_names = ("fourier_means", "fourier_deviations", "fourier_signs")

    def __init__(
        self, inner: FeatureMap, means: Floats, deviations: Floats, signs: NDArray[np.int8]
    ) -> None:
        self.inner, self.encoder = inner, inner.encoder
        self.means, self.deviations, self._signs = means, deviations, signs
        side = int(np.sqrt(self.n_x))
        self.H = _hadamard(side)
        self.flips = signs.reshape(_TRANSFORMS, side, side).astype(np.float32)  # (3, s, s)
        self.scale = np.float32(np.sqrt(2 * _GAMMA * self.n_x / inner.n_x))

    @classmethod
    def learn(
        cls,
        inner: FeatureMap,
        images: Rows,
        seed: int,
        encodings: Floats | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """Learn means and deviations of the inner features, and draw signs.

        Parameters
        ----------
        inner : FeatureMap
            Makes the inner features; already learned.
        images : uint8 array (m, 64, 64, 3), or anything that gives such arrays for slices
            Training images; at most about 1000 of them are used.
        seed : int
            Random seed.
        encodings : float32 array (m, n), optional
            What the encoder, if there is one, made of the images.
        progress : callable, optional
            Called with the number of images that have been used.

        Returns
        -------
        Fourier
            Ready to make columns.
        """
        step = -(-len(images) // _SAMPLED_IMAGES)
        sample = range(0, len(images), step)
        rows = np.empty((len(sample), inner.n_x), np.float32)
        for start in range(0, len(sample), _BATCH):
            batch = sample[start : start + _BATCH]
            here = np.concatenate([images[i : i + 1] for i in batch])
            encoded = None if encodings is None else encodings[batch.start : batch.stop : step]
            end = start + len(batch)
            rows[start:end] = inner.columns_from(here, encoded, np.float32).T
            if progress:
                progress(end, len(sample))
        means, deviations = means_and_deviations(rows.T)
        deviations[is_constant(deviations)] = np.inf  # standardised, these are 0
        signs = np.random.default_rng(seed).integers(0, 2, (_TRANSFORMS, _power_of_4(inner.n_x)))
        return cls(
            inner,
            means.astype(np.float32),
            deviations.astype(np.float32),
            (2 * signs - 1).astype(np.int8),
        )

    @classmethod
    def restore(cls, inner: FeatureMap, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Restore what `learn` made.

        Parameters
        ----------
        inner : FeatureMap
            Makes the inner features; already restored.
        arrays : mapping of str to array
            Those of `array_names`, and perhaps others.

        Returns
        -------
        Fourier
            Makes the same columns as the one whose arrays they are.

        Raises
        ------
        ValueError
            If an array has the wrong shape or type, or holds values out of range.
        """
        means, deviations, signs = (arrays[name] for name in cls.array_names)
        fits = (
            means.dtype == deviations.dtype == np.float32
            and means.shape == deviations.shape == (inner.n_x,)
            and signs.dtype == np.int8
            and signs.shape == (_TRANSFORMS, _power_of_4(inner.n_x))
        )
        if not fits:
            raise ValueError("its Fourier features have arrays of the wrong shape or type")
        # Smaller deviations, which are never learned, might overflow.
        in_range = (np.abs(means) < 1e6).all() and (deviations > 1e-12).all()
        if not in_range or not (np.abs(signs) == 1).all():
            raise ValueError("its Fourier features have values out of range")
        return cls(inner, means, deviations, signs)

    @property
    def name(self) -> str:
        """The name of the inner feature map, prefixed with "fourier:"."""
        return f"fourier:{self.inner.name}"

    @property
    def n_x(self) -> int:
        """Number of features: the smallest power of 4 that is at least that of the inner ones."""
        return _power_of_4(self.inner.n_x)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """What the inner feature map learned, and means, deviations and signs."""
        own = (self.means, self.deviations, self._signs)
        return {**self.inner.arrays, **dict(zip(self.array_names, own, strict=True))}

    @property
    def is_additive(self) -> bool:
        """Whether the inner features, of which each has a share, have places in the image."""
        return self.encoder is None

    @property
    def looks_at(self) -> str:
        """What the inner features look at."""
        return self.inner.looks_at

    def columns(self, images: Images, dtype: DTypeLike = np.float64) -> Array:
        """Feature columns, from batches of inner feature columns."""
        rows = np.empty((len(images), self.n_x), dtype)
        for start in range(0, len(images), _BATCH):
            batch = slice(start, start + _BATCH)
            self._fill(rows[batch], self.inner.columns(images[batch], np.float32))
        return rows.T  # (n_x, m)

    def columns_from(
        self, images: Images, encodings: Floats | None, dtype: DTypeLike = np.float64
    ) -> Array:
        """Feature columns, from batches of inner feature columns."""
        rows = np.empty((len(images), self.n_x), dtype)
        for start in range(0, len(images), _BATCH):
            batch = slice(start, start + _BATCH)
            here = None if encodings is None else encodings[batch]
            self._fill(rows[batch], self.inner.columns_from(images[batch], here, np.float32))
        return rows.T  # (n_x, m)

    def contributions(self, w: Array, image: Images) -> Array:
        """What each inner feature (n,) contributes to the logit, relative to a mean image.

        These are integrated gradients (Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep
        Networks", ICML 2017): the logit's gradient, averaged over the straight line from the mean
        of the inner features to those of the image, times the difference of the two. They add up to
        the logit of the image minus that of the mean features, which is Σ w + b.
        """
        x = self._standardise(self.inner.columns(image[np.newaxis], np.float32)[:, 0])  # (n,)
        P = self._project(x)  # (n_x,)
        # The mean slope of √2 cos(p - π/4) between 0 and p is its rise divided by p; at 0, it is 1.
        near_zero = np.abs(P) < 1e-4
        rises = _cosines(P) - 1
        slopes = np.where(near_zero, 1, rises / np.where(near_zero, 1, P)) * w[:, 0]
        return self._project_back(slopes)[: self.inner.n_x] * x

    def spread(self, contributions: Array) -> Array:
        """Contributions (n,) of the inner features, spread as the inner feature map does."""
        return self.inner.spread(contributions)

    def _fill(self, rows: Array, inner_columns: Array) -> None:
        """Compute rows (batch, n_x) from the inner feature columns (n, batch)."""
        fill_one_by_one(rows, self._features, inner_columns.T)

    def _features(self, x: Floats) -> Floats:
        """Fourier features (n_x,) of the inner features (n,) of one image."""
        return _cosines(self._project(self._standardise(x)))

    def _standardise(self, x: Floats) -> Floats:
        return (x - self.means) / self.deviations

    def _project(self, x: Floats) -> Floats:
        """Scaled random projections (n_x,) of standardised features (n,)."""
        padded = np.zeros(self.n_x, np.float32)
        padded[: len(x)] = x
        P: Floats = padded.reshape(self.H.shape)  # (s, s)
        for flips in self.flips:
            P = np.dot(np.dot(self.H, flips * P), self.H)
        return self.scale * P.ravel()  # (n_x,)

    def _project_back(self, slopes: Array) -> Array:
        """The transpose of the projection, applied to (n_x,): (n_x,)."""
        P: Array = (self.scale * slopes).reshape(self.H.shape)  # (s, s)
        for flips in self.flips[::-1]:
            P = flips * np.dot(np.dot(self.H, P), self.H)
        return P.ravel()  # (n_x,)


def _cosines(P: Floats) -> Floats:
    """√2 cos(P - π/4). No random phase is needed: sines of sums cancel on average."""
    cosines: Floats = np.sqrt(np.float32(2)) * np.cos(P - np.float32(np.pi / 4))
    return cosines


def _power_of_4(n: int) -> int:
    """The smallest power of 4 that is at least n."""
    power = 4
    while power < n:
        power *= 4
    return power


def _hadamard(side: int) -> Floats:
    """The symmetric and orthogonal Hadamard matrix (side, side); side is a power of 2."""
    H = np.ones((1, 1))
    while len(H) < side:
        H = np.block([[H, H], [H, -H]])  # twice as many rows and columns
    orthogonal: Floats = (H / np.sqrt(side)).astype(np.float32)
    return orthogonal
