"""Gradient descent from zeros."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from catclf.lessons.exercises.exercise import Exercise, Finding, as_array, is_close
from catclf.logistic import propagate

STUB = '''"""Exercise 4: gradient descent."""

import numpy as np

learning_rate = 10  # choose one with which the cost falls on these data: check says so


def descend(X, Y, learning_rate, steps):
    """w (n_x, 1) and b after so many steps of gradient descent from zeros."""
    w, b = ..., 0.0
    for _ in range(steps):
        ...
    return w, b
'''

_STEPS = 100


def examples() -> tuple[Any, Any]:
    """X (2, 40) and Y (1, 40): numbers up to 10, of which some are on the wrong side."""
    rng = np.random.default_rng(2)
    X = rng.uniform(-10, 10, (2, 40))
    return X, (X.sum(axis=0, keepdims=True) + rng.normal(0, 5, (1, 40)) > 0).astype(float)


def _check(function: Callable[..., Any]) -> Iterator[Finding]:
    X, Y = examples()
    zeros = np.zeros((2, 1))
    first = propagate(zeros, 0.0, X, Y)
    for steps in (0, 1):
        w, b, wrong = _called(function, X, Y, 0.01, steps)
        if wrong is None:
            right = zeros - 0.01 * steps * first.dw, -0.01 * steps * first.db
            wrong = _compared(w, b, *right, first, steps)
        yield ("it starts at zeros", "a step goes against the gradient")[steps], wrong
        if wrong:
            return
    w, b, wrong = _called(function, X, Y, 0.01, _STEPS)
    if wrong is None:
        right_w, right_b = zeros, 0.0
        for _ in range(_STEPS):
            step = propagate(right_w, right_b, X, Y)
            right_w, right_b = right_w - 0.01 * step.dw, right_b - 0.01 * step.db
        if not (is_close(w, right_w) and is_close(b, right_b)):
            wrong = "are the gradients computed anew, for both w and b, in each step?"
    yield f"{_STEPS} steps lead where they should", wrong
    if not wrong:
        yield "the cost falls with your learning_rate", _with_their_rate(function, X, Y, first.J)


def _called(
    function: Callable[..., Any], X: Any, Y: Any, rate: float, steps: int
) -> tuple[Any, Any, str | None]:
    result = function(X.copy(), Y.copy(), rate, steps)
    if not isinstance(result, tuple) or len(result) != 2:
        return None, None, f"it returns {type(result).__name__}, not w and b"
    w, wrong_w = as_array(result[0], (2, 1), "w")
    b, wrong_b = as_array(result[1], (), "b")
    return w, b, wrong_w or wrong_b


def _compared(w: Any, b: Any, right_w: Any, right_b: float, first: Any, steps: int) -> str | None:
    if is_close(w, right_w) and is_close(b, right_b):
        return None
    if steps and is_close(w, -right_w):
        return "it climbs: subtract the gradient"
    if steps and is_close(w, right_w):
        return "w is right, b is not: b -= learning_rate * db"
    found, right = (each.ravel().round(4).tolist() for each in (w, right_w))
    return f"after {steps} steps w is {found}, not {right}"


def _with_their_rate(function: Callable[..., Any], X: Any, Y: Any, start: float) -> str | None:
    rate = function.__globals__.get("learning_rate")
    if not isinstance(rate, (int, float)) or not 0 < rate < 1e6:
        return "learning_rate at the top of the file is not a positive number"
    costs = []
    for steps in range(1, 21):
        w, b, wrong = _called(function, X, Y, float(rate), steps)
        if wrong:
            return f"{wrong}, with the learning rate {rate}: it is too large"
        costs.append(propagate(w, float(b), X, Y).J)
    # The curvature is at most L, the largest eigenvalue of XXᵀ/4m, with a row of ones for b.
    ones = np.vstack([X, np.ones((1, X.shape[1]))])
    L = float(np.linalg.eigvalsh(ones @ ones.T / (4 * X.shape[1]))[-1])
    rises = any(b > a for a, b in zip([start, *costs], costs, strict=False))
    if rises:
        return (
            f"the cost rises with the learning rate {rate}; below 2/L = {2 / L:.3g} it falls in "
            "each step"
        )
    if costs[-1] > 0.9 * start:
        return f"the learning rate {rate} is too small: after 20 steps the cost has hardly fallen"
    return None


EXERCISE = Exercise(
    "descend", "gradient descent, and a learning rate with which it works", STUB, _check
)
