"""One pass over many examples, in blocks that stay in the processor's cache.

Images are bytes; as floating-point numbers they take four or eight times the room, and reading
them from memory, not the arithmetic, is what a pass would wait for. So each worker takes a block of
bytes, converts it, and goes forward and backward through the lecture's equations while the block is
in its cache. The bytes may come from memory or, for data larger than memory, from a file.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.logistic import Array, Loss, Propagation, sigmoid
from catclf.parallel import Spares, map_on_threads, one_blas_thread, workers
from catclf.rows import Rows
from catclf.solvers.fused import Kernel, numbers_of
from catclf.solvers.objective import Objective

# Small enough for a core's part of the processor's last cache: 128 images in float32.
_BLOCK_BYTES = 6 * 2**20

# Examples are dealt out in so many shares, whatever the number of workers: sums are then made in
# the same order, and come out the same to the last bit. 24 divides well among 2, 3, 4, 6, 8 or 12.
_SHARES = 24


@dataclass
class _Share:
    """Sums over the examples of a share, in float64."""

    product: Array
    """(n_x, 1): X dZᵀ before scaling."""
    loss: float = 0.0
    db: float = 0.0
    A: list[Array] = field(default_factory=list)
    """Probabilities, (1, size) for each block."""


class Blocks(Objective):
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
        Precision of the arithmetic inside a block. Sums over blocks are made in float64.
    threads : int, optional
        Number of workers; by default, one for each core.
    kernel : callable, optional
        For rows of bytes: what takes the place of numpy, as `fused.kernel` makes it.
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
        kernel: Kernel | None = None,
    ) -> None:
        self.l2, self.loss = l2, loss
        self.m = rows.shape[0]
        self.n_x = int(np.prod(rows.shape[1:]))
        self._rows, self._scale, self._dtype = rows, scale, np.dtype(dtype)
        self._Y = Y.astype(self._dtype)  # (1, m)
        self._block = max(1, _BLOCK_BYTES // (self.n_x * self._dtype.itemsize))
        self._threads, self._kernel = threads or workers(), kernel
        shape = self._block, self.n_x
        self._buffers = Spares(lambda: np.empty(shape, self._dtype))

    def propagate(self, w: Array, b: float) -> Propagation:
        """One forward and backward pass over all examples; w and dw are float64."""
        small_w = (self._scale * w).astype(self._dtype)  # (n_x, 1)
        share = self._propagated if self._kernel is None else self._propagated_by_kernel
        shares = self._map(lambda starts: share(small_w, b, starts))
        J = sum(each.loss for each in shares) / self.m
        dw = self._product(shares) / self.m
        db = sum(each.db for each in shares) / self.m
        if self.l2:
            J += self.l2 / 2 * float(np.vdot(w, w))
            dw += self.l2 * w
        A = np.concatenate([A for each in shares for A in each.A], axis=1)
        return Propagation(J, dw, db, A)

    def scatter_product(self, w: Array, b: float) -> tuple[Array, float]:
        """(w, b) multiplied by X̃ X̃ᵀ."""
        small_w = (self._scale * w).astype(self._dtype)  # (n_x, 1)

        def share(starts: range) -> _Share:
            result = _Share(np.zeros((self.n_x, 1)))
            for _, X in self._columns(starts):
                Z = np.dot(small_w.T, X) + b  # (1, size)
                result.product += np.dot(X, Z.T)
                result.db += float(Z.sum(dtype=np.float64))
            return result

        shares = self._map(share)
        return self._product(shares), sum(each.db for each in shares)

    def _propagated(self, w: Array, b: float, starts: range) -> _Share:
        """A pass over the blocks of a share."""
        share = _Share(np.zeros((self.n_x, 1)))
        for here, X in self._columns(starts):
            Y = self._Y[:, here]
            # np.dot, unlike @, lets other threads run meanwhile.
            Z = np.dot(w.T, X) + b  # (1, size)
            A = sigmoid(Z)
            dZ = self.loss.dZ(A, Y)
            share.product += np.dot(X, dZ.T)
            share.loss += float(self.loss.values(Z, A, Y).sum(dtype=np.float64))
            share.db += float(dZ.sum(dtype=np.float64))
            share.A.append(A)
        return share

    def _propagated_by_kernel(self, w: Array, b: float, starts: range) -> _Share:
        """The same, by a kernel that converts no blocks."""
        assert self._kernel
        share = _Share(np.zeros((self.n_x, 1)))
        for here in self._places(starts):
            rows = self._rows[here]
            A = np.empty((1, len(rows)), self._dtype)
            loss, db = self._kernel(
                rows.reshape(len(rows), self.n_x),
                w[:, 0],
                b,
                self._Y[0, here],
                A[0],
                share.product[:, 0],
                numbers_of(self.loss),
            )
            share.loss += loss
            share.db += db
            share.A.append(A)
        return share

    def _map(self, share: Callable[[range], _Share]) -> list[_Share]:
        """Apply a function to the blocks of each share."""
        starts = range(0, self.m, self._block)
        size = -(-len(starts) // _SHARES)  # rounded up
        shares = [starts[first : first + size] for first in range(0, len(starts), size)]
        with one_blas_thread():
            return map_on_threads(share, shares, self._threads)

    def _product(self, shares: Sequence[_Share]) -> Array:
        product: Array = self._scale * sum(
            (each.product for each in shares), start=np.zeros((self.n_x, 1))
        )
        return product

    def _places(self, starts: range) -> Iterator[slice]:
        for start in starts:
            yield slice(start, min(start + self._block, self.m))

    def _columns(self, starts: range) -> Iterator[tuple[slice, Array]]:
        """Where each block is, and its examples as columns; the memory is reused."""
        with self._buffers.one() as buffer:
            for here in self._places(starts):
                size = here.stop - here.start
                rows = self._rows[here].reshape(size, self.n_x)  # (size, n_x)
                if rows.dtype != self._dtype:
                    np.copyto(buffer[:size], rows)
                    rows = buffer[:size]
                yield here, rows.T  # (n_x, size)
