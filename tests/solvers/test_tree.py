"""Sums along a tree."""

from itertools import pairwise

import numpy as np
import pytest

from catclf.solvers.shares import Layout
from catclf.solvers.tree import Branch, branches, total, whole


def summed(numbers: list[float], cuts: list[int]) -> float:
    """Add numbers as workers would that have those between the cuts."""
    tree = whole(len(numbers))

    def leaf(branch: Branch) -> float | None:
        return None if branch.height else numbers[branch.leaves.start]

    known: dict[Branch, float] = {}
    for start, stop in pairwise([0, *cuts, len(numbers)]):
        for branch in branches(range(start, stop), tree):
            known[branch] = total(branch, leaf)
    return total(tree, known.get)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 21, 32, 100])
def test_whoever_adds_what_the_sum_is_the_same_to_the_last_bit(count: int) -> None:
    rng = np.random.default_rng(count)
    numbers = [float(x) for x in rng.standard_normal(count) * 10.0 ** rng.integers(-8, 9, count)]
    sums = [
        summed(numbers, sorted(int(i) for i in rng.integers(0, count + 1, size)))
        for size in (0, 1, 1, 2, 3, 7, 20)
    ]
    assert set(sums) == {sums[0]}
    assert sums[0] == pytest.approx(sum(numbers), rel=1e-9, abs=1e-7)


def test_branches_are_few_and_cover_what_they_should() -> None:
    tree = whole(100)
    for start in range(100):
        for stop in range(start, 101):
            found = branches(range(start, stop), tree)
            assert [i for branch in found for i in branch.leaves] == list(range(start, stop))
            assert len(found) <= 12
    assert branches(range(100), tree) == [tree]
    assert len(branches(range(64), tree)) == len(branches(range(64, 100), tree)) == 1


@pytest.mark.parametrize("m", [1, 127, 128, 129, 5000, 50_000, 200_000, 10**6, 10**9])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_example_is_in_one_share(m: int, dtype: str) -> None:
    layout = Layout.of(m, 12288, dtype)
    assert layout.examples(range(layout.shares)) == range(m)
    ends = [layout.examples(range(i, i + 1)) for i in range(layout.shares)]
    assert all(one.stop == other.start for one, other in pairwise(ends))
    sizes = [len(examples) for examples in ends]
    assert max(sizes) - min(sizes) <= 2 * layout.block


def test_there_are_more_shares_of_more_examples_but_not_without_end() -> None:
    counts = [Layout.of(10**k, 12288, "float32").shares for k in range(3, 10)]
    assert counts == [4, 32, 32, 256, 4096, 8192, 8192]
