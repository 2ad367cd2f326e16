"""The peer: scikit-learn's logistic regression without a penalty, on the course's files.

Usage: python scikit_learn.py FOLDER OUT.npz
"""

import sys
from pathlib import Path

import h5py
import numpy as np
from sklearn.linear_model import LogisticRegression

folder, out = map(Path, sys.argv[1:])
with h5py.File(folder / "train_catvnoncat.h5") as file:
    images, labels = file["train_set_x"][:], file["train_set_y"][:]
X = images.reshape(len(images), -1) / 255  # (m, n_x)
model = LogisticRegression(C=np.inf, max_iter=2000).fit(X, labels)
np.savez(out, w=model.coef_, b=model.intercept_)
