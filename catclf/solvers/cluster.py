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

from catclf.cluster import Cluster, Recipe
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
    rows : Recipe of array (size, …), or of what gives such arrays for slices
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
        rows: Recipe[Rows],
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
            rows.make(),
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
        rows, _, scale, loss, dtype = examples
        if isinstance(rows, np.ndarray) and rows.nbytes > _LARGEST_TO_SEND:
            raise ClusterError(
                "the images are in the memory of this process; pack them for a cluster: "
                "catclf pack DATA OUT --shards N"
            )
        m, n_x = rows.shape[0], int(np.prod(rows.shape[1:]))
        super().__init__(Layout.of(m, n_x, dtype), n_x, l2, loss, scale, dtype)
        self._cluster, self._examples, self._is_fused = cluster, examples, is_fused
        self._parts: list[tuple[str, Any]] = []
        self._generation = -1

    def sums(self, kind: Kind, w: Array, b: float) -> Sums:
        """Sums over all examples, with weights for rows as they are."""
        cluster = self._cluster

        def submit() -> list[Any]:
            for _, part in self._parts:
                if part.status == "error":  # what needs it may only hear that it is lost
                    part.result()
            if self._generation != cluster.generation:
                self._parts = self._dealt_out()
                self._generation = cluster.generation
            return [cluster.submit(a, Part.sums, part, kind, w, b) for a, part in self._parts]

        known: dict[Branch, Sums] = dict(chain.from_iterable(cluster.results(submit)))
        return total(self.layout.tree, known.get)

    def _dealt_out(self) -> list[tuple[str, Any]]:
        """A part for each worker, in proportion to its threads; none for some if there are few."""
        rows, Y, _, loss, dtype = self._examples
        workers = self._cluster.workers
        ends = np.cumsum([0, *workers.values()]) * self.layout.shares // sum(workers.values())
        parts = []
        for address, (first, last) in zip(workers, pairwise(ends.tolist()), strict=True):
            if first == last:
                continue
            shares = range(first, last)
            here = self.layout.examples(shares)
            part = self._cluster.submit(
                address,
                Part,
                Recipe(between(rows, here.start, here.stop)),
                Y[:, here.start : here.stop].astype(np.uint8, copy=False),
                loss,
                self.layout,
                shares,
                dtype,
                self._is_fused,
            )
            parts.append((address, part))
        return parts


def _threads_of_worker() -> int | None:
    """How many threads the worker has that this runs on; None elsewhere."""
    from distributed import get_worker

    try:
        return int(get_worker().state.nthreads)
    except ValueError:
        return None
