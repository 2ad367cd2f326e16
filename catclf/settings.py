"""How to train: the choices and their limits."""

from dataclasses import dataclass
from math import isfinite
from typing import Literal

from catclf.errors import SettingsError

SOLVERS = ("gd", "lbfgs")
INITS = ("zeros", "random")
LOSS_NAMES = ("cross-entropy", "squared-error")
DTYPES = ("float64", "float32")

_LARGEST_WHOLE = 10**9


@dataclass(frozen=True)
class TrainingSettings:
    """How to train. The defaults are the course's.

    Parameters
    ----------
    learning_rate : float or "auto"
        α of gradient descent. "auto" is 1/L, with L the Lipschitz constant of the cost's gradient
        on these pictures. L-BFGS has none.
    iterations : int
        Steps to make, or with L-BFGS at most to make.
    l2 : float
        Penalty λ on the weights: (λ/2) ‖w‖² is added to the cost.
    init : {"zeros", "random"}
        Where w starts. Random weights are normal with deviation 0.01.
    seed : int
        For random weights.
    loss : {"cross-entropy", "squared-error"}
        What an example costs.
    tolerance : float, optional
        Stop when the gradient's length is at most this share of what it was at the start; by
        default 0 for gradient descent, and 0.0001 for L-BFGS.
    dtype : {"float64", "float32"}
        Precision of the passes over the pictures, and of the weights.
    solver : {"gd", "lbfgs"}
        Gradient descent, or L-BFGS, which goes to the optimum.
    """

    learning_rate: float | Literal["auto"] = 0.005
    iterations: int = 2000
    l2: float = 0.0
    init: str = "zeros"
    seed: int = 0
    loss: str = "cross-entropy"
    tolerance: float | None = None
    dtype: str = "float64"
    solver: str = "gd"

    def __post_init__(self) -> None:
        if self.learning_rate != "auto":
            _require_number("learning rate", self.learning_rate, zero=False)
        _require_number("l2", self.l2)
        if self.tolerance is not None:
            _require_number("tolerance", self.tolerance)
        _require_whole("iterations", self.iterations)
        _require_whole("seed", self.seed)
        _require_one_of("init", self.init, INITS)
        _require_one_of("loss", self.loss, LOSS_NAMES)
        _require_one_of("dtype", self.dtype, DTYPES)
        _require_one_of("solver", self.solver, SOLVERS)

    @property
    def stops_at(self) -> float:
        """The tolerance that is meant, also where none is given."""
        if self.tolerance is None:
            return 1e-4 if self.solver == "lbfgs" else 0.0
        return self.tolerance


def _require_number(name: str, value: object, *, zero: bool = True) -> None:
    if (
        not isinstance(value, int | float)
        or not isfinite(value)
        or value < 0
        or (value == 0 and not zero)
    ):
        least = "of 0 or more" if zero else "above 0"
        raise SettingsError(f"{name} must be a number {least}, not {value}")


def _require_whole(name: str, value: object) -> None:
    if not isinstance(value, int) or not 0 <= value <= _LARGEST_WHOLE:
        raise SettingsError(f"{name} must be a whole number from 0 to {_LARGEST_WHOLE}")


def _require_one_of(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SettingsError(f"{name} must be one of {', '.join(choices)}, not {value}")
