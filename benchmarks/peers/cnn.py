"""The peer: a small convolutional network trained from scratch in PyTorch.

Four blocks of convolution, batch normalisation and pooling, then dropout. Training images are
flipped and shifted at random; a prediction is the mean over the image and its horizontal flip.
"""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from catclf.images.preprocessing import Images
from catclf.logistic import Array

_CHANNELS = (32, 64, 128, 128)
_BATCH = 32
_MANY = 1000  # images, for which half the epochs are enough
_EPOCHS = 60
_RATE = 2e-3
_SHIFT = 6  # pixels, at most


def train(images: Images, labels: NDArray[np.uint8], seed: int) -> Callable[[Images], Array]:
    """Train the network.

    Parameters
    ----------
    images : uint8 array (m, 64, 64, 3)
        Images.
    labels : uint8 array (m,)
        1 or 0.
    seed : int
        Random seed, for initial weights, the order of the images, shifts and flips.

    Returns
    -------
    callable
        From images to logits (1, m).
    """
    torch.manual_seed(seed)
    X = _tensor(images)
    Y = torch.from_numpy(labels).float()
    mean, deviation = X.mean((0, 2, 3), keepdim=True), X.std((0, 2, 3), keepdim=True)
    X = (X - mean) / deviation
    network = _network()
    optimizer = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=0.01)
    batches = -(-len(X) // _BATCH)
    epochs = _EPOCHS if len(X) < _MANY else _EPOCHS // 2
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=epochs * batches)
    loss = nn.BCEWithLogitsLoss()
    for _ in range(epochs):
        for chosen in torch.randperm(len(X)).split(_BATCH):
            optimizer.zero_grad()
            loss(network(_augmented(X[chosen]))[:, 0], Y[chosen]).backward()
            optimizer.step()
            schedule.step()
    network.eval()

    def logits(images: Images) -> Array:
        batches = ((_tensor(part) - mean) / deviation for part in np.array_split(images, 20))
        with torch.no_grad():
            Z = [(network(b) + network(b.flip(3)))[:, 0] / 2 for b in batches if len(b)]
        together: Array = torch.cat(Z).numpy()
        return together[np.newaxis]  # (1, m)

    return logits


def _network() -> nn.Sequential:
    layers: list[nn.Module] = []
    before = 3
    for channels in _CHANNELS:
        convolution = nn.Conv2d(before, channels, 3, padding=1, bias=False)
        layers += [convolution, nn.BatchNorm2d(channels), nn.ReLU(), nn.MaxPool2d(2)]
        before = channels
    pooled = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.5)]
    return nn.Sequential(*layers, *pooled, nn.Linear(before, 1))


def _tensor(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.moveaxis(images, 3, 1).astype(np.float32) / 255)  # (m, 3, 64, 64)


def _augmented(X: torch.Tensor) -> torch.Tensor:
    """A batch, shifted at random, and about half of it flipped."""
    size = X.shape[2]
    padded = nn.functional.pad(X, (_SHIFT, _SHIFT, _SHIFT, _SHIFT), mode="replicate")
    top, left = torch.randint(0, 2 * _SHIFT + 1, (2,)).tolist()
    X = padded[:, :, top : top + size, left : left + size]
    flipped = torch.rand(len(X)) < 0.5
    return torch.where(flipped[:, None, None, None], X.flip(3), X)
