"""One pass over many examples, in blocks that stay in the processor's cache.

Images are bytes; as floating-point numbers they take four or eight times the room, and reading
them from memory, not the arithmetic, is what a pass would wait for. So each worker takes a block of
bytes, converts it, and goes forward and backward through the lecture's equations while the block is
in its cache. The bytes may come from memory or, for data larger than memory, from a file.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.logistic import Array, Loss, Propagation, sigmoid
from catclf.parallel import map_on_threads, one_blas_thread, workers
from catclf.rows import Rows
from catclf.solvers.objective import norm

# Small enough for a core's part of the processor's last cache: 128 images in float32.
_BLOCK_BYTES = 6 * 2**20

# Examples are dealt out in so many shares, whatever the number of workers: sums are then made in
# the same order, and come out the same to the last bit. 24 divides well among 2, 3, 4, 6, 8 or 12.
_SHARES = 24


class Blocks:
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
    ) -> None:
        self.l2, self.loss = l2, loss
        self.m = rows.shape[0]
        self.n_x = int(np.prod(rows.shape[1:]))
        self._rows, self._scale, self._dtype = rows, scale, np.dtype(dtype)
        self._Y = Y.astype(self._dtype)  # (1, m)
        self._block = max(1, _BLOCK_BYTES // (self.n_x * self._dtype.itemsize))
        self._threads = threads or workers()
        self._buffers: list[Array] = []

    def propagate(self, w: Array, b: float) -> Propagation:
        """One forward and backward pass over all examples; w and dw are float64."""
        product, (Z, A, dZ) = self._pass(w, b, self._derivatives)
        J = float(self.loss.values(Z, A, self._Y).mean(dtype=np.float64))
        dw = product / self.m
        db = float(dZ.mean(dtype=np.float64))
        if self.l2:
            J += self.l2 / 2 * float(np.vdot(w, w))
            dw += self.l2 * w
        return Propagation(J, dw, db, A)

    def scatter_product(self, w: Array, b: float) -> tuple[Array, float]:
        """(w, b) multiplied by X̃ X̃ᵀ."""
        product, (Z,) = self._pass(w, b, lambda _, Z: (Z,))
        return product, float(Z.sum(dtype=np.float64))

    def norm(self, w: Array, b: float) -> float:
        """Length of (w, b)."""
        return norm(w, b)

    def _derivatives(self, here: slice, Z: Array) -> tuple[Array, ...]:
        A = sigmoid(Z)
        return Z, A, self.loss.dZ(A, self._Y[:, here])

    def _pass(
        self, w: Array, b: float, rows_of_block: Callable[[slice, Array], tuple[Array, ...]]
    ) -> tuple[Array, list[Array]]:
        """A pass over all examples, forward to Z and backward from whatever comes of it.

        `rows_of_block` takes the place of a block, and its Z, to some rows of numbers. Returned are
        X times the transposed last of these rows, (n_x, 1), and all the rows, each (1, m).
        """
        small_w = (self._scale * w).astype(self._dtype)  # (n_x, 1)

        def share(starts: range) -> tuple[Array, list[tuple[Array, ...]]]:
            product, rows = np.zeros((self.n_x, 1)), []
            for here, X in self._columns(starts):
                # np.dot, unlike @, lets other threads run meanwhile.
                rows.append(rows_of_block(here, np.dot(small_w.T, X) + b))
                product += np.dot(X, rows[-1][-1].T)
            return product, rows

        starts = range(0, self.m, self._block)
        size = -(-len(starts) // _SHARES)  # rounded up
        shares = [starts[first : first + size] for first in range(0, len(starts), size)]
        with one_blas_thread():
            results = map_on_threads(share, shares, self._threads)
        product = self._scale * sum(
            (product for product, _ in results), start=np.zeros((self.n_x, 1))
        )
        blocks = [block for _, rows in results for block in rows]
        return product, [np.concatenate(parts, axis=1) for parts in zip(*blocks, strict=True)]

    def _columns(self, starts: range) -> Iterator[tuple[slice, Array]]:
        """Where each block is, and its examples as columns; the memory is reused."""
        # Appending to a list, and taking from it, are safe between threads.
        shape = self._block, self.n_x
        buffer = self._buffers.pop() if self._buffers else np.empty(shape, self._dtype)
        for start in starts:
            here = slice(start, min(start + self._block, self.m))
            size = here.stop - here.start
            rows = self._rows[here].reshape(size, self.n_x)  # (size, n_x)
            if rows.dtype != self._dtype:
                np.copyto(buffer[:size], rows)
                rows = buffer[:size]
            yield here, rows.T  # (n_x, size)
        self._buffers.append(buffer)
