"""Pillow's bicubic resampling as matrices, for programs that have to do without Pillow.

Pillow resizes along the width, rounds to bytes, and then along the height. Each pass is a weighted
mean of neighbours: by cubic convolution (Keys, "Cubic Convolution Interpolation for Digital Image
Processing", 1981) with a = -0.5, stretched where the image gets smaller, and normalised at the
borders, where outside pixels do not count.
"""

import numpy as np
from numpy.typing import NDArray

A = -0.5
RADIUS = 2.0
"""Distance, in pixels, from which on nothing counts where the image does not get smaller."""

PRECISION = 2**22
"""Weights are rounded to multiples of one divided by this."""


def weights(before: int, after: int) -> NDArray[np.float32]:
    """What each new pixel along a side takes of each old one.

    Parameters
    ----------
    before, after : int
        Numbers of pixels along the side.

    Returns
    -------
    float32 array (after, before)
        Each row sums to 1, but for rounding.
    """
    scale = before / after
    stretch = max(scale, 1.0)
    centres = (np.arange(after) + 0.5) * scale  # (after,)
    first = np.maximum((centres - RADIUS * stretch + 0.5).astype(int), 0)
    end = np.minimum((centres + RADIUS * stretch + 0.5).astype(int), before)
    pixel = np.arange(before)  # (before,)
    distances = (pixel + 0.5 - centres[:, np.newaxis]) / stretch  # (after, before)
    is_near = (pixel >= first[:, np.newaxis]) & (pixel < end[:, np.newaxis])
    kernel = np.where(is_near, _cubic(np.abs(distances)), 0)
    kernel /= kernel.sum(axis=1, keepdims=True)
    # Away from 0 where it is halfway, as C's conversion of x ± 0.5 does.
    rounded = np.sign(kernel) * np.floor(np.abs(kernel) * PRECISION + 0.5)
    exact: NDArray[np.float32] = (rounded / PRECISION).astype(np.float32)
    return exact


def _cubic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The kernel at distances x from its centre."""
    inner = ((A + 2) * x - (A + 3)) * x * x + 1
    outer = (((x - 5) * x + 8) * x - 4) * A
    return np.where(x < 1, inner, np.where(x < RADIUS, outer, 0.0))
