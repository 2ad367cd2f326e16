"""Numbers: what options take for one, and what equations make of extreme ones."""

import math
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import mpmath
import numpy as np

from catclf.evaluation.metrics import metrics
from catclf.logistic import LOSSES, propagate, sigmoid
from catclf.training.calibration import platt_scaling
from tests.campaigns.campaign import Campaign, Case
from tests.campaigns.commands import broken_promise, command
from tests.campaigns.start import write_data

_TEXTS = (
    "nan", "-nan", "inf", "-inf", "1e400", "-1e400", "-0", "-0.0", "0", "-1", "1", "0.5", "1.5",
    "2", "1e-320", "1e308", "9" * 30, "9" * 5000, "0x10", "1_000", "١", "½", "", " ", "1,5", "1e",
    "--", "auto", "None", "-1e-9", "2147483648", "18446744073709551616", "1e18", "5e-324",
)  # fmt: skip

_OPTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    *(
        ("train", (f"--{option}",))
        for option in "learning-rate l2 seed tolerance memory cv threshold patience".split()
    ),
    ("train few", ("--iterations",)),
    *(("predict", (option,)) for option in ("--threshold", "--strange", "--patience")),
    ("predict", ("--unsure", "0.2")),
    ("evaluate", ("--threshold",)),
    ("sort", ("--threshold",)),
    *(("split", (option,)) for option in ("--test", "--validation", "--seed")),
    *(("pack", (option,)) for option in ("--side", "--shards")),
    ("lesson", ("--seed",)),
)  # fmt: skip

_MANY_ITERATIONS = ("1e18", "2147483648", "9" * 30, "18446744073709551616", "1_000")

_ULPS = 4
_EPSILON = 2.0**-52


def _prepare(start: Path) -> None:
    data = write_data(start / "data", 4)
    assert command("train", data, "-o", start / "model.npz", "--iterations", 3).status == 0


def _attempt(case: Case) -> str | None:
    if case.number % 4 == 0:
        return _option(case)
    for equation in _EQUATIONS:
        if wrong := equation(case.rng):
            return f"{equation.__name__}: {wrong}"
    return None


