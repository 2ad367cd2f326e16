"""Exercise 1: the sigmoid function."""

import numpy as np


def sigmoid(z):
    """σ(z) = 1 / (1 + e^(-z)), for a number or an array of any shape."""
    return 1 / (1 + np.exp(-z))
