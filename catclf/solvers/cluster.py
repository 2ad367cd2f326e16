"""The cost over examples on the workers of a cluster.

Each worker keeps some neighbouring shares of the examples. For a pass it is sent w and b, and sends
back the sums of the fewest branches of the tree that make up its shares; the rest of the tree is
added here. So the result is the same to the last bit as on one machine, however many workers there
are, and whichever of them are lost on the way.
"""

from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.cluster import Cluster
from catclf.errors import ClusterError
from catclf.logistic import Array, Loss
from catclf.rows import Rows, between
from catclf.solvers import fused
from catclf.solvers.blocks import OverShares
from catclf.solvers.engine import Examples
from catclf.solvers.shares import Kind, Layout, Shares, Sums
from catclf.solvers.tree import Branch, branches, total

# Bytes of images that are sent to the workers rather than read by them.
_LARGEST_TO_SEND = 10**8


class Part:
    """What one worker keeps. It pickles as the way to make it, so that another one can.

    Parameters
    ----------
    rows : array (size, …), or what gives such arrays for slices, and pickles as the way to do so
        Its examples.
    Y : uint8 array (1, size)
        Their labels, 1 or 0.
    loss : Loss
        What an example costs.
    layout : Layout
        Of all examples.
    shares : range
        Which shares these are.
    dtype : float32 or float64
        Precision of the arithmetic inside a block.
    is_fused : bool
        Whether passes are made by the compiled kernel.
    """

    def __init__(
        self,
        rows: Rows,
        Y: NDArray[np.uint8],
        loss: Loss,
        layout: Layout,
        shares: range,
        dtype: DTypeLike,
        is_fused: bool,
    ) -> None:
        self._arguments = rows, Y, loss, layout, shares, dtype, is_fused
        self._branches = branches(shares, layout.tree)
        self._shares = Shares(
            rows,
            Y,
            loss,
            layout,
            dtype,
            first=layout.examples(shares).start,
            threads=_threads_of_worker(),
            kernel=fused.kernel(np.dtype(dtype)) if is_fused else None,
        )

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return Part, self._arguments

    def sums(self, kind: Kind, w: Array, b: float) -> list[tuple[Branch, Sums]]:
        """The sums of the branches that make up the part."""
        with np.errstate(over="ignore", invalid="ignore"):  # as a descent that diverges overflows
            sums = self._shares.sums(kind, w, b, self._branches)
        return list(zip(self._branches, sums, strict=True))


class OnCluster(OverShares):
    """The cost over examples on a cluster.

    Parameters
    ----------
    cluster : Cluster
        Whose workers can open the examples' files.
    examples : Examples
        Their rows pickle as the way to open them.
    l2 : float
        Penalty λ.
    is_fused : bool
        Whether passes are made by the compiled kernel.
    """

    def __init__(self, cluster: Cluster, examples: Examples, l2: float, *, is_fused: bool) -> None:
        rows, Y, scale, loss, dtype = examples
        if isinstance(rows, np.ndarray) and rows.nbytes > _LARGEST_TO_SEND:
            raise ClusterError(
                "the images are in the memory of this process; pack them for a cluster: "
                "catclf pack DATA OUT --shards N"
            )
        m, n_x = rows.shape[0], int(np.prod(rows.shape[1:]))
        super().__init__(Layout.of(m, n_x, dtype), n_x, l2, loss, scale, dtype)
        self._cluster = cluster
        labels = Y.astype(np.uint8, copy=False)
        self._parts = []
        for address, shares in _dealt_out(self.layout.shares, cluster.workers):
            here = self.layout.examples(shares)
            part = cluster.submit(
                address,
                Part,
                between(rows, here.start, here.stop),
                labels[:, here.start : here.stop],
                loss,
                self.layout,
                shares,
                dtype,
                is_fused,
            )
            self._parts.append((address, part))

    def sums(self, kind: Kind, w: Array, b: float) -> Sums:
        """Sums over all examples, with weights for rows as they are."""
        tasks = [self._cluster.submit(a, Part.sums, part, kind, w, b) for a, part in self._parts]
        known: dict[Branch, Sums] = dict(chain.from_iterable(self._cluster.gather(tasks)))
        return total(self.layout.tree, known.get)


def _dealt_out(shares: int, workers: dict[str, int]) -> list[tuple[str, range]]:
    """Neighbouring shares for each worker, in proportion to its threads; none for some if few."""
    ends = np.cumsum([0, *workers.values()]) * shares // sum(workers.values())
    ranges = [range(int(start), int(stop)) for start, stop in pairwise(ends)]
    return [(address, here) for address, here in zip(workers, ranges, strict=True) if here]


def _threads_of_worker() -> int | None:
    """How many threads the worker has that this runs on; None elsewhere."""
    from distributed import get_worker

    try:
        return int(get_worker().state.nthreads)
    except ValueError:
        return None
