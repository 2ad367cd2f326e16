"""Exercise 4: gradient descent."""

import numpy as np

learning_rate = 0.1


def descend(X, Y, learning_rate, steps):
    """Return w (n_x, 1) and b after so many steps of gradient descent from zeros."""
    m = X.shape[1]
    w, b = np.zeros((len(X), 1)), 0.0
    for _ in range(steps):
        dZ = 1 / (1 + np.exp(-(np.dot(w.T, X) + b))) - Y  # (1, m)
        w = w - learning_rate * np.dot(X, dZ.T) / m
        b = b - learning_rate * np.sum(dZ) / m
    return w, b
