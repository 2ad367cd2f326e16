"""One forward and backward pass."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from catclf.lessons.exercises.exercise import Exercise, Finding, as_array, is_close
from catclf.logistic import propagate

STUB = '''"""Exercise 3: cost and gradients, without a loop over examples."""

import numpy as np


def propagate(w, b, X, Y):
    """The cost J and the gradients dw, (n_x, 1), and db.

    w (n_x, 1) and b are the weights; X (n_x, m) has a column for each example, Y (1, m) its label.
    """
    m = X.shape[1]
    A = ...  # forward: (1, m)
    J = ...
    dZ = ...  # backward: (1, m)
    dw = ...
    db = ...
    return J, dw, db
'''


def _check(function: Callable[..., Any]) -> Iterator[Finding]:
    rng = np.random.default_rng(1)
    n_x, m = 3, 5
    w, b = rng.normal(size=(n_x, 1)), 0.3
    X, Y = rng.random((n_x, m)), np.array([[1.0, 0, 1, 1, 0]])
    right = propagate(w, b, X, Y)
    try:
        result = function(w.copy(), b, X.copy(), Y.copy())
    except ValueError as error:
        hint = "w.T times X is a matrix product: np.dot(w.T, X), not *"
        yield "shapes fit together", f"{error}; {hint}"
        return
    if not isinstance(result, tuple) or len(result) != 3:
        yield "it returns J, dw and db", f"it returns {type(result).__name__}"
        return
    J, wrong = as_array(result[0], (), "J")
    if wrong and "shape" in wrong:
        wrong += ": sum the losses of all examples"
    elif wrong is None and is_close(J, right.J * m):
        wrong = "J is the mean of the losses, not their sum: divide by m"
    elif wrong is None and is_close(J, -right.J):
        wrong = "J is negative: the cross-entropy has a minus sign in front"
    elif wrong is None and not is_close(J, right.J):
        wrong = f"J is {float(J):.6g}, not {right.J:.6g}"
    yield "J is the mean cross-entropy", wrong
    if wrong:
        return
    dw, wrong = as_array(result[1], w.shape, "dw")
    if wrong and "shape" in wrong:
        wrong += ", that of w: dw is np.dot(X, dZ.T) / m"
    elif wrong is None and is_close(dw, right.dw * m):
        wrong = "dw is m times too large: divide by m"
    elif wrong is None and is_close(dw, -right.dw):
        wrong = "dw has the wrong sign: dZ is A - Y"
    elif wrong is None and not is_close(dw, right.dw):
        wrong = f"dw is {dw.ravel().round(4).tolist()}, not {right.dw.ravel().round(4).tolist()}"
    yield "dw has the shape of w, and is the gradient", wrong
    db, wrong = as_array(result[2], (), "db")
    if wrong is None and is_close(db, right.db * m):
        wrong = "db is m times too large: divide by m"
    elif wrong is None and not is_close(db, right.db):
        wrong = f"db is {float(db):.6g}, not {right.db:.6g}"
    yield "db is the derivative with respect to b", wrong
    yield "probabilities that round to 0 or 1 do no harm", _saturated(function)


def _saturated(function: Callable[..., Any]) -> str | None:
    """What becomes of a cost whose probabilities round to 0 and 1."""
    w, X, Y = np.array([[100.0]]), np.array([[1.0, -1.0]]), np.array([[1.0, 0.0]])
    J, wrong = as_array(function(w, 0.0, X, Y)[0], (), "J")
    if wrong or not np.isfinite(J):
        return (
            "where a rounds to 1, log(1 - a) is -infinity, and 0 times infinity is nan. Compute "
            "the loss from z: np.logaddexp(0, (1 - 2 * Y) * Z)"
        )
    return None if abs(float(J)) < 1e-6 else f"J is {float(J):.4g} where every example is right"


EXERCISE = Exercise("propagate", "the cost and its gradients, without a loop", STUB, _check)
