"""Labels from probabilities."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from catclf.lessons.exercises.exercise import Exercise, Finding, as_array, is_close

STUB = '''"""Exercise 5: predictions."""

import numpy as np


def predict(w, b, X):
    """Labels (1, m) for the columns of X: 1 where the probability is at least 0.5, else 0."""
    return ...
'''


def _check(function: Callable[..., Any]) -> Iterator[Finding]:
    w, b = np.array([[1.0], [-2.0]]), 0.5
    X = np.array([[1.0, 0.0, 2.5, -3.0, 0.0], [0.0, 1.0, 1.5, 4.0, 0.1]])
    Z = np.dot(w.T, X) + b  # (1, 5): one of them is 0, one 0.3
    value, wrong = as_array(function(w.copy(), b, X.copy()), (1, 5), "the result")
    if wrong and "shape" in wrong:
        wrong += ": one label for each column of X, in a row, as Y has them"
    yield "there is a label for each example", wrong
    if wrong:
        return
    if not np.isin(value, (0, 1)).all():
        other = value[~np.isin(value, (0, 1))][0]
        yield "labels are 0 or 1", f"there is {other:.4g}; compare the probability with 0.5"
        return
    expected = (Z >= 0).astype(float)
    if is_close(value, (Z >= 0.5).astype(float)) and not is_close(value, expected):
        wrong = "the logit is compared with 0.5; compare the probability, or the logit with 0"
    elif is_close(value, (Z > 0).astype(float)) and not is_close(value, expected):
        wrong = "a probability of exactly 0.5 gives 0; at least 0.5 is >="
    elif not is_close(value, expected):
        wrong = f"labels are {value.astype(int).tolist()}, not {expected.astype(int).tolist()}"
    yield "labels are right", wrong


EXERCISE = Exercise("predict", "labels from probabilities", STUB, _check)
