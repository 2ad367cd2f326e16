"""How unlike the training images an image is, by an encoder's features.

Feature columns are scaled to length 1. Those of images like the training images lie near the
subspace of their leading principal components; the distance to it is the residual of Wang et al.,
"ViM: Out-Of-Distribution with Virtual-logit Matching" (CVPR 2022). It becomes a rank among the
distances of training images that were held out, as in Vovk, "Cross-conformal predictors" (2015).
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

COMPONENTS = 8
"""Principal components; more tell strange images apart no better, see docs/accuracy.md."""

_LARGEST = 1 + 1e-3  # of what has length 1, after rounding to float32


class PrincipalSubspace(NamedTuple):
    """The mean of columns of length 1, and their leading principal components."""

    mean: NDArray[np.float32]
    """(n_x,)"""
    components: NDArray[np.float32]
    """(k, n_x): of length 1, at right angles to each other."""

    def distances(self, X: NDArray[Any]) -> NDArray[np.float64]:
        """Distances (m,) of feature columns (n_x, m), scaled to length 1, to the subspace."""
        rows = _unit_rows(X) - self.mean  # (m, n_x)
        along = rows @ self.components.T.astype(np.float64)  # (m, k)
        squares = (rows**2).sum(axis=1) - (along**2).sum(axis=1)  # (m,)
        distances: NDArray[np.float64] = np.sqrt(np.maximum(squares, 0))
        return distances


def principal_subspace(X: NDArray[Any], components: int = COMPONENTS) -> PrincipalSubspace:
    """The subspace of some images.

    Parameters
    ----------
    X : array (n_x, m)
        Feature columns.
    components : int
        How many components; at most half as many as there are images, or features.

    Returns
    -------
    PrincipalSubspace
        With so many components, or those in which the images differ.
    """
    rows = _unit_rows(X)  # (m, n_x)
    mean = rows.mean(axis=0)
    rows -= mean
    # By their products (m, m): there are fewer images than it takes to make (n_x, n_x) the smaller.
    variances, combinations = np.linalg.eigh(rows @ rows.T)
    k = min(components, len(rows) // 2, rows.shape[1] // 2)
    leading = np.arange(len(rows) - k, len(rows))
    leading = leading[variances[leading] > 1e-9 * max(variances.sum(), 1e-9)]
    directions = combinations[:, leading].T @ rows / np.sqrt(variances[leading])[:, np.newaxis]
    return PrincipalSubspace(mean.astype(np.float32), directions.astype(np.float32))


@dataclass(frozen=True)
class Strangeness:
    """Ranks how strange images are.

    Parameters
    ----------
    subspace : PrincipalSubspace
        That of the training images.
    held_out : float32 array (h,)
        Distances of training images to subspaces that they were held out of, sorted.

    Raises
    ------
    ValueError
        If an array has the wrong shape or type, or holds values out of range. The text begins with
        "its", for the model file.
    """

    subspace: PrincipalSubspace
    held_out: NDArray[np.float32]

    def __post_init__(self) -> None:
        mean, components, held_out = *self.subspace, self.held_out
        if any(array.dtype != np.float32 for array in (mean, components, held_out)):
            raise ValueError("its strangeness is not of float32")
        if (mean.ndim, components.ndim, held_out.ndim) != (1, 2, 1) or not (
            len(components) <= COMPONENTS and components.shape[1] == len(mean) and len(held_out)
        ):
            raise ValueError("its strangeness has arrays of the wrong shape")
        lengths = np.linalg.norm(np.array([mean, *components], np.float64), axis=1)
        if not ((lengths <= _LARGEST).all() and (held_out >= 0).all() and (held_out <= 2).all()):
            raise ValueError("its strangeness has values that are out of range")
        if (np.diff(held_out) < 0).any():
            raise ValueError("its strangeness has distances that are not sorted")

    @property
    def highest(self) -> float:
        """The highest rank: that of an image stranger than all that were held out."""
        return len(self.held_out) / (len(self.held_out) + 1)

    def ranks(self, X: NDArray[Any]) -> NDArray[np.float64]:
        """Ranks of images.

        Parameters
        ----------
        X : array (n_x, m)
            Feature columns.

        Returns
        -------
        array (m,)
            The share, from 0 to below 1, of held-out images that are nearer to the subspace, the
            image itself counted as one that is not. Of images like the training images, at most
            about a share of 1 − P has a rank of P or more.
        """
        nearer = np.searchsorted(self.held_out, self.subspace.distances(X).astype(np.float32))
        return nearer / (len(self.held_out) + 1)


def _unit_rows(X: NDArray[Any]) -> NDArray[np.float64]:
    """Columns (n_x, m) as rows (m, n_x) of length 1; those of zeros stay."""
    rows = X.T.astype(np.float64)  # (m, n_x)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)  # (m, 1)
    rows /= np.where(lengths > 0, lengths, 1)
    return rows
