"""The table: a line for each piece of work, printed as soon as it is measured."""

from dataclasses import dataclass
from typing import Protocol

COLUMNS = ("work", "peer", "catclf", "the peer", "ratio", "asked", "reached")


class Asked(Protocol):
    """What catclf is meant to reach."""

    def __str__(self) -> str: ...

    def ratio(self, ours: float, theirs: float) -> str:
        """How the two compare, in the words in which it is asked."""

    def reached(self, ours: float, theirs: float) -> bool:
        """Whether that is enough."""


@dataclass(frozen=True)
class Less:
    """At least so many times less than the peer."""

    factor: float

    def __str__(self) -> str:
        return f"at least {self.factor:g} × less"

    def ratio(self, ours: float, theirs: float) -> str:
        """How many times ours is in the peer's."""
        return f"{theirs / ours:.3g} × less"

    def reached(self, ours: float, theirs: float) -> bool:
        """Whether it is that much less."""
        return theirs >= self.factor * ours


@dataclass(frozen=True)
class AsMuch:
    """At most so many times as much as the peer."""

    factor: float

    def __str__(self) -> str:
        return f"at most {self.factor:g} × as much"

    def ratio(self, ours: float, theirs: float) -> str:
        """How many times the peer's is in ours."""
        return f"{ours / theirs:.2f} × as much"

    def reached(self, ours: float, theirs: float) -> bool:
        """Whether it is no more."""
        return ours <= self.factor * theirs


@dataclass(frozen=True)
class More:
    """At most so many seconds more than the peer."""

    seconds: float

    def __str__(self) -> str:
        return f"at most {duration(self.seconds)} more"

    def ratio(self, ours: float, theirs: float) -> str:
        """The difference."""
        return f"{duration(ours - theirs)} more"

    def reached(self, ours: float, theirs: float) -> bool:
        """Whether it is no more."""
        return ours - theirs <= self.seconds


def print_head() -> None:
    """Print the names of the columns."""
    print(_line(*COLUMNS))
    print(_line(*("---" for _ in COLUMNS)), flush=True)


def print_row(
    work: str,
    peer: str,
    ours: float,
    theirs: float,
    asked: Asked | None,
    *,
    memory: bool = False,
    provided: bool = True,
) -> None:
    """Print a line.

    Parameters
    ----------
    work, peer : str
        What is done, and by whom else.
    ours, theirs : float
        Seconds, or bytes of memory.
    asked : Asked, optional
        What catclf is meant to reach; None for a comparison that is only to be known.
    memory : bool
        Whether these are bytes.
    provided : bool
        What else must hold for it to be reached.
    """
    unit = size if memory else duration
    if asked:
        reached = "yes" if provided and asked.reached(ours, theirs) else "**no**"
        comparison = asked.ratio(ours, theirs), str(asked), reached
    else:
        comparison = (Less if ours < theirs else AsMuch)(1).ratio(ours, theirs), "", ""
    print(_line(work, peer, unit(ours), unit(theirs), *comparison), flush=True)


def print_skipped(work: str, peer: str, reason: str) -> None:
    """Print a line for what cannot be measured here."""
    print(_line(work, peer, f"skipped: {reason}", *[""] * (len(COLUMNS) - 3)), flush=True)


def duration(seconds: float) -> str:
    """Seconds as people write them."""
    if abs(seconds) >= 1:
        return f"{seconds:.3g} s"
    return f"{1000 * seconds:.3g} ms"


def size(bytes_: float) -> str:
    """Bytes as people write them."""
    return f"{bytes_ / 1e6:.0f} MB"


def count(number: int) -> str:
    """A whole number as people write it."""
    return f"{number:,}".replace(",", " ")


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