def _option(case: Case) -> str | None:
    name, option = _OPTIONS[case.number // 4 % len(_OPTIONS)]
    value = _TEXTS[case.number // 4 // len(_OPTIONS) % len(_TEXTS)]
    if option == ("--iterations",) and value in (
        "1e18",
        "2147483648",
        "9" * 30,
        "18446744073709551616",
        "1_000",
    ):
        return None  # they are what they say: the training takes its time
    data, model, out = case.start / "data", case.start / "model.npz", case.folder
    arguments: dict[str, tuple[object, ...]] = {
        "train": ("train", data, "-o", out / "m.npz", "--iterations", 3),
        "train few": ("train", data, "-o", out / "m.npz"),
        "predict": ("predict", data, "-m", model),
        "evaluate": ("evaluate", data, "-m", model),
        "sort": ("sort", data, out / "sorted", "-m", model),
        "split": ("split", data, out / "divided"),
        "pack": ("pack", data, out / "packed"),
        "lesson": ("lesson", "sigmoid"),
    }
    outcome = command(*arguments[name], *option, value)
    broken = broken_promise(outcome, 0, 1, 2)
    return f"{name} {option} {value[:40]!r}: {broken}" if broken else None


def _logit(rng: Random) -> float:
    return rng.choice((
        rng.gauss(0, 1), rng.gauss(0, 30), rng.uniform(-800, 800),
        10.0 ** rng.uniform(-320, 300) * rng.choice((1, -1)),
        rng.choice((0.0, -0.0, 5e-324, 709.78, -709.78, 745.2, -745.2, 36.7, -36.7, 1e308, -1e308)),
    ))  # fmt: skip


def _off(found: float, exact: Any, absolute: bool = False) -> float:
    """How many units in the last place a number is off."""
    if not math.isfinite(found):
        return math.inf
    unit = _EPSILON if absolute else max(math.ulp(float(exact)), 5e-324)
    return float(abs(mpmath.mpf(found) - exact) / unit)


def _a(z: float) -> Any:
    return 1 / (1 + mpmath.exp(-mpmath.mpf(z)))


def _loss(t: float) -> Any:
    """Cross-entropy of a logit whose sign is wrong if it is positive."""
    return mpmath.log1p(mpmath.exp(mpmath.mpf(t))) if abs(t) < 1000 else mpmath.mpf(max(t, 0))


def _sigmoid(rng: Random) -> str | None:
    z = _logit(rng)
    with mpmath.workdps(800 if abs(z) < 1000 else 50):
        exact = _a(z) if z > -1000 else mpmath.mpf(0)
        # Below the smallest normal number, e^(-z) is infinite.
        off = _off(float(sigmoid(np.array([z]))[0]), exact) if z > -709 else 0.0
    return f"σ({z!r}) is off by {off:.1f} ulp" if off > _ULPS else None


def _cross_entropy(rng: Random) -> str | None:
    z, y = _logit(rng), float(rng.randrange(2))
    Z, Y = np.array([[z]]), np.array([[y]])
    with np.errstate(all="raise", under="ignore"):
        found = float(LOSSES["cross-entropy"].values(Z, sigmoid(Z), Y)[0, 0])
    t = (1 - 2 * y) * z
    with mpmath.workdps(800):
        off = _off(found, _loss(t))
    return f"L({z!r}, {y}) is off by {off:.1f} ulp" if off > _ULPS else None


def _derivatives(rng: Random) -> str | None:
    """Of a probability near the label, as many digits are right as 1 has behind the point."""
    z, y = _logit(rng), float(rng.randrange(2))
    Z, Y = np.array([[z]]), np.array([[y]])
    with mpmath.workdps(50):
        a = _a(min(max(z, -1000), 1000))
        exact = {
            "cross-entropy": (None, a - y),
            "squared-error": ((a - y) ** 2 / 2, (a - y) * a * (1 - a)),
        }
        for name, (value, slope) in exact.items():
            A = sigmoid(Z)
            found = float(LOSSES[name].dZ(A, Y)[0, 0])
            if _off(found, slope, absolute=True) > _ULPS:
                return f"dZ of {name} at {z!r}, {y}: {found!r}"
            loss = float(LOSSES[name].values(Z, A, Y)[0, 0])
            if value is not None and _off(loss, value, absolute=True) > _ULPS:
                return f"L of {name} at {z!r}, {y}: {loss!r}"
    return None


def _metrics(rng: Random) -> str | None:
    zs = [_logit(rng) for _ in range(4)]
    zs = [z if abs(z) < 1e300 else 700.0 for z in zs]
    ys = [0, 1, *(rng.randrange(2) for _ in range(2))]
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        found = metrics(np.array([zs]), np.array([ys]))
    with mpmath.workdps(50):
        losses = [
            mpmath.log1p(mpmath.exp(mpmath.mpf(t)))
            if abs(t := (1 - 2 * y) * z) < 1000
            else mpmath.mpf(max(t, 0))
            for z, y in zip(zs, ys, strict=True)
        ]
        brier = (
            sum((_a(min(max(z, -1000), 1000)) - y) ** 2 for z, y in zip(zs, ys, strict=True)) / 4
        )
        if _off(found.log_loss, sum(losses) / 4) > _ULPS:
            return f"log-loss of {zs}, {ys}: {found.log_loss!r}"
        if _off(found.brier, brier, absolute=True) > _ULPS:
            return f"Brier score of {zs}, {ys}: {found.brier!r}"
    return None


def _one_pass(rng: Random) -> str | None:
    """A pass over two examples of two features: cost and gradients."""
    scale = 10.0 ** rng.uniform(-100, 2)
    w = np.array([[rng.gauss(0, scale)], [rng.gauss(0, scale)]])
    b = rng.gauss(0, 3)
    X = np.array([[rng.random() for _ in range(3)] for _ in range(2)])
    Y = np.array([[0.0, 1.0, float(rng.randrange(2))]])
    found = propagate(w, b, X, Y)
    with mpmath.workdps(50):
        z = [sum(mpmath.mpf(X[i, j]) * mpmath.mpf(w[i, 0]) for i in range(2)) + b for j in range(3)]
        dz = [1 / (1 + mpmath.exp(-t)) - Y[0, j] for j, t in enumerate(z)]
        db = sum(dz) / 3
        size = max(1, max(abs(float(t)) for t in z))
        if abs(found.db - db) > 4 * size * _EPSILON:
            return f"db is {found.db!r}, not {mpmath.nstr(db, 20)}"
        dw = [sum(mpmath.mpf(X[i, j]) * dz[j] for j in range(3)) / 3 for i in range(2)]
        if max(abs(found.dw[i, 0] - dw[i]) for i in range(2)) > 4 * size * _EPSILON:
            return f"dw is {found.dw.ravel()!r}"
    return None


def _calibration(rng: Random) -> str | None:
    """The slope and the shift are finite, and the shift of the gradient vanishes."""
    m = rng.choice((2, 3, 10))
    scale = 10.0 ** rng.uniform(-6, 6)
    Z = np.array([[rng.gauss(0, scale) for _ in range(m)]])
    Y = np.array([[0, 1, *(rng.randrange(2) for _ in range(m - 2))]])
    slope, shift = platt_scaling(Z, Y)
    if not (math.isfinite(slope) and math.isfinite(shift) and slope > 0):
        return f"{Z}, {Y}: {slope}, {shift}"
    return None


_EQUATIONS: tuple[Callable[[Random], str | None], ...] = (
    _sigmoid,
    _cross_entropy,
    _derivatives,
    _metrics,
    _one_pass,
    _calibration,
)

CAMPAIGN = Campaign(
    "numbers",
    "every numeric option with nan, inf, 1e400, −0, huge numbers and texts; σ, losses, metrics, "
    "a pass and the calibration at random points against 50 to 800 digits",
    few=1200,
    many=14_000,
    prepare=_prepare,
    attempt=_attempt,
)
