"""The peer: full-batch gradient descent in PyTorch, on the course's files.

Usage: python pytorch.py FOLDER OUT.npz
"""

import sys
from pathlib import Path

import h5py
import numpy as np
import torch

folder, out = map(Path, sys.argv[1:])
with h5py.File(folder / "train_catvnoncat.h5") as file:
    images, labels = file["train_set_x"][:], file["train_set_y"][:]
X = torch.from_numpy(images.reshape(len(images), -1)).float() / 255  # (m, n_x)
Y = torch.from_numpy(labels).float().reshape(-1, 1)  # (m, 1)
model = torch.nn.Linear(X.shape[1], 1)
torch.nn.init.zeros_(model.weight)
torch.nn.init.zeros_(model.bias)
optimizer = torch.optim.SGD(model.parameters(), lr=0.005)
loss = torch.nn.BCEWithLogitsLoss()
for _ in range(2000):
    optimizer.zero_grad()
    loss(model(X), Y).backward()
    optimizer.step()
np.savez(out, w=model.weight.detach().numpy(), b=model.bias.detach().numpy())
