"""Histograms of oriented gradients (HOG): where edges are, and which way they run.

Dalal and Triggs, "Histograms of Oriented Gradients for Human Detection" (CVPR 2005), with cells of
8 × 8 pixels.
"""

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.features.feature_map import BasicFeatureMap
from catclf.images.preprocessing import SIDE, Images
from catclf.logistic import Array
from catclf.parallel import cores, map_on_threads

Floats = NDArray[np.float32]

CELL = 8  # pixels along a side
CELLS = SIDE // CELL  # along a side of the image
BLOCKS = CELLS - 1  # likewise; neighbouring blocks overlap
BINS = 9

# Added to a block's squared norm, so that faint gradients, mostly noise, stay small.
NORM_OFFSET = 100.0
SECOND_NORM_OFFSET = 1e-4
CLIP = 0.2

_BATCH = 16


class Hog(BasicFeatureMap):
    """Histograms of gradient orientations in cells, normalised over blocks.

    A pixel's gradient is that of the channel where it is strongest. Each of the 8 × 8 cells has a
    histogram of nine orientations, from 0 to 180 degrees, weighted by the gradient's magnitude.
    Each of the 7 × 7 overlapping blocks of 2 × 2 cells is normalised to length 1, clipped at 0.2
    and normalised again (L2-Hys). The features are the square roots, so that a few strong edges do
    not dominate.
    """

    name = "hog"
    n_x = BLOCKS**2 * 4 * BINS

    def columns(self, images: Images, dtype: DTypeLike = np.float64) -> Array:
        """Feature columns (1764, m), ordered by block, cell of the block, and orientation."""
        rows = np.empty((len(images), self.n_x), dtype)

        def fill(start: int) -> None:
            rows[start : start + _BATCH] = _descriptors(images[start : start + _BATCH])

        map_on_threads(fill, range(0, len(images), _BATCH), cores())
        return rows.T  # (n_x, m)

    def spread(self, contributions: Array) -> Array:
        """Contributions (1764,), spread evenly over the 16 × 16 pixels of each block: (64, 64)."""
        blocks = contributions.reshape(BLOCKS, BLOCKS, 4 * BINS).sum(axis=2)  # (7, 7)
        cells = np.zeros((CELLS, CELLS))
        for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):  # the four cells of a block
            cells[i : i + BLOCKS, j : j + BLOCKS] += blocks / 4
        return np.kron(cells / CELL**2, np.ones((CELL, CELL)))  # (64, 64)


def _descriptors(images: Images) -> Floats:
    """HOG features of images, one row each: (m, 1764)."""
    m = len(images)
    histograms = _histograms(*_gradients(images))  # (m, 8, 8, 9)
    blocks = np.stack(
        [histograms[:, i : i + BLOCKS, j : j + BLOCKS] for i in (0, 1) for j in (0, 1)], axis=3
    )  # (m, 7, 7, 4, 9)
    blocks = blocks.reshape(m, BLOCKS, BLOCKS, 4 * BINS)  # (m, 7, 7, 36)
    blocks /= np.sqrt(np.sum(blocks**2, axis=3, keepdims=True) + NORM_OFFSET)
    np.minimum(blocks, CLIP, out=blocks)
    blocks /= np.sqrt(np.sum(blocks**2, axis=3, keepdims=True) + SECOND_NORM_OFFSET)
    return np.sqrt(blocks).reshape(m, Hog.n_x)  # (m, 1764)


def _gradients(images: Images) -> tuple[Floats, Floats]:
    """Magnitudes of the gradients, and orientations in bins from 0 to 9, (m, 64, 64) each."""
    values = images.astype(np.float32)
    across, down = np.zeros_like(values), np.zeros_like(values)
    across[:, :, 1:-1] = values[:, :, 2:] - values[:, :, :-2]
    down[:, 1:-1] = values[:, 2:] - values[:, :-2]
    strongest = (across**2 + down**2).argmax(axis=3)[..., np.newaxis]  # (m, 64, 64, 1)
    across = np.take_along_axis(across, strongest, axis=3)[..., 0]  # (m, 64, 64)
    down = np.take_along_axis(down, strongest, axis=3)[..., 0]  # (m, 64, 64)
    orientations: Floats = np.arctan2(down, across) % np.float32(np.pi) * np.float32(BINS / np.pi)
    return np.hypot(across, down), orientations


def _histograms(magnitudes: Floats, orientations: Floats) -> Floats:
    """Histograms of orientations in each cell, weighted by magnitude: (m, 8, 8, 9)."""
    # A gradient between two bin centres counts in both, in linear interpolation.
    lower = np.floor(orientations)
    upper_share = orientations - lower
    lower %= BINS  # rounding can put an orientation just below 180 degrees into a tenth bin
    m = len(magnitudes)
    histograms = np.empty((m, CELLS, CELLS, BINS), np.float32)
    for k in range(BINS):
        is_upper = lower == (k - 1) % BINS
        share = np.where(lower == k, 1 - upper_share, np.where(is_upper, upper_share, 0))
        cells = (magnitudes * share).reshape(m, CELLS, CELL, CELLS, CELL)  # (m, 8, 8, 8, 8)
        histograms[..., k] = cells.sum(axis=(2, 4))
    return histograms
