"""The Gram matrix of examples: their inner products, which are all that a solver needs of them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.logistic import Array
from catclf.memory import fits
from catclf.parallel import map_on_threads, one_blas_thread, workers

T = TypeVar("T")

# Examples that one thread takes at a time: for the matrix itself, and for products without it.
_TILE, _BLOCK = 512, 128

# Sums over the examples are made in so many parts, whatever the number of threads.
_SHARES = 24

# Features of bytes that are converted at a time, so that this takes little memory.
_FEATURES = 2048


class Gram(ABC):
    """G = XᵀX.

    Parameters
    ----------
    m, n_x : int
        Shape of X.
    scale : float
        A feature column is an unrolled row times this: 1/255 for pixels.
    dtype : float32 or float64
        Precision of products.
    centred : bool
        Whether to take the mean column from all columns first.
    """

    def __init__(self, m: int, n_x: int, scale: float, dtype: DTypeLike, *, centred: bool) -> None:
        self.m, self.n_x, self.dtype = m, n_x, np.dtype(dtype)
        self._scale, self._is_centred = scale, centred

    def product(self, V: Array) -> Array:
        """G V, for V (m, k): float64 (m, k)."""
        if not self._is_centred:
            return self._product(V).astype(np.float64, copy=False)
        product = self._product(V - V.mean(axis=0)).astype(np.float64, copy=False)
        product -= product.mean(axis=0)
        return product

    def combine(self, V: Array) -> Array:
        """X V, for V (m, k) and columns that are not centred: float64 (n_x, k)."""
        combined: Array = self._scale * self.combined(V.astype(self.dtype))
        return combined

    @abstractmethod
    def combined(self, V: Array) -> Array:
        """X V before scaling, for V (m, k): (n_x, k)."""

    @abstractmethod
    def multiplied(self, U: Array) -> Array:
        """XᵀU before scaling, for U (n_x, k): (m, k)."""

    def _product(self, V: Array) -> Array:
        """XᵀX V of the columns as they are."""
        return self.multiplied(self._scale**2 * self.combined(V.astype(self.dtype, copy=False)))


class GramInMemory(Gram):
    """That of examples in memory.

    Parameters
    ----------
    rows : array (m, …)
        The examples, before scaling.
    scale, dtype, centred
        As for `Gram`.
    is_explicit : bool
        Whether to compute G, (m, m), rather than multiply by X and by Xᵀ each time.
    """

    def __init__(
        self,
        rows: NDArray[Any],
        scale: float,
        dtype: DTypeLike,
        *,
        centred: bool,
        is_explicit: bool,
    ) -> None:
        self._rows = rows.reshape(len(rows), -1)  # (m, n_x)
        super().__init__(*self._rows.shape, scale, dtype, centred=centred)
        self._matrix = self._computed() if is_explicit else None

    def combined(self, V: Array) -> Array:
        """X V before scaling, for V (m, k): (n_x, k)."""

        def share(here: slice) -> Array:
            combined = np.zeros((self.n_x, V.shape[1]), self.dtype)
            for start in range(here.start, here.stop, _BLOCK):
                block = slice(start, min(start + _BLOCK, here.stop))
                combined += np.dot(self._columns(block), V[block])
            return combined

        # As each is as large as the result, there are few.
        blocks = -(-self.m // _BLOCK)  # rounded up
        size = _BLOCK * -(-blocks // _SHARES)
        with one_blas_thread():
            shares = self._map(size, share)
        combined: Array = sum(shares, start=np.zeros_like(shares[0]))
        return combined

    def multiplied(self, U: Array) -> Array:
        """XᵀU before scaling, for U (n_x, k): (m, k)."""
        with one_blas_thread():
            return np.concatenate(self._map(_BLOCK, lambda here: np.dot(self._columns(here).T, U)))

    def _product(self, V: Array) -> Array:
        matrix = self._matrix
        if matrix is None:
            return super()._product(V)
        V = V.astype(self.dtype, copy=False)
        if self.m <= _TILE:  # less than it takes to start a thread
            product: Array = np.dot(matrix, V)
            return product
        with one_blas_thread():
            return np.concatenate(self._map(_TILE, lambda here: np.dot(matrix[here], V)))

    def _computed(self) -> Array:
        """XᵀX of the columns as they are."""
        matrix = np.zeros((self.m, self.m), self.dtype)
        tiles = self._slices(_TILE)
        with one_blas_thread():
            for X in self._features():
                # What is to the left is the same as what is above.
                def add(here: slice, X: Array = X) -> None:
                    matrix[here, here.start :] += np.dot(X[:, here].T, X[:, here.start :])

                map_on_threads(add, tiles, workers())
        for here in tiles:
            matrix[here.start :, here] = matrix[here, here.start :].T
        matrix *= self._scale**2
        return matrix

    def _features(self) -> Iterator[Array]:
        """Some features of all examples after the other, (k, m), before scaling."""
        if self._rows.dtype == self.dtype:
            yield self._rows.T
            return
        for start in range(0, self.n_x, _FEATURES):
            yield self._rows[:, start : start + _FEATURES].astype(self.dtype).T

    def _columns(self, here: slice) -> Array:
        """Some examples, (n_x, size), before scaling."""
        return self._rows[here].astype(self.dtype, copy=False).T

    def _map(self, size: int, function: Callable[[slice], T]) -> list[T]:
        """Apply a function to so many examples at a time."""
        return map_on_threads(function, self._slices(size), workers())

    def _slices(self, size: int) -> list[slice]:
        return [slice(start, min(start + size, self.m)) for start in range(0, self.m, size)]


def explicit_pays(n_x: int, m: int, itemsize: int, *, products: int, columns: int) -> bool:
    """Whether the matrix itself costs less than it saves.

    In units of a multiplication in the product of all examples with all, which has its numbers at
    hand: it takes n_x·m²/2, as the matrix is symmetric. In a product with few columns, a
    multiplication takes 5 with the matrix, and 7 without it. (Measured: `make bench`.)

    Parameters
    ----------
    n_x, m : int
        Shape of X.
    itemsize : {4, 8}
        Bytes of a number.
    products, columns : int
        How many products there will be, and of how many columns each.

    Returns
    -------
    bool
        False also where the matrix would take too much memory.
    """
    matrix = n_x * m**2 / 2 + 5 * products * columns * m**2
    return fits(itemsize * m**2) and matrix < 7 * products * columns * 2 * n_x * m
