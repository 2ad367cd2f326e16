"""The table: a row for each comparison, printed as soon as it is measured."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Row(NamedTuple):
    """A comparison that was printed."""

    work: str
    peer: str
    ours: float
    """Seconds, or bytes."""
    theirs: float


ROWS: list[Row] = []
"""All that were measured in this run."""

COLUMNS = ("work", "peer", "catclf", "the peer", "ratio", "target", "met")


class Target(Protocol):
    """What the ratio should be."""

    def __str__(self) -> str: ...

    def ratio(self, ours: float, theirs: float) -> str:
        """How the two compare, in the words of the target."""

    def met(self, ours: float, theirs: float) -> bool:
        """Whether the target is met."""


@dataclass(frozen=True)
class Less:
    """At least this factor less than the peer."""

    factor: float

    def __str__(self) -> str:
        return f"at least {self.factor:g} × less"

    def ratio(self, ours: float, theirs: float) -> str:
        """The peer's, divided by ours."""
        return f"{theirs / ours:.3g} × less"

    def met(self, ours: float, theirs: float) -> bool:
        """Whether it is that much less."""
        return theirs >= self.factor * ours


@dataclass(frozen=True)
class AsMuch:
    """At most this multiple of the peer."""

    factor: float

    def __str__(self) -> str:
        return f"at most {self.factor:g} × as much"

    def ratio(self, ours: float, theirs: float) -> str:
        """Ours, divided by the peer's."""
        return f"{ours / theirs:.2f} × as much"

    def met(self, ours: float, theirs: float) -> bool:
        """Whether it is no more."""
        return ours <= self.factor * theirs


@dataclass(frozen=True)
class More:
    """At most this many seconds more than the peer."""

    seconds: float

    def __str__(self) -> str:
        return f"at most {duration(self.seconds)} more"

    def ratio(self, ours: float, theirs: float) -> str:
        """The difference."""
        return f"{duration(ours - theirs)} more"

    def met(self, ours: float, theirs: float) -> bool:
        """Whether it is no more."""
        return ours - theirs <= self.seconds


def print_head() -> None:
    """Print the column headings."""
    print(_line(*COLUMNS))
    print(_line(*("---" for _ in COLUMNS)), flush=True)


def print_row(
    work: str,
    peer: str,
    ours: float,
    theirs: float,
    target: Target | None,
    *,
    memory: bool = False,
    provided: bool = True,
) -> None:
    """Print a row.

    Parameters
    ----------
    work, peer : str
        What is measured, and what it is compared with.
    ours, theirs : float
        Seconds, or bytes of memory.
    target : Target, optional
        What the ratio should be; None for a comparison without a target.
    memory : bool
        Whether the values are bytes.
    provided : bool
        A further condition for the target to be met.
    """
    ROWS.append(Row(work, peer, ours, theirs))
    unit = size if memory else duration
    if target:
        met = "yes" if provided and target.met(ours, theirs) else "**no**"
        comparison = target.ratio(ours, theirs), str(target), met
    else:
        comparison = (Less if ours < theirs else AsMuch)(1).ratio(ours, theirs), "", ""
    print(_line(work, peer, unit(ours), unit(theirs), *comparison), flush=True)


def print_skipped(work: str, peer: str, reason: str) -> None:
    """Print a row for what cannot be measured here, with the reason."""
    print(_line(work, peer, f"skipped: {reason}", *[""] * (len(COLUMNS) - 3)), flush=True)


def duration(seconds: float) -> str:
    """Format a duration."""
    if abs(seconds) >= 1:
        return f"{seconds:.3g} s"
    return f"{1000 * seconds:.3g} ms"


def size(bytes_: float) -> str:
    """Format a number of bytes."""
    return f"{bytes_ / 1e6:.0f} MB"


def count(number: int) -> str:
    """Format an integer, with spaces between thousands."""
    return f"{number:,}".replace(",", " ")


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
