"""The cost over many examples, from sums over their shares."""

from abc import abstractmethod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.logistic import Array, Loss
from catclf.rows import Rows
from catclf.solvers.objective import Objective, Pass
from catclf.solvers.shares import Layout, Shares, Sums, Way


class OverShares(Objective):
    """The cost over examples in shares, wherever these are.

    Parameters
    ----------
    layout : Layout
        Of the examples.
    n_x : int
        Features of an example.
    l2 : float
        Penalty λ.
    loss : Loss
        What an example costs.
    scale : float
        A feature column is an unrolled row times this: 1/255 for pixels.
    dtype : float32 or float64
        Precision of the arithmetic inside a block.
    is_fused : bool
        For rows of bytes: whether passes are made by the compiled kernel (see fused.py).
    """

    def __init__(
        self,
        layout: Layout,
        n_x: int,
        l2: float,
        loss: Loss,
        scale: float,
        dtype: DTypeLike,
        *,
        is_fused: bool,
    ) -> None:
        self.layout, self._scale, self._is_fused = layout, scale, is_fused
        self.n_x, self.m, self.l2, self.loss = n_x, layout.m, l2, loss
        self.dtype = np.dtype(dtype)

    @abstractmethod
    def sums(self, way: Way, w: Array, b: float) -> Sums:
        """Sums over all examples, with weights for rows as they are."""

    def propagate(self, w: Array, b: float) -> Pass:
        """One forward and backward pass over all examples; w and dw are float64."""
        sums = self.sums(Way(self.loss, self._is_fused), self._scale * w, b)
        J, dw = sums.loss / self.m, self._scale * sums.product / self.m
        if self.l2:
            J += self.l2 / 2 * float(np.vdot(w, w))
            dw += self.l2 * w
        return Pass(J, dw, sums.derivatives / self.m, sums.correct)

    def scatter_product(self, w: Array, b: float) -> tuple[Array, float]:
        """(w, b) multiplied by X̃ X̃ᵀ."""
        sums = self.sums(Way(None), self._scale * w, b)
        return self._scale * sums.product, sums.derivatives


class Blocks(OverShares):
    """The cost over examples that lie in rows, as bytes or any other numbers.

    Parameters
    ----------
    rows : array (m, …), or what gives such arrays for slices
        The examples; a feature column is an unrolled row times `scale`.
    Y : array (1, m)
        Labels, 1 or 0.
    l2 : float
        Penalty λ.
    loss : Loss
        What an example costs.
    scale : float
        1/255 for pixels.
    dtype : float32 or float64
        Precision of the arithmetic inside a block.
    threads : int, optional
        Number of workers; by default, one for each core.
    is_fused : bool
        For rows of bytes: whether passes are made by the compiled kernel.
    """

    def __init__(
        self,
        rows: Rows,
        Y: NDArray[Any],
        l2: float,
        loss: Loss,
        *,
        scale: float = 1.0,
        dtype: DTypeLike = np.float32,
        threads: int | None = None,
        is_fused: bool = False,
    ) -> None:
        m, n_x = rows.shape[0], int(np.prod(rows.shape[1:]))
        layout = Layout.of(m, n_x, dtype)
        super().__init__(layout, n_x, l2, loss, scale, dtype, is_fused=is_fused)
        self._shares = Shares(rows, Y, layout, dtype, threads=threads)

    def sums(self, way: Way, w: Array, b: float) -> Sums:
        """Sums over all examples, with weights for rows as they are."""
        (sums,) = self._shares.sums(way, w, b, [self.layout.tree])
        return sums
