"""A sum along one fixed tree, whoever adds which part of it.

Rounding makes a sum depend on its order. So the summands are the leaves of a tree: neighbours are
added in pairs, then their sums, and so on. Threads and machines may each add some whole branches;
whatever their number, the sum comes out the same to the last bit.
"""

from collections.abc import Callable
from functools import reduce
from operator import iadd
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Branch(NamedTuple):
    """A branch of the tree, or a leaf."""

    leaves: range
    """Which leaves it covers. A tree whose leaves are no power of two lacks some at the right."""
    height: int

    @property
    def halves(self) -> list["Branch"]:
        """The branches that it consists of; only one at the right edge, or none of a leaf."""
        half = self.leaves.start + (1 << self.height >> 1)
        parts = range(self.leaves.start, half), range(half, self.leaves.stop)
        both = [range(part.start, min(part.stop, self.leaves.stop)) for part in parts]
        return [Branch(leaves, self.height - 1) for leaves in both if leaves and self.height]


def whole(leaves: int) -> Branch:
    """The tree with so many leaves."""
    return Branch(range(leaves), (leaves - 1).bit_length())


def branches(here: range, tree: Branch) -> list[Branch]:
    """The fewest branches of a tree that make up some neighbouring leaves, from left to right."""
    common = range(max(here.start, tree.leaves.start), min(here.stop, tree.leaves.stop))
    if not common:
        return []
    if common == tree.leaves:
        return [tree]
    return [branch for half in tree.halves for branch in branches(here, half)]


def total(tree: Branch, known: Callable[[Branch], T | None]) -> T:
    """The sum of a tree, or of a branch of one.

    Parameters
    ----------
    tree : Branch
        What to add up.
    known : callable
        Gives the sum of a branch that is known, as that of a leaf must be, or else None. Others
        are added to it in place.

    Returns
    -------
    T
        The sum.
    """
    found = known(tree)
    if found is not None:
        return found
    sum_: T = reduce(iadd, [total(half, known) for half in tree.halves])
    return sum_
