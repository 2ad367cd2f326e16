"""Exercise 5: predictions."""

import numpy as np


def predict(w, b, X):
    """Labels (1, m) for the columns of X: 1 where the probability is at least 0.5, else 0."""
    A = 1 / (1 + np.exp(-(np.dot(w.T, X) + b)))  # (1, m)
    return (A >= 0.5).astype(int)
