"""Exercise 3: cost and gradients, without a loop over examples."""

import numpy as np


def propagate(w, b, X, Y):
    """The cost J and the gradients dw, (n_x, 1), and db.

    w (n_x, 1) and b are the weights; X (n_x, m) has a column for each example, Y (1, m) its label.
    """
    m = X.shape[1]
    Z = np.dot(w.T, X) + b  # (1, m)
    A = 1 / (1 + np.exp(-Z))
    J = np.sum(np.logaddexp(0, (1 - 2 * Y) * Z)) / m
    dZ = A - Y  # (1, m)
    dw = np.dot(X, dZ.T) / m  # (n_x, 1)
    db = np.sum(dZ) / m
    return J, dw, db
