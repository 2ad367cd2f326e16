"""How to train: every setting once, with its default, its choices and its help.

The command's options are made from these fields, so that they cannot drift; and since the command
needs them for its help, nothing here imports numpy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from math import isfinite
from typing import Any, Literal, NamedTuple

from catclf.errors import SettingsError
from catclf.features.specification import FeatureSpecification

LECTURE_LEARNING_RATE = 0.005
"""α, where the cost does not rise with it."""

_LARGEST_INTEGER = 10**9


class Target(NamedTuple):
    """What a decision threshold is chosen for, on held-out images."""

    metric: str
    """"precision" or "recall"."""
    value: float
    """What it has to reach, above 0 and at most 1."""

    def __str__(self) -> str:
        return f"{self.metric}={self.value:g}"


class Setting(NamedTuple):
    """What is known of a setting apart from its name and default."""

    help: str
    """What it does, for the command's help."""
    check: Callable[[str, Any], None]
    """Takes its name in words and a value; raises `SettingsError` unless the value is valid."""
    choices: tuple[str, ...] = ()
    """The values that it can have, if these are a few words."""
    parse: Callable[[str], Any] | None = None
    """From a text to a value, if it is more than a plain type; raises `ValueError`."""
    metavar: str | None = None
    """How its values look, for the command's help."""
    group: str = "Solver"
    """What the command's help lists it under."""


_FEATURES, _HONESTY = "Features", "Honesty"


def _setting(default: Any, help: str, check: Callable[[str, Any], None], **more: Any) -> Any:  # noqa: A002
    return field(default=default, metadata={"setting": Setting(help, check, **more)})


def _choice(default: str, choices: tuple[str, ...], help: str) -> Any:  # noqa: A002
    return _setting(default, help, partial(_require_one_of, choices=choices), choices=choices)


def _flag(help: str, **more: Any) -> Any:  # noqa: A002
    return _setting(False, help, partial(_require_one_of, choices=(False, True)), **more)


def _number_or_auto(text: str) -> float | str:
    if text == "auto":
        return text
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text!r} is neither a number nor auto") from None


def parse_threshold(text: str) -> float | Target:
    """The threshold that a text stands for.

    Parameters
    ----------
    text : str
        A number, or like "precision=0.95" or "recall=0.99".

    Returns
    -------
    float or Target
        The number, or what to choose the threshold for.

    Raises
    ------
    ValueError
        If the text is neither. The message can be shown to a user.
    """
    metric, is_target, value = text.partition("=")
    try:
        if not is_target:
            return float(text)
        if metric in ("precision", "recall"):
            return Target(metric, float(value))
    except ValueError:
        pass
    raise ValueError(f"{text!r} is neither a number nor like precision=0.95 or recall=0.99")


def _require_number(name: str, value: object, *, above_zero: bool = False) -> None:
    if (
        not isinstance(value, int | float)
        or not isfinite(value)
        or value < 0
        or (above_zero and value == 0)
    ):
        smallest = "above 0" if above_zero else "of 0 or more"
        raise SettingsError(f"{name} must be a number {smallest}, not {value}")


def _require_number_or(
    name: str, value: object, *, other: tuple[str | None, ...], above_zero: bool = False
) -> None:
    if value not in other:
        _require_number(name, value, above_zero=above_zero)


def _require_integer(name: str, value: object, *, least: int = 0) -> None:
    if not isinstance(value, int) or not least <= value <= _LARGEST_INTEGER:
        raise SettingsError(
            f"{name} must be an integer from {least} to {_LARGEST_INTEGER}, not {value}"
        )


def _require_one_of(name: str, value: object, *, choices: tuple[object, ...]) -> None:
    if value not in choices:
        raise SettingsError(f"{name} must be one of {', '.join(map(str, choices))}, not {value}")


def _require_features(name: str, value: object) -> None:
    FeatureSpecification.parse(str(value))


def _require_threshold(name: str, value: object) -> None:
    if isinstance(value, Target):
        if value.metric not in ("precision", "recall") or not 0 < value.value <= 1:
            raise SettingsError(
                f"{name} must be like precision=0.95 or recall=0.99, at most 1, not {value}"
            )
    elif not isinstance(value, int | float) or not 0 <= value <= 1:
        raise SettingsError(f"{name} must be between 0 and 1, not {value}")


