"""Where passes over many examples are made: in this process, or on other machines."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.logistic import Loss
from catclf.rows import Rows
from catclf.solvers import fused
from catclf.solvers.blocks import Blocks, OverShares


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
    """Makes passes over many examples."""

    def __call__(self, examples: Examples, l2: float, *, is_fused: bool) -> OverShares:
        """The cost over examples, in passes by the compiled kernel or by numpy."""


_ENGINE: ContextVar[Engine | None] = ContextVar("engine", default=None)


@contextmanager
def passes_made_by(engine: Engine | None) -> Iterator[None]:
    """Say what makes the passes of trainings within the context; None for this process."""
    token = _ENGINE.set(engine)
    try:
        yield
    finally:
        _ENGINE.reset(token)


def is_elsewhere() -> bool:
    """Whether passes are made outside this process."""
    return _ENGINE.get() is not None


def cost_over(examples: Examples, l2: float, passes: int) -> OverShares:
    """The cost over many examples, for the engine in use.

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
    return (_ENGINE.get() or _in_this_process)(examples, l2, is_fused=is_fused)


def _in_this_process(examples: Examples, l2: float, *, is_fused: bool) -> OverShares:
    rows, Y, scale, loss, dtype = examples
    kernel = fused.kernel(np.dtype(dtype)) if is_fused else None
    return Blocks(rows, Y, l2, loss, scale=scale, dtype=dtype, kernel=kernel)
