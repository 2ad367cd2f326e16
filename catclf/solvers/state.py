"""Where a solver is: what it gives after each step, and what it can go on from."""

from typing import NamedTuple

from catclf.logistic import Array, Propagation


class State(NamedTuple):
    """A solver's place.

    A solver begins at `State(w, b)`. One that was stopped goes on from where it was, and comes to
    the same result as if it had not been stopped.
    """

    w: Array
    """(n_x, 1)."""
    b: float
    costs: list[float] = []  # noqa: RUF012 - never changed here
    """Cost before each step and, at number `steps`, at w and b. The solver may add to it later."""
    steps: int = 0
    """Number of steps made."""
    first_gradient: float = 0.0
    """Length of the gradient at the start; 0 where it is not needed."""
    pairs: tuple[tuple[Array, Array], ...] = ()
    """What L-BFGS remembers: changes of (w, b), and of the gradient there, (n_x + 1, 1) each."""
    last: Propagation | None = None
    """The pass at w and b."""
    converged: bool = False
    """Whether the gradient is as small as was asked for."""
