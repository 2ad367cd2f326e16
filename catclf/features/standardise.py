"""Means and standard deviations of features, and which features are constant."""

import numpy as np
from numpy.typing import NDArray

from catclf.logistic import Array


def means_and_deviations(X: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of each feature.

    Parameters
    ----------
    X : array (n_x, m)
        Feature columns.

    Returns
    -------
    float64 array (n_x,), float64 array (n_x,)
        Means, and standard deviations over all m (not m - 1).
    """
    return X.mean(axis=1, dtype=np.float64), X.std(axis=1, dtype=np.float64)


def is_constant(deviations: Array) -> NDArray[np.bool_]:
    """Which features vary by no more than rounding, and so carry no information.

    Parameters
    ----------
    deviations : array (n_x,)
        Standard deviations of the features.

    Returns
    -------
    bool array (n_x,)
        True where a deviation is negligible beside the largest one.
    """
    largest = float(deviations.max(initial=0))
    constant: NDArray[np.bool_] = deviations <= 1e-6 * max(largest, 1e-6)
    return constant
