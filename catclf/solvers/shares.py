"""Sums over many examples in blocks that stay in the processor's cache.

Images are bytes; as floating-point numbers they take four or eight times the room, and reading
them from memory, not the arithmetic, is what a pass would wait for. So each worker takes a block of
bytes, converts it, and goes forward and backward through the lecture's equations while the block is
in its cache. The bytes may come from memory or, for data larger than memory, from a file.

Blocks make up shares, whose sums are the leaves of a tree (see tree.py). How examples are shared
out depends on their number alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.logistic import Array, Loss, sigmoid
from catclf.parallel import Spares, map_on_threads, one_blas_thread, workers
from catclf.rows import Readable, Rows
from catclf.solvers import fused
from catclf.solvers.fused import Kernel
from catclf.solvers.objective import number_correct
from catclf.solvers.tree import Branch, total, whole

# Small enough for a core's part of the processor's last cache: 128 images in float32.
_BLOCK_BYTES = 6 * 2**20

# Shares of so many blocks are long enough to be worth a sum, and short enough to be dealt out to
# all cores; but there is always work for a few cores, and no sum is longer than it has to be.
_BLOCKS_IN_SHARE = 32
_FEWEST, _MOST = 32, 8192

# Branches that threads take in turn: many, so that all are done at about the same time.
_BRANCHES_PER_THREAD = 8


class Way(NamedTuple):
    """Which sums over examples, and how they are made."""

    loss: Loss | None
    """For a pass forward and backward; None for a product with X̃ X̃ᵀ."""
    is_fused: bool = False
    """Whether the compiled kernel takes the place of numpy; for rows of bytes."""


@dataclass
class Sums:
    """Sums over some examples, in float64."""

    product: Array
    """(n_x, 1): X times the derivatives dZ, or times the logits."""
    derivatives: float = 0.0
    """Of these factors."""
    loss: float = 0.0
    correct: int = 0
    """Examples on the right side of the boundary."""

    def __iadd__(self, other: Self) -> Self:
        self.product += other.product
        self.derivatives += other.derivatives
        self.loss += other.loss
        self.correct += other.correct
        return self


class Layout(NamedTuple):
    """How examples make up blocks, and blocks shares."""

    m: int
    """Number of examples."""
    block: int
    """Examples of a block."""
    shares: int

    @classmethod
    def of(cls, m: int, n_x: int, dtype: DTypeLike) -> Self:
        """The layout of m examples with n_x features, in passes with numbers of a type."""
        block = max(1, _BLOCK_BYTES // (n_x * np.dtype(dtype).itemsize))
        blocks = -(-m // block)  # rounded up
        shares = min(1 << (blocks // _BLOCKS_IN_SHARE).bit_length(), _MOST)
        # Of few blocks, two make a share: each share costs a sum of its own.
        fewest = min(_FEWEST, max(blocks // 2, 4))
        return cls(m, block, min(blocks, max(fewest, shares)))

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return -(-self.m // self.block)  # rounded up

    @property
    def tree(self) -> Branch:
        """The tree whose leaves are the shares."""
        return whole(self.shares)

    def starts(self, share: int) -> range:
        """Where each block of a share starts."""
        first, last = (i * self.blocks // self.shares for i in (share, share + 1))
        return range(first * self.block, min(last * self.block, self.m), self.block)

    def examples(self, shares: range) -> range:
        """Which examples some neighbouring shares consist of."""
        first, last = self.starts(shares.start), self.starts(shares.stop - 1)
        return range(first.start, last.stop)


class Shares:
    """Goes over shares of examples, all of which or some neighbouring ones are here.

    Parameters
    ----------
    rows : array (size, …), or what gives such arrays for slices
        The examples that are here; a feature column is an unrolled row times some number.
    Y : array (1, size)
        Their labels, 1 or 0.
    layout : Layout
        Of all examples.
    dtype : float32 or float64
        Precision of the arithmetic inside a block.
    first : int
        How many examples there are before those that are here.
    threads : int, optional
        Number of workers; by default, one for each core.
    """

    def __init__(
        self,
        rows: Rows,
        Y: NDArray[Any],
        layout: Layout,
        dtype: DTypeLike,
        *,
        first: int = 0,
        threads: int | None = None,
    ) -> None:
        self._rows, self._layout, self._first = rows, layout, first
        self._n_x, self._dtype = int(np.prod(rows.shape[1:])), np.dtype(dtype)
        self._Y = Y.astype(self._dtype)  # (1, size)
        self._threads = threads or workers()
        shape = layout.block, self._n_x
        self._buffers = Spares(lambda: np.empty(shape, self._dtype))
        self._raw = Spares(lambda: np.empty((layout.block, *rows.shape[1:]), rows.dtype))

    def sums(self, way: Way, w: Array, b: float, among: Sequence[Branch]) -> list[Sums]:
        """Sums over the shares of some branches of the layout's tree.

        Parameters
        ----------
        way : Way
            Which sums, and how they are made.
        w : array (n_x, 1)
            Weights for rows as they are.
        b : float
            Bias.
        among : sequence of Branch
            Whose shares are here.

        Returns
        -------
        list of Sums
            One for each branch.
        """
        small_w = w.astype(self._dtype)
        kernel = fused.kernel(self._dtype) if way.is_fused else None

        def leaf_sums(branch: Branch) -> Sums | None:
            if branch.height:
                return None
            share = branch.leaves.start
            if way.loss is None:
                return self._scattered(small_w, b, share)
            if kernel:
                return self._propagated_by_kernel(small_w, b, share, way.loss, kernel)
            return self._propagated(small_w, b, share, way.loss)

        pieces = list(among)
        while len(pieces) < _BRANCHES_PER_THREAD * self._threads and any(p.height for p in pieces):
            pieces = [half for piece in pieces for half in piece.halves or [piece]]
        with one_blas_thread():
            sums = map_on_threads(lambda piece: total(piece, leaf_sums), pieces, self._threads)
        known = dict(zip(pieces, sums, strict=True))
        return [total(branch, known.get) for branch in among]

    def _propagated(self, w: Array, b: float, share: int, loss: Loss) -> Sums:
        sums = Sums(np.zeros((self._n_x, 1)))
        for here, X in self._columns(share):
            Y = self._Y[:, here]
            # np.dot, unlike @, lets other threads run meanwhile.
            Z = np.dot(w.T, X) + b  # (1, size)
            A = sigmoid(Z)
            dZ = loss.dZ(A, Y)
            sums.product += np.dot(X, dZ.T)
            sums.derivatives += float(dZ.sum(dtype=np.float64))
            sums.loss += float(loss.values(Z, A, Y).sum(dtype=np.float64))
            sums.correct += number_correct(A, Y)
        return sums

    def _propagated_by_kernel(
        self, w: Array, b: float, share: int, loss: Loss, kernel: Kernel
    ) -> Sums:
        """The same, by a kernel that converts no blocks."""
        sums = Sums(np.zeros((self._n_x, 1)))
        for here, rows in self._blocks(share):
            losses, derivatives, correct = kernel(
                rows, w[:, 0], b, self._Y[0, here], sums.product[:, 0], fused.numbers_of(loss)
            )
            sums.loss += losses
            sums.derivatives += derivatives
            sums.correct += correct
        return sums

    def _scattered(self, w: Array, b: float, share: int) -> Sums:
        sums = Sums(np.zeros((self._n_x, 1)))
        for _, X in self._columns(share):
            Z = np.dot(w.T, X) + b  # (1, size)
            sums.product += np.dot(X, Z.T)
            sums.derivatives += float(Z.sum(dtype=np.float64))
        return sums

    def _places(self, share: int) -> Iterator[slice]:
        """Where among the rows that are here each block of a share is."""
        starts = self._layout.starts(share)
        for start in starts:
            stop = min(start + starts.step, starts.stop)
            yield slice(start - self._first, stop - self._first)

    def _blocks(self, share: int) -> Iterator[tuple[slice, NDArray[Any]]]:
        """Where each block of a share is, and its rows, (size, n_x), until the next one comes."""
        if not isinstance(self._rows, Readable):
            for here in self._places(share):
                yield here, self._rows[here].reshape(-1, self._n_x)  # (size, n_x)
            return
        with self._raw.one() as raw:
            for here in self._places(share):
                rows = raw[: here.stop - here.start]
                self._rows.read_into(rows, here.start)
                yield here, rows.reshape(-1, self._n_x)  # (size, n_x)

    def _columns(self, share: int) -> Iterator[tuple[slice, Array]]:
        """Where each block of a share is, and its examples as columns; the memory is reused."""
        with self._buffers.one() as buffer:
            for here, rows in self._blocks(share):
                if rows.dtype != self._dtype:
                    np.copyto(buffer[: len(rows)], rows)
                    rows = buffer[: len(rows)]
                yield here, rows.T  # (n_x, size)