@dataclass(frozen=True)
class TrainingSettings:
    """How to train; `PRESETS` has some by name. The defaults are the lecture's.

    Each field's meaning stands with it, as `catclf train --help` prints it: numbers that can be
    chosen from the images are "auto", and a threshold is a number or a `Target`.

    Raises
    ------
    SettingsError
        If a value makes no sense.
    """

    learning_rate: float | Literal["auto"] | None = _setting(
        None,
        "Step size of gradient descent. auto: 1/L, with L the Lipschitz constant of the cost's "
        "gradient on these images, so that the cost falls at every step.  [default: 0.005, as in "
        "the lecture; 1/L if the cost rises with it]",
        partial(_require_number_or, other=("auto", None), above_zero=True),
        parse=_number_or_auto,
        metavar="NUMBER|auto",
    )
    iterations: int = _setting(
        2000, "Number of steps; with lbfgs, the maximum.", partial(_require_integer, least=1)
    )
    l2: float | Literal["auto"] = _setting(
        0.0,
        "L2 penalty: half of it times the squared norm of w is added to the cost. auto: chosen by "
        "cross-validation.",
        partial(_require_number_or, other=("auto",)),
        parse=_number_or_auto,
        metavar="NUMBER|auto",
    )
    init: str = _choice(
        "zeros",
        ("zeros", "random"),
        "Initial weights. random: normal with standard deviation 0.01.",
    )
    seed: int = _setting(0, "Random seed.", _require_integer)
    loss: str = _choice("cross-entropy", ("cross-entropy", "squared-error"), "Loss function.")
    tolerance: float | None = _setting(
        None,
        "Stop when the norm of the gradient is at most this share of its initial value.  "
        "[default: 0; with lbfgs 0.0001]",
        partial(_require_number_or, other=(None,)),
        parse=float,
    )
    dtype: str = _choice(
        "float64", ("float64", "float32"), "Precision of the computation and of the weights."
    )
    solver: str = _choice(
        "gd",
        ("gd", "lbfgs"),
        "Gradient descent, as in the lecture, or L-BFGS, which reaches the optimum in few passes.",
    )
    features: str = _setting(
        "pixels",
        "Features of an image: pixels, as in the lecture; patches, their responses to a "
        "dictionary learned from the training images; hog, histograms of oriented gradients; or "
        "several, as in patches+hog. encoder: those of a network pre-trained on photographs (needs "
        "the extra: pip install 'catclf[encoder]'); onnx:FILE, those of another. fourier: before "
        "them makes random Fourier features of them, for a Gaussian kernel.",
        _require_features,
        group=_FEATURES,
    )
    flip: bool = _flag(
        "Train on horizontally flipped images too, and predict from both.", group=_FEATURES
    )
    standardise: bool = _flag(
        "Standardize features (mean 0, standard deviation 1).", group=_FEATURES
    )
    class_weight: str = _choice(
        "none",
        ("none", "balanced"),
        "Weights of the classes. balanced: both have the same total weight.",
    )
    calibrate: bool = _flag(
        "Calibrate probabilities on held-out predictions (Platt scaling).", group=_HONESTY
    )
    threshold: float | Target = _setting(  # noqa: RUF009 - it is a field
        0.5,
        "Classify as positive at or above this probability; or choose it for a precision or "
        "recall, on held-out predictions. The model keeps it.",
        _require_threshold,
        parse=parse_threshold,
        metavar="NUMBER|precision=P|recall=R",
        group=_HONESTY,
    )

    def __post_init__(self) -> None:
        for name, setting in SETTINGS.items():
            setting.check(name.replace("_", " "), getattr(self, name))

    def to_dict(self) -> dict[str, Any]:
        """The settings as JSON can hold them."""
        values = {name: getattr(self, name) for name in SETTINGS}
        return {n: str(v) if isinstance(v, Target) else v for n, v in values.items()}

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> "TrainingSettings":
        """The settings that `to_dict` gave; what is missing has its default.

        Raises
        ------
        SettingsError
            If there is an unknown setting, or one with a value that makes no sense.
        """
        known = dict(entries)
        if unknown := set(known) - set(SETTINGS):
            raise SettingsError(f"unknown settings: {', '.join(sorted(unknown))[:80]}")
        if isinstance(known.get("threshold"), str):
            try:
                known["threshold"] = parse_threshold(known["threshold"])
            except ValueError as error:
                raise SettingsError(f"threshold {error}") from None
        return cls(**known)

    @property
    def feature_specification(self) -> FeatureSpecification:
        """Which features."""
        return FeatureSpecification.parse(self.features)

    @property
    def effective_tolerance(self) -> float:
        """The tolerance, also where none is given; 0 means that nothing stops the steps early."""
        if self.tolerance is None:
            return 1e-4 if self.solver == "lbfgs" else 0.0
        return self.tolerance

    @property
    def target(self) -> Target | None:
        """What to choose the threshold for, unless it is a number."""
        return self.threshold if isinstance(self.threshold, Target) else None

    @property
    def holds_out(self) -> bool:
        """Whether some choice is made on held-out images."""
        return self.l2 == "auto" or self.calibrate or self.target is not None

    def describe(self, learning_rate: float | None = None, l2: float | None = None) -> list[str]:
        """The settings in words; with the numbers that training found, where they are given."""
        parts = [self.feature_specification.describe()]
        if self.flip:
            parts.append("horizontal flips")
        if self.standardise:
            parts.append("standardized")
        if self.loss != "cross-entropy":
            parts.append(self.loss.replace("-", " "))
        if self.class_weight == "balanced":
            parts.append("balanced classes")
        if self.solver == "lbfgs":
            parts.append("L-BFGS")
        else:
            rate = learning_rate or self.learning_rate or LECTURE_LEARNING_RATE
            parts.append(f"gradient descent, learning rate {_number(rate)}")
        if self.l2 == "auto" and l2 is None:
            parts.append("cross-validated L2 penalty")
        else:
            chosen = " (cross-validated)" if self.l2 == "auto" else ""
            parts.append(f"L2 penalty λ = {_number(self.l2 if l2 is None else l2)}{chosen}")
        if self.calibrate:
            parts.append("calibrated")
        return parts


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


SETTINGS: dict[str, Setting] = {f.name: f.metadata["setting"] for f in fields(TrainingSettings)}
"""What is known of each setting, by name."""

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
    "transfer": TrainingSettings(
        solver="lbfgs",
        features="encoder",
        l2="auto",
        calibrate=True,
        dtype="float32",
        iterations=500,
    ),
}
"""Settings by name: the lecture's; those that recognise most of what can be learned from the images
alone; and those for photographs, on a pre-trained encoder (docs/accuracy.md says why)."""

PRESET_LINES = {
    "lecture": "What the lecture does, to learn from.",
    "best": "The most that can be learned from your images alone; takes longer.",
    "transfer": "For photographs, by far the best, even with few; needs the extra encoder.",
}
"""What each preset is for."""
