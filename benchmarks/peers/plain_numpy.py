"""The peer: the lecture's last slide as a plain numpy script, on the course's files.

Usage: python plain_numpy.py FOLDER OUT.npz
"""

import sys
from pathlib import Path

import h5py
import numpy as np

folder, out = map(Path, sys.argv[1:])
with h5py.File(folder / "train_catvnoncat.h5") as file:
    images, labels = file["train_set_x"][:], file["train_set_y"][:]
X = images.reshape(len(images), -1).T / 255  # (n_x, m)
Y = labels.reshape(1, -1)  # (1, m)
n_x, m = X.shape
w, b = np.zeros((n_x, 1)), 0.0
costs = []
for _ in range(2000):
    A = 1 / (1 + np.exp(-(np.dot(w.T, X) + b)))  # (1, m)
    costs.append(-np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A)))
    dZ = A - Y  # (1, m)
    w = w - 0.005 * np.dot(X, dZ.T) / m  # (n_x, 1)
    b = b - 0.005 * np.mean(dZ)
np.savez(out, w=w, b=b)
