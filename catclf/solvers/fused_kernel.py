"""The kernel of `fused.py`; to import this file is to import numba."""

from typing import Any

import numba
import numpy as np


def _compiled(function: Any) -> Any:
    # Sums may be made in any order, as with SIMD instructions; but NaN and infinity stay what they
    # are, since a descent that diverges shows in them.
    options: Any = {"nogil": True, "fastmath": {"reassoc", "contract", "nsz"}}
    try:
        return numba.njit(function, cache=True, **options)
    except RuntimeError:  # there is no folder to keep what was compiled
        return numba.njit(function, **options)


@_compiled
def _image(z: float, y: float, is_squared: bool, positive: float, negative: float) -> Any:
    """Probability, loss, and derivative of the loss with respect to z."""
    e = np.exp(-abs(z))
    a = 1 / (1 + e) if z >= 0 else e / (1 + e)
    weight = positive if y == 1 else negative
    if is_squared:
        return a, weight * (a - y) ** 2 / 2, weight * (a - y) * a * (1 - a)
    return a, weight * (max(z, 0.0) - y * z + np.log1p(e)), weight * (a - y)


@_compiled
def over(rows: Any, w: Any, b: float, Y: Any, product: Any, loss: Any) -> Any:
    """Go over rows of bytes: `Kernel` in `fused.py` says what that does.

    A byte times a number of w's type is of that type if the byte is a float32.
    """
    m, n_x = rows.shape
    sums = np.zeros(n_x, w.dtype)  # of few rows, so that float32 does
    dz = np.zeros(4, w.dtype)
    losses = derivatives = 0.0
    correct = 0
    for start in range(0, m - m % 4, 4):
        p, q, r, s = rows[start], rows[start + 1], rows[start + 2], rows[start + 3]
        dz[:] = 0
        zp, zq, zr, zs = dz[0], dz[1], dz[2], dz[3]
        for j in range(n_x):
            zp += w[j] * np.float32(p[j])
            zq += w[j] * np.float32(q[j])
            zr += w[j] * np.float32(r[j])
            zs += w[j] * np.float32(s[j])
        for k, z in enumerate((zp, zq, zr, zs)):
            a, cost, dz[k] = _image(z + b, Y[start + k], *loss)
            losses += cost
            derivatives += dz[k]
            correct += (a >= 0.5) == (Y[start + k] == 1)
        dp, dq, dr, ds = dz[0], dz[1], dz[2], dz[3]
        for j in range(n_x):
            sums[j] += (
                dp * np.float32(p[j])
                + dq * np.float32(q[j])
                + dr * np.float32(r[j])
                + ds * np.float32(s[j])
            )
    for i in range(m - m % 4, m):
        dz[0] = 0
        z = dz[0]
        for j in range(n_x):
            z += w[j] * np.float32(rows[i, j])
        a, cost, dz[0] = _image(z + b, Y[i], *loss)
        losses += cost
        derivatives += dz[0]
        correct += (a >= 0.5) == (Y[i] == 1)
        d = dz[0]
        for j in range(n_x):
            sums[j] += d * np.float32(rows[i, j])
    for j in range(n_x):
        product[j] += sums[j]
    return losses, derivatives, correct
