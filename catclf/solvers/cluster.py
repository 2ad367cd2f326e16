"""Work on examples by the workers of a cluster.

Each worker keeps some neighbouring shares of the examples. For a pass it is sent w and b, and sends
back the sums of the fewest branches of the tree that make up its shares; the rest of the tree is
added here. So the result is the same to the last bit as on one machine, however many workers there
are, and whichever of them are lost on the way.
"""

from itertools import chain, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.cluster.cluster import Call, Cluster
from catclf.cluster.recipe import Recipe
from catclf.errors import ClusterError
from catclf.logistic import Array
from catclf.rows import Rows, between
from catclf.solvers.blocks import OverShares
from catclf.solvers.engine import Examples, column_sums, logits_of
from catclf.solvers.gram import Gram, GramInMemory
from catclf.solvers.shares import Layout, Shares, Sums, Way
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
    layout : Layout
        Of all examples.
    shares : range
        Which shares these are.
    dtype : float32 or float64
        Precision of the arithmetic inside a block.
    """

    def __init__(
        self,
        rows: Recipe[Rows],
        Y: NDArray[np.uint8],
        layout: Layout,
        shares: range,
        dtype: DTypeLike,
    ) -> None:
        self._arguments = rows, Y, layout, shares, dtype
        self._branches = branches(shares, layout.tree)
        made = rows.make()
        # Features are in memory already; in one array, products with them copy nothing.
        self._rows = made if made.dtype == np.uint8 else made[:]
        self._grams: dict[np.dtype[Any], Gram] = {}
        first = layout.examples(shares).start
        self._shares = Shares(
            self._rows, Y, layout, dtype, first=first, threads=_threads_of_worker()
        )

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return Part, self._arguments

    def sums(self, way: Way, w: Array, b: float) -> list[tuple[Branch, Sums]]:
        """The sums of the branches that make up the part."""
        with np.errstate(over="ignore", invalid="ignore"):  # as a descent that diverges overflows
            sums = self._shares.sums(way, w, b, self._branches)
        return list(zip(self._branches, sums, strict=True))

    def combined(self, V: Array) -> Array:
        """X V of its examples, for V (size, k): (n_x, k)."""
        return self._gram(V.dtype).combined(V)

    def multiplied(self, U: Array) -> Array:
        """XᵀU of its examples, for U (n_x, k): (size, k)."""
        return self._gram(U.dtype).multiplied(U)

    def logits(self, w: Array) -> Array:
        """wᵀX of its examples, (size,)."""
        return logits_of(self._rows, w)

    def column_sums(self, means: Array | None) -> Array:
        """Sums of its features, or of their squares, as `engine.column_sums` makes them."""
        return column_sums(self._rows, means)

    def _gram(self, dtype: np.dtype[Any]) -> Gram:
        if dtype not in self._grams:
            rows = self._rows[:]
            self._grams[dtype] = GramInMemory(rows, 1.0, dtype, centred=False, is_explicit=False)
        return self._grams[dtype]


class _Kept(NamedTuple):
    """A part, and where it is."""

    address: str
    part: Any
    """A distributed.Future."""
    here: range
    """Which examples it has."""


class Parts:
    """Examples, dealt out to the workers of a cluster.

    Parameters
    ----------
    cluster : Cluster
        Whose workers can open the examples' files.
    examples : Examples
        Their rows pickle as the way to open or compute them.
    """

    def __init__(self, cluster: Cluster, examples: Examples) -> None:
        rows, self._dtype = examples.rows, examples.dtype
        if isinstance(rows, np.ndarray) and rows.nbytes > _LARGEST_TO_SEND:
            raise ClusterError(
                "the images are in the memory of this process; pack them for a cluster: "
                "catclf pack DATA OUT --shards N"
            )
        self.examples, self.n_x = examples, int(np.prod(rows.shape[1:]))
        self.layout = Layout.of(rows.shape[0], self.n_x, self._dtype)
        self._cluster, self._generation = cluster, -1
        self._kept: list[_Kept] = []

    def are_of(self, examples: Examples) -> bool:
        """Whether they are good for such examples too."""
        return examples.rows is self.examples.rows and np.dtype(examples.dtype) == self._dtype

    def sums(self, way: Way, w: Array, b: float) -> Sums:
        """Sums over all examples, with weights for rows as they are."""
        found = self._each(Part.sums, lambda here: (way, w, b))
        known: dict[Branch, Sums] = dict(chain.from_iterable(found))
        return total(self.layout.tree, known.get)

    def combined(self, V: Array) -> Array:
        """X V, for V (m, k): (n_x, k)."""
        combined: Array = sum(
            self._each(Part.combined, lambda here: (V[here.start : here.stop],)),
            start=np.zeros((self.n_x, V.shape[1]), V.dtype),
        )
        return combined

    def multiplied(self, U: Array) -> Array:
        """XᵀU, for U (n_x, k): (m, k)."""
        return np.concatenate(self._each(Part.multiplied, lambda here: (U,)))

    def logits(self, w: Array) -> Array:
        """wᵀX, (m,)."""
        return np.concatenate(self._each(Part.logits, lambda here: (w,)))

    def column_sums(self, means: Array | None) -> Array:
        """Sums of features, or of their squares, as `engine.column_sums` makes them."""
        start = np.zeros(self.n_x)
        sums: Array = sum(self._each(Part.column_sums, lambda here: (means,)), start=start)
        return sums

    def _each(self, method: Any, arguments: Any) -> list[Any]:
        """Call a method of each part, with arguments that may depend on its examples."""
        cluster = self._cluster

        def calls() -> list[Call]:
            for kept in self._kept:
                if kept.part.status == "error":  # what needs it may only hear that it is lost
                    kept.part.result()
            if self._generation != cluster.generation:
                self._kept = self._dealt_out()
                self._generation = cluster.generation
            return [
                Call(address, method, (part, *arguments(here)))
                for address, part, here in self._kept
            ]

        return cluster.results(calls)

    def _dealt_out(self) -> list[_Kept]:
        """A part for each worker, in proportion to its threads; none for some if there are few."""
        rows, Y, *_ = self.examples
        workers = self._cluster.workers
        ends = np.cumsum([0, *workers.values()]) * self.layout.shares // sum(workers.values())
        parts = []
        for address, (first, last) in zip(workers, pairwise(ends.tolist()), strict=True):
            if first == last:
                continue
            shares = range(first, last)
            here = self.layout.examples(shares)
            recipe = Recipe(between(rows, here.start, here.stop))
            labels = Y[:, here.start : here.stop].astype(np.uint8, copy=False)
            arguments = recipe, labels, self.layout, shares, self._dtype
            parts.append(_Kept(address, self._cluster.submit(address, Part, arguments), here))
        return parts


class OnCluster:
    """The engine that works on a cluster.

    Parameters
    ----------
    cluster : Cluster
        Whose workers can open the examples' files.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._latest: Parts | None = None

    def cost(self, examples: Examples, l2: float, *, is_fused: bool) -> OverShares:
        """The cost over examples, in passes by the compiled kernel or by numpy."""
        return _CostOfParts(self._parts(examples), examples, l2, is_fused=is_fused)

    def gram(self, examples: Examples, dtype: DTypeLike, *, products: int, columns: int) -> Gram:
        """The Gram matrix of centred examples, of which only products are computed."""
        return _GramOfParts(self._parts(examples), examples.scale, dtype)

    def logits(self, rows: Rows, w: Array) -> Array:
        """wᵀX for rows (m, …), without scale and bias: (m,)."""
        if self._latest and self._latest.examples.rows is rows:
            return self._latest.logits(w)
        return logits_of(rows, w)

    def column_sums(self, examples: Examples, means: Array | None = None) -> Array:
        """Sums of features, or of their squares, as `engine.column_sums` makes them."""
        return self._parts(examples).column_sums(means)

    def _parts(self, examples: Examples) -> Parts:
        """Those that the workers have already, if they are of the same examples."""
        if self._latest is None or not self._latest.are_of(examples):
            self._latest = Parts(self._cluster, examples)
        return self._latest


class _CostOfParts(OverShares):
    def __init__(self, parts: Parts, examples: Examples, l2: float, *, is_fused: bool) -> None:
        _, _, scale, loss, dtype = examples
        super().__init__(parts.layout, parts.n_x, l2, loss, scale, dtype, is_fused=is_fused)
        self._parts = parts

    def sums(self, way: Way, w: Array, b: float) -> Sums:
        """Sums over all examples, with weights for rows as they are."""
        return self._parts.sums(way, w, b)


class _GramOfParts(Gram):
    def __init__(self, parts: Parts, scale: float, dtype: DTypeLike) -> None:
        super().__init__(parts.layout.m, parts.n_x, scale, dtype, centred=True)
        self._parts = parts

    def combined(self, V: Array) -> Array:
        """X V before scaling, for V (m, k): (n_x, k)."""
        return self._parts.combined(V)

    def multiplied(self, U: Array) -> Array:
        """XᵀU before scaling, for U (n_x, k): (m, k)."""
        return self._parts.multiplied(U)


def _threads_of_worker() -> int | None:
    """How many threads the worker has that this runs on; None elsewhere."""
    from distributed import get_worker

    try:
        return int(get_worker().state.nthreads)
    except ValueError:
        return None
