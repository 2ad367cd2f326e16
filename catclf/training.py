"""Labelled pictures become a model."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Literal, NamedTuple

import numpy as np

from catclf.datasets.dataset import Dataset
from catclf.errors import SettingsError, TrainingError
from catclf.features import Pixels
from catclf.fingerprints import fingerprints
from catclf.logistic import LOSSES, Array, Propagation, accuracy
from catclf.model import Model
from catclf.solvers.gradient_descent import Solution, gradient_descent
from catclf.solvers.objective import InMemory, Objective, lipschitz_constant
from catclf.solvers.span import Span, pays

INITS = ("zeros", "random")
DTYPES = ("float64", "float32")

OnStep = Callable[[int, float, float], None]
"""Called a few times a second with the steps done, the cost, and the training accuracy."""

_SECONDS_BETWEEN_CALLS = 0.1
_RANDOM_INIT_SCALE = 0.01
_LARGEST_WHOLE = 10**9


@dataclass(frozen=True)
class TrainingSettings:
    """How to train. The defaults are the course's.

    Parameters
    ----------
    learning_rate : float or "auto"
        α. "auto" is 1/L, with L the Lipschitz constant of the cost's gradient on these pictures.
    iterations : int
        Steps of gradient descent.
    l2 : float
        Penalty λ on the weights: (λ/2) ‖w‖² is added to the cost.
    init : {"zeros", "random"}
        Where w starts. Random weights are normal with deviation 0.01.
    seed : int
        For random weights.
    loss : {"cross-entropy", "squared-error"}
        What an example costs.
    tolerance : float
        Stop early when the gradient's length is at most this share of what it was at the start.
    dtype : {"float64", "float32"}
        Precision of all calculation.
    """

    learning_rate: float | Literal["auto"] = 0.005
    iterations: int = 2000
    l2: float = 0.0
    init: str = "zeros"
    seed: int = 0
    loss: str = "cross-entropy"
    tolerance: float = 0.0
    dtype: str = "float64"

    def __post_init__(self) -> None:
        if self.learning_rate != "auto":
            _require_number("learning rate", self.learning_rate, zero=False)
        _require_number("l2", self.l2)
        _require_number("tolerance", self.tolerance)
        _require_whole("iterations", self.iterations)
        _require_whole("seed", self.seed)
        _require_one_of("init", self.init, INITS)
        _require_one_of("loss", self.loss, tuple(LOSSES))
        _require_one_of("dtype", self.dtype, DTYPES)


class TrainingResult(NamedTuple):
    """What training gives."""

    model: Model
    costs: list[float]
    """Cost before each iteration and, last, of the model: one more than the iterations made."""
    accuracy: float
    """Share of the training pictures that the model gets right."""


def train(
    dataset: Dataset, settings: TrainingSettings | None = None, *, on_step: OnStep | None = None
) -> TrainingResult:
    """Train logistic regression on labelled pictures.

    Parameters
    ----------
    dataset : Dataset
        Training pictures.
    settings : TrainingSettings, optional
        The course's, unless told otherwise.
    on_step : callable, optional
        Told of the progress.

    Returns
    -------
    TrainingResult
        The model, the cost of every iteration, and the training accuracy.

    Raises
    ------
    DataError
        If there are pictures of one class only.
    TrainingError
        If the cost is not finite in the end, or above where it began.
    """
    settings = settings or TrainingSettings()
    dataset.require_both_classes()
    features = Pixels()
    X = features.columns(dataset.images, settings.dtype)
    span = Span(X) if _span_pays(X, settings) else None
    objective = InMemory(span.R if span else X, dataset.Y, settings.l2, LOSSES[settings.loss])
    learning_rate = settings.learning_rate
    if learning_rate == "auto":
        learning_rate = 1 / lipschitz_constant(objective)
    solution = gradient_descent(
        objective,
        _initial_weights(objective.n_x, settings),
        0.0,
        learning_rate=learning_rate,
        iterations=settings.iterations,
        tolerance=settings.tolerance,
        on_step=_throttled(on_step, objective.Y) if on_step else None,
    )
    _require_descent(solution, objective, learning_rate)
    training_accuracy = accuracy(solution.last.A, objective.Y)
    model = Model(
        w=span.carry_back(solution.w) if span else solution.w,
        b=solution.b,
        positive=dataset.positive,
        recipe=dataset.recipe,
        features=features,
        training={
            "solver": "gradient descent",
            **asdict(settings),
            "learning_rate": learning_rate,
            "iterations": len(solution.costs) - 1,
            "pictures": dataset.class_counts(),
            "cost": solution.costs[-1],
            "accuracy": training_accuracy,
            "date": time.strftime("%Y-%m-%d"),
        },
        fingerprints=np.sort(fingerprints(dataset.images)),
    )
    return TrainingResult(model, solution.costs, training_accuracy)


def _span_pays(X: Array, settings: TrainingSettings) -> bool:
    from_zeros = settings.init == "zeros"  # other weights begin outside the span
    n_x, m = X.shape
    return from_zeros and X.dtype == np.float64 and pays(n_x, m, settings.iterations)


def _initial_weights(n_x: int, settings: TrainingSettings) -> Array:
    if settings.init == "zeros":
        return np.zeros((n_x, 1), settings.dtype)
    w = np.random.default_rng(settings.seed).standard_normal((n_x, 1)) * _RANDOM_INIT_SCALE
    return w.astype(settings.dtype)


def _throttled(on_step: OnStep, Y: Array) -> Callable[[int, Propagation], None]:
    """Pass on some of a solver's steps, with the accuracy, which would be costly at every step."""
    next_call = 0.0

    def report(steps: int, propagation: Propagation) -> None:
        nonlocal next_call
        if time.monotonic() >= next_call:
            next_call = time.monotonic() + _SECONDS_BETWEEN_CALLS
            on_step(steps, propagation.J, accuracy(propagation.A, Y))

    return report


def _require_descent(solution: Solution, objective: Objective, learning_rate: float) -> None:
    first, last = solution.costs[0], solution.costs[-1]
    if isfinite(last) and last <= first:
        return
    bound = 2 / lipschitz_constant(objective)
    end = "stopped being a number" if not isfinite(last) else f"went up to {last:.3g}"
    raise TrainingError(
        f"training diverged at learning rate {learning_rate:.3g}: the cost began at {first:.3g} "
        f"and {end} after {len(solution.costs) - 1} iterations; descent is certain below "
        f"2/L = {bound:.3g} on these pictures; use --learning-rate {bound / 2:.2g} or auto"
    )


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
