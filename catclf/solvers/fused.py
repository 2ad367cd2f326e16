"""A pass over bytes in one reading of memory, by a kernel that numba compiles (the extra `fast`).

numpy takes a block of bytes through several steps, each of which reads and writes what the one
before left in the cache: to floating-point numbers, to logits, to losses and derivatives, to the
gradient. The kernel does all that for four images at a time, whose bytes are still in the nearest
cache when the gradient wants them.
"""

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.logistic import Array, ClassWeighted, Loss
from catclf.rows import Rows

Kernel = Callable[[NDArray[np.uint8], Array, float, Array, Array, "LossNumbers"], Any]
"""Goes over rows (size, n_x) with w (n_x,), b and labels Y (size,). Adds X dZᵀ to a product (n_x,)
of float64, and returns the sums of the losses and of dZ, and how many examples are on the right
side."""

LossNumbers = tuple[bool, float, float]
"""Whether the loss is the squared error, and the weights of the two classes."""

# Seconds of passes by numpy that make up for importing numba and compiling, or loading, the kernel.
_WORTH = 3.0

# Seconds that numpy takes for a float64 multiplication in a pass over bytes, on two cores.
_MULTIPLICATION = 9e-11

SPEED_UP = 3
"""Roughly how many times faster it is than numpy."""


def is_installed() -> bool:
    """Whether numba can be imported, for all that is known without doing so."""
    return find_spec("numba") is not None


def pays(rows: Rows, passes: int, itemsize: int) -> bool:
    """Whether the kernel saves more than it takes to have it.

    Parameters
    ----------
    rows : array (m, …), or what gives such arrays for slices
        The examples.
    passes : int
        How many passes over them there will be.
    itemsize : {8, 4}
        Bytes of a number in the passes.

    Returns
    -------
    bool
        False also where they are not bytes, or numba is not installed.
    """
    if rows.dtype != np.uint8:
        return False
    seconds = passes * 2 * prod(rows.shape) * _MULTIPLICATION * itemsize / 8
    return seconds > _WORTH and is_installed()


@cache
def kernel(dtype: DTypeLike) -> Kernel | None:
    """The kernel for numbers of a type, compiled; None where numba does not work.

    Parameters
    ----------
    dtype : float32 or float64
        Of the arithmetic. Sums over rows are made in float64.
    """
    try:
        from catclf.solvers.fused_kernel import over

        one = np.zeros(1, dtype)
        over(np.zeros((1, 1), np.uint8), one, 0.0, one, np.zeros(1), (False, 1.0, 1.0))
    except Exception:  # of any kind: numba may be broken, and numpy does the same
        return None
    compiled: Kernel = over
    return compiled


def numbers_of(loss: Loss) -> LossNumbers:
    """A loss as the kernel takes it."""
    is_squared = loss.name == "squared-error"
    if isinstance(loss, ClassWeighted):
        return is_squared, loss.positive, loss.negative
    return is_squared, 1.0, 1.0
