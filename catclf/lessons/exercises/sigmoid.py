"""σ(z), for numbers and arrays."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from catclf.lessons.exercises.exercise import Exercise, Finding, as_array, is_close
from catclf.logistic import sigmoid

STUB = '''"""Exercise 1: the sigmoid function."""

import numpy as np


def sigmoid(z):
    """σ(z) = 1 / (1 + e^(-z)), for a number or an array of any shape."""
    return ...
'''


def _check(function: Callable[..., Any]) -> Iterator[Finding]:
    value, wrong = as_array(function(0.0), (), "sigmoid(0)")
    if wrong is None and not is_close(value, 0.5):
        wrong = f"sigmoid(0) is {float(value):.4g}, not 0.5"
    yield "sigmoid(0) is 0.5", wrong
    Z = np.array([[-2.0, -0.5, 0.0, 3.0]])
    value, wrong = as_array(function(Z), Z.shape, "sigmoid of an array")
    if wrong is None and is_close(value, sigmoid(-Z)):
        wrong = "large z give small values: the exponent needs a minus sign, e^(-z)"
    elif wrong is None and not is_close(value, sigmoid(Z)):
        found, right = (each.round(4).tolist() for each in (value, sigmoid(Z)))
        wrong = f"sigmoid({Z.tolist()}) is {found}, not {right}"
    yield "an array gives the array of all values", wrong
    Z = np.array([-1000.0, 1000.0])
    value, wrong = as_array(function(Z), Z.shape, "sigmoid([-1000, 1000])")
    if wrong is None and not is_close(value, [0, 1]):
        wrong = f"sigmoid([-1000, 1000]) is {value.tolist()}, not [0, 1]"
    elif wrong:
        wrong += ": e^1000 is infinite, and infinite / infinite is nan; write 1 / (1 + e^(-z))"
    yield "very large and very small z give 1 and 0", wrong


EXERCISE = Exercise("sigmoid", "σ(z), which makes a probability of any number", STUB, _check)
