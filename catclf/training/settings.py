"""How to train: the choices and their limits."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any, Literal, NamedTuple

from catclf.errors import SettingsError
from catclf.features.specification import FeatureSpecification

SOLVERS = ("gd", "lbfgs")
INITS = ("zeros", "random")
LOSS_NAMES = ("cross-entropy", "squared-error")
DTYPES = ("float64", "float32")
CLASS_WEIGHTS = ("none", "balanced")

_LARGEST_WHOLE = 10**9


class Target(NamedTuple):
    """What a threshold is to be chosen for."""

    figure: str
    """"precision" or "recall"."""
    value: float


@dataclass(frozen=True)
class TrainingSettings:
    """How to train. The defaults are the course's; `PRESETS` has them, and better ones, by name.

    Parameters
    ----------
    learning_rate : float or "auto"
        α of gradient descent. "auto" is 1/L, with L the Lipschitz constant of the cost's gradient
        on these images. L-BFGS has none.
    iterations : int
        Steps to make, or with L-BFGS at most to make.
    l2 : float or "auto"
        Penalty λ on the weights: (λ/2) ‖w‖² is added to the cost. "auto" is the λ with which
        images that were held out of training get the lowest cost.
    init : {"zeros", "random"}
        Where w starts. Random weights are normal with deviation 0.01.
    seed : int
        For all that is drawn at random: weights, patches, which images are held out.
    loss : {"cross-entropy", "squared-error"}
        What an example costs.
    tolerance : float, optional
        Stop when the gradient's length is at most this share of what it was at the start; by
        default 0 for gradient descent, and 0.0001 for L-BFGS.
    dtype : {"float64", "float32"}
        Precision of the passes over the images, and of the weights.
    solver : {"gd", "lbfgs"}
        Gradient descent, or L-BFGS, which goes to the optimum.
    features : str
        What the columns hold: "pixels", "patches", "hog", or several joined with a plus sign; with
        "fourier:" before them, random Fourier features of these.
    flip : bool
        Train on each image's mirror image too, and predict from both.
    standardise : bool
        Bring each feature to mean 0 and deviation 1 over the training images.
    class_weight : {"none", "balanced"}
        Whether the rarer class counts more, so that both classes count the same together.
    calibrate : bool
        Fit the probabilities to images that were held out of training.
    threshold : float or str
        Probability from which on an image is called positive; or "precision=P" or "recall=R", to
        choose it for that, on images that were held out of training.
    """

    learning_rate: float | Literal["auto"] = 0.005
    iterations: int = 2000
    l2: float | Literal["auto"] = 0.0
    init: str = "zeros"
    seed: int = 0
    loss: str = "cross-entropy"
    tolerance: float | None = None
    dtype: str = "float64"
    solver: str = "gd"
    features: str = "pixels"
    flip: bool = False
    standardise: bool = False
    class_weight: str = "none"
    calibrate: bool = False
    threshold: float | str = 0.5

    def __post_init__(self) -> None:
        if self.learning_rate != "auto":
            _require_number("learning rate", self.learning_rate, zero=False)
        if self.l2 != "auto":
            _require_number("l2", self.l2)
        if self.tolerance is not None:
            _require_number("tolerance", self.tolerance)
        _require_whole("iterations", self.iterations)
        _require_whole("seed", self.seed)
        _require_one_of("init", self.init, INITS)
        _require_one_of("loss", self.loss, LOSS_NAMES)
        _require_one_of("dtype", self.dtype, DTYPES)
        _require_one_of("solver", self.solver, SOLVERS)
        _require_one_of("class weight", self.class_weight, CLASS_WEIGHTS)
        FeatureSpecification.parse(self.features)
        if self.target is None and not 0 <= float(self.threshold) <= 1:
            raise SettingsError(f"threshold must be between 0 and 1, not {self.threshold}")

    @classmethod
    def from_training(cls, training: Mapping[str, Any]) -> "TrainingSettings":
        """The settings that a model was trained with, from what it tells of its training.

        Raises
        ------
        SettingsError
            If it does not tell, or what it tells makes no sense.
        """
        if "solver" not in training:
            raise SettingsError("it does not tell how it was trained")
        names = [field.name for field in fields(cls)]
        told = {name: training[name] for name in names if training.get(name) is not None}
        told["iterations"] = training.get("most_iterations", training["iterations"])
        if training.get("l2_chosen"):
            told["l2"] = "auto"
        return cls(**told)

    @property
    def stops_at(self) -> float:
        """The tolerance that is meant, also where none is given."""
        if self.tolerance is None:
            return 1e-4 if self.solver == "lbfgs" else 0.0
        return self.tolerance

    @property
    def target(self) -> Target | None:
        """What to choose the threshold for, unless it is a number."""
        if not isinstance(self.threshold, str):
            return None
        name, _, text = self.threshold.partition("=")
        for figure in ("precision", "recall"):
            if name == figure and _is_share(text):
                return Target(figure, float(text))
        raise SettingsError(
            "threshold must be a number from 0 to 1, or like precision=0.95 or recall=0.99, "
            f"not {self.threshold}"
        )

    @property
    def holds_out(self) -> bool:
        """Whether some choice is made on images that are held out of training for it."""
        return self.l2 == "auto" or self.calibrate or self.target is not None


def _require_number(name: str, value: object, *, zero: bool = True) -> None:
    if (
        not isinstance(value, int | float)
        or not isfinite(value)
        or value < 0
        or (value == 0 and not zero)
    ):
        least = "of 0 or more" if zero else "above 0"
        raise SettingsError(f"{name} must be a number {least}, not {value}")


def _is_share(text: str) -> bool:
    try:
        return 0 < float(text) <= 1
    except ValueError:
        return False


def _require_whole(name: str, value: object) -> None:
    if not isinstance(value, int) or not 0 <= value <= _LARGEST_WHOLE:
        raise SettingsError(f"{name} must be a whole number from 0 to {_LARGEST_WHOLE}")


def _require_one_of(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SettingsError(f"{name} must be one of {', '.join(choices)}, not {value}")


PRESETS = {
    "lecture": TrainingSettings(),
    "best": TrainingSettings(
        solver="lbfgs",
        features="fourier:patches+hog",
        flip=True,
        l2="auto",
        calibrate=True,
        dtype="float32",
        iterations=500,
    ),
}
"""Settings by name: the lecture's, and those that recognise most (docs/accuracy.md tells why)."""
