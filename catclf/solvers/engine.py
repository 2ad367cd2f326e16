"""Where work on many examples is done: in this process, or on other machines."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.logistic import Array, Loss
from catclf.parallel import map_on_threads, one_blas_thread, workers
from catclf.rows import Rows
from catclf.solvers import fused
from catclf.solvers.blocks import Blocks, OverShares
from catclf.solvers.gram import Gram, GramInMemory, explicit_pays

# Rows whose logits are computed at a time: few, so that they stay in a core's cache.
_BLOCK = 64

_BATCH = 256


class Examples(NamedTuple):
    """Labelled examples, and how passes over them are made."""

    rows: Rows
    """(m, …); a feature column is an unrolled row times `scale`."""
    Y: NDArray[Any]
    """Labels (1, m), 1 or 0."""
    scale: float
    """1/255 for pixels."""
    loss: Loss
    dtype: DTypeLike
    """Precision of passes over the examples: float32 or float64."""


class Engine(Protocol):
    """Does the work on many examples."""

    def cost(self, examples: Examples, l2: float, *, is_fused: bool) -> OverShares:
        """The cost over examples, in passes by the compiled kernel or by numpy."""

    def gram(self, examples: Examples, dtype: DTypeLike, *, products: int, columns: int) -> Gram:
        """The Gram matrix of centred examples, for so many products of so many columns each."""

    def logits(self, rows: Rows, w: Array) -> Array:
        """wᵀX for rows (m, …), without scale and bias: (m,)."""

    def column_sums(self, examples: Examples, means: Array | None = None) -> Array:
        """Sums of features, or of their squares, as the function `column_sums` makes them."""


class ThisProcess:
    """All cores of this machine."""

    def cost(self, examples: Examples, l2: float, *, is_fused: bool) -> OverShares:
        """The cost over examples, in passes by the compiled kernel or by numpy."""
        rows, Y, scale, loss, dtype = examples
        return Blocks(rows, Y, l2, loss, scale=scale, dtype=dtype, is_fused=is_fused)

    def gram(self, examples: Examples, dtype: DTypeLike, *, products: int, columns: int) -> Gram:
        """The Gram matrix of centred examples, for so many products of so many columns each."""
        rows = examples.rows[:]
        n_x, itemsize = int(np.prod(rows.shape[1:])), np.dtype(dtype).itemsize
        pays = explicit_pays(n_x, len(rows), itemsize, products=products, columns=columns)
        return GramInMemory(rows, examples.scale, dtype, centred=True, is_explicit=pays)

    def logits(self, rows: Rows, w: Array) -> Array:
        """wᵀX for rows (m, …), without scale and bias: (m,)."""
        return logits_of(rows, w)

    def column_sums(self, examples: Examples, means: Array | None = None) -> Array:
        """Sums of features, or of their squares, as the function `column_sums` makes them."""
        return column_sums(examples.rows, means)


_ENGINE: ContextVar[Engine] = ContextVar("engine", default=ThisProcess())  # noqa: B039 - no state


@contextmanager
def worked_on_by(engine: Engine) -> Iterator[None]:
    """Say what does the work on many examples within the context."""
    token = _ENGINE.set(engine)
    try:
        yield
    finally:
        _ENGINE.reset(token)


def engine() -> Engine:
    """What does the work on many examples."""
    return _ENGINE.get()


def is_elsewhere() -> bool:
    """Whether that is not this process."""
    return not isinstance(engine(), ThisProcess)


def cost_over(examples: Examples, l2: float, passes: int) -> OverShares:
    """The cost over many examples.

    Parameters
    ----------
    examples : Examples
        Any number, in memory or in files.
    l2 : float
        Penalty λ.
    passes : int
        How many there will be, roughly.

    Returns
    -------
    OverShares
        An objective.
    """
    is_fused = fused.pays(examples.rows, passes, np.dtype(examples.dtype).itemsize)
    return engine().cost(examples, l2, is_fused=is_fused)


def moments_of(examples: Examples) -> tuple[Array, Array]:
    """Mean and standard deviation of each feature of rows (m, n_x) of floats: (n_x,) each."""
    m = len(examples.rows)
    means = engine().column_sums(examples) / m
    return means, np.sqrt(engine().column_sums(examples, means) / m)


def logits_of(rows: Rows, w: Array) -> Array:
    """wᵀX for rows (m, …), without scale and bias: (m,)."""
    Z = np.empty(len(rows))

    def fill(start: int) -> None:
        block = rows[start : start + _BLOCK]
        X = block.reshape(len(block), -1).T.astype(w.dtype, copy=False)  # (n_x, block)
        Z[start : start + _BLOCK] = np.dot(w.T, X)[0]

    with one_blas_thread():
        map_on_threads(fill, range(0, len(Z), _BLOCK), workers())
    return Z


def column_sums(rows: Rows, means: Array | None = None) -> Array:
    """Sums of features, or of their squares.

    Parameters
    ----------
    rows : float array (m, n_x), or what gives such arrays for slices
        Features.
    means : array (n_x,), optional
        To sum the squares of what is left when these are subtracted.

    Returns
    -------
    float64 array (n_x,)
        One sum for each feature.
    """
    sums = np.zeros(rows.shape[1])
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        if means is None:
            sums += batch.sum(axis=0, dtype=np.float64)
        else:
            batch = (batch - means).astype(batch.dtype)
            sums += np.einsum("ij,ij->j", batch, batch, dtype=np.float64)
    return sums
