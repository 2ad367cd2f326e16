"""Random Fourier features: with them, logistic regression has a Gaussian kernel.

Rahimi and Recht, "Random Features for Large-Scale Kernel Machines" (NIPS 2007): cosines of random
projections, whose products are on average k(x, x') = exp(-γ ‖x - x'‖² / n). A model is then linear
in the cosines, and yet can say that two things together mean more than each alone. The projections
are the structured ones of Yu and others, "Orthogonal Random Features" (NIPS 2016): random signs and
Hadamard transforms in turn, which need no matrix to be stored.
"""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.features.feature_map import FeatureMap
from catclf.images.preprocessing import Images
from catclf.logistic import Array
from catclf.parallel import map_on_threads, one_blas_thread, workers
from catclf.rows import Rows

Floats = NDArray[np.float32]

_GAMMA = 0.5
_ROUNDS = 3

# Images that means and deviations are taken from.
_SAMPLE = 1000
_BATCH = 64


class Fourier:
    """Random Fourier features of standardised features.

    The n features are brought to mean 0 and deviation 1, followed by zeros up to n_x = s·s, the
    least power of 4 that holds them, and laid out as a matrix P (s, s). Three times P is multiplied
    by random signs, number by number, and then from both sides by the Hadamard matrix H (s, s),
    which together is a Hadamard transform of all n_x numbers. The features are
    √2 cos(√(2γ n_x/n) P - π/4).

    Parameters
    ----------
    inner : FeatureMap
        Where the n features come from.
    means, deviations : float32 array (n,)
        Of these features.
    signs : int8 array (3, n_x)
        Each 1 or -1.
    """

    array_names: tuple[str, ...] = ("fourier_means", "fourier_deviations", "fourier_signs")

    def __init__(
        self, inner: FeatureMap, means: Floats, deviations: Floats, signs: NDArray[np.int8]
    ) -> None:
        self.inner = inner
        self.name = f"fourier:{inner.name}"
        self.n_x = _power_of_4(inner.n_x)
        self._means, self._deviations, self._signs = means, deviations, signs
        side = int(np.sqrt(self.n_x))
        self._H = _hadamard(side)
        self._flips = signs.reshape(_ROUNDS, side, side).astype(np.float32)  # (3, s, s)
        self._scale = np.float32(np.sqrt(2 * _GAMMA * self.n_x / inner.n_x))

    @classmethod
    def learn(cls, inner: FeatureMap, images: Rows, seed: int) -> Self:
        """Learn means and deviations of the features, and draw signs.

        Parameters
        ----------
        inner : FeatureMap
            Where the features come from.
        images : uint8 array (m, 64, 64, 3), or what gives such arrays for slices
            Training images; at most about 1000 of them are looked at.
        seed : int
            For the signs.

        Returns
        -------
        Fourier
            Ready to make columns.
        """
        step = -(-len(images) // _SAMPLE)
        sample = np.concatenate([images[i : i + 1] for i in range(0, len(images), step)])
        X = inner.columns(sample, np.float32)  # (n, sample)
        deviations = X.std(axis=1, dtype=np.float64)
        # What never varies, but for rounding, tells nothing.
        constant = deviations <= 1e-6 * max(float(deviations.max()), 1e-6)
        deviations[constant] = np.inf
        signs = np.random.default_rng(seed).integers(0, 2, (_ROUNDS, _power_of_4(inner.n_x)))
        return cls(
            inner,
            X.mean(axis=1, dtype=np.float64).astype(np.float32),
            deviations.astype(np.float32),
            (2 * signs - 1).astype(np.int8),
        )

    @classmethod
    def restore(cls, inner: FeatureMap, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The feature map from what it had learned.

        Parameters
        ----------
        inner : FeatureMap
            Where the features come from.
        arrays : mapping of str to array
            Those of `array_names`.

        Returns
        -------
        Fourier
            As it was.

        Raises
        ------
        ValueError
            If the arrays can be none of these.
        """
        means, deviations, signs = (arrays[name] for name in cls.array_names)
        fits = (
            means.dtype == deviations.dtype == np.float32
            and means.shape == deviations.shape == (inner.n_x,)
            and signs.dtype == np.int8
            and signs.shape == (_ROUNDS, _power_of_4(inner.n_x))
        )
        if not fits:
            raise ValueError("its Fourier features have not the right shape")
        # Smaller deviations, which are never learned, might overflow.
        makes_sense = (np.abs(means) < 1e6).all() and (deviations > 1e-12).all()
        if not makes_sense or not (np.abs(signs) == 1).all():
            raise ValueError("its Fourier features hold values that make no sense")
        return cls(inner, means, deviations, signs)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """What it and the features inside have learned."""
        own = (self._means, self._deviations, self._signs)
        return {**self.inner.arrays, **dict(zip(self.array_names, own, strict=True))}

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
        for start in range(0, len(images), _BATCH):
            x = self.inner.columns(images[start : start + _BATCH], np.float32).T

            # One image at a time: its features are the same to the last bit, whatever others
            # there are.
            def fill(i: int, x: Array = x, start: int = start) -> None:
                rows[start + i] = _waves(self._projected(self._standardised(x[i])))

            with one_blas_thread():
                map_on_threads(fill, range(len(x)), workers())
        return rows.T  # (n_x, m)

    def effects(self, w: Array, images: Images) -> Array:
        """What the features inside of one image add to the logit, beside those of a mean image.

        These are integrated gradients (Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep
        Networks", ICML 2017): the logit's slopes, averaged on the straight way from the mean
        features, times how far these are from the mean. They add up to the logit minus that of the
        mean features, which is Σ w + b.

        Parameters
        ----------
        w : array (n_x, 1)
            Weights.
        images : uint8 array (1, 64, 64, 3)
            One image.

        Returns
        -------
        array (n,)
            One effect for each feature inside.
        """
        x = self._standardised(self.inner.columns(images, np.float32)[:, 0])
        P = self._projected(x)  # (n_x,)
        # The mean slope of √2 cos(p - π/4) from 0 to p is its rise, divided by p.
        is_still = np.abs(P) < 1e-4
        rises = _waves(P) - 1
        slopes = np.where(is_still, 1, rises / np.where(is_still, 1, P)) * w[:, 0]
        return self._projected_back(slopes)[: self.inner.n_x] * x

    def spread(self, effects: Array) -> Array:
        """Effects (n,) of the features inside, on the pixels (64, 64) that they look at."""
        return self.inner.spread(effects)

    def _standardised(self, x: Floats) -> Floats:
        return (x - self._means) / self._deviations

    def _projected(self, x: Floats) -> Floats:
        """Scaled random projections (n_x,) of standardised features (n,)."""
        padded = np.zeros(self.n_x, np.float32)
        padded[: len(x)] = x
        P: Floats = padded.reshape(self._H.shape)  # (s, s)
        for flips in self._flips:
            P = np.dot(np.dot(self._H, flips * P), self._H)
        return self._scale * P.ravel()  # (n_x,)

    def _projected_back(self, slopes: Array) -> Array:
        """The transposed projection, of (n_x,) to (n_x,)."""
        P: Array = (self._scale * slopes).reshape(self._H.shape)  # (s, s)
        for flips in self._flips[::-1]:
            P = flips * np.dot(np.dot(self._H, P), self._H)
        return P.ravel()  # (n_x,)


def _waves(P: Floats) -> Floats:
    """√2 cos(P - π/4), which needs no random phase: sines of sums cancel, on average."""
    waves: Floats = np.sqrt(np.float32(2)) * np.cos(P - np.float32(np.pi / 4))
    return waves


def _power_of_4(n: int) -> int:
    """The least that is not below n."""
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
