"""Histograms of oriented gradients: where edges are, and which way they run.

Dalal and Triggs, "Histograms of Oriented Gradients for Human Detection" (CVPR 2005), on fields of
8 × 8 pixels, for images of 64 × 64.
"""

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.features.feature_map import Fixed
from catclf.images.preprocessing import SIDE, Images
from catclf.logistic import Array
from catclf.parallel import cores, map_on_threads

_FIELD = 8
_FIELDS = SIDE // _FIELD
_DIRECTIONS = 9

# Squared contrast at which a block of fields counts half as strong as it would otherwise: what is
# fainter is mostly noise.
_FAINT = 100.0
_LARGEST_SHARE = 0.2

_BATCH = 16


class Hog(Fixed):
    """The gradient's directions in each field, next to those of its neighbours' contrast.

    A pixel's gradient is that of its strongest colour. Each of 8 × 8 fields has a histogram of the
    gradient's direction, opposite directions being alike, weighted by its length. Each of the 7 × 7
    blocks of four neighbouring fields is then brought to length 1, cut off at 0.2, and brought to
    length 1 again, and the square root is taken, which keeps a few strong edges from drowning the
    others.
    """

    name = "hog"
    n_x = (_FIELDS - 1) ** 2 * 4 * _DIRECTIONS

    def columns(self, images: Images, dtype: DTypeLike = np.float64) -> Array:
        """Feature columns of some images.

        Parameters
        ----------
        images : uint8 array (m, 64, 64, 3)
            Images.
        dtype : float64 or float32
            Type of the columns; the work is done in float32.

        Returns
        -------
        array (1764, m)
            A transposed view: in memory, an image's numbers lie side by side.
        """
        rows = np.empty((len(images), self.n_x), dtype)

        def fill(start: int) -> None:
            rows[start : start + _BATCH] = _descriptors(images[start : start + _BATCH])

        map_on_threads(fill, range(0, len(images), _BATCH), cores())
        return rows.T  # (n_x, m)

    def spread(self, effects: Array) -> Array:
        """Effects (1764,), evenly on the pixels of its block: (64, 64)."""
        blocks = effects.reshape(_FIELDS - 1, _FIELDS - 1, 4 * _DIRECTIONS).sum(axis=2)  # (7, 7)
        # A block is four fields.
        fields = np.zeros((_FIELDS, _FIELDS))
        for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
            fields[i : i + _FIELDS - 1, j : j + _FIELDS - 1] += blocks / 4
        return np.kron(fields / _FIELD**2, np.ones((_FIELD, _FIELD)))  # (64, 64)


def _descriptors(images: Images) -> NDArray[np.float32]:
    m = len(images)
    histograms = _histograms(images)  # (m, 8, 8, 9)
    last = _FIELDS - 1
    blocks = np.stack(
        [histograms[:, i : i + last, j : j + last] for i in (0, 1) for j in (0, 1)], axis=3
    )  # (m, 7, 7, 4, 9)
    blocks = blocks.reshape(m, last, last, 4 * _DIRECTIONS)
    blocks /= np.sqrt(np.sum(blocks**2, axis=3, keepdims=True) + _FAINT)
    np.minimum(blocks, _LARGEST_SHARE, out=blocks)
    blocks /= np.sqrt(np.sum(blocks**2, axis=3, keepdims=True) + 1e-4)
    return np.sqrt(blocks).reshape(m, Hog.n_x)  # (m, 1764)


def _histograms(images: Images) -> NDArray[np.float32]:
    """Lengths of gradients in each field, by direction, (m, 8, 8, 9)."""
    values = images.astype(np.float32)
    across, down = np.zeros_like(values), np.zeros_like(values)
    across[:, :, 1:-1] = values[:, :, 2:] - values[:, :, :-2]
    down[:, 1:-1] = values[:, 2:] - values[:, :-2]
    strongest = (across**2 + down**2).argmax(axis=3)[..., np.newaxis]
    across = np.take_along_axis(across, strongest, axis=3)[..., 0]  # (m, 64, 64)
    down = np.take_along_axis(down, strongest, axis=3)[..., 0]
    lengths = np.hypot(across, down)
    # A direction between the middles of two bins counts in both, by its distance from each.
    bins = np.arctan2(down, across) % np.float32(np.pi) * np.float32(_DIRECTIONS / np.pi)
    lower = np.floor(bins)
    upper_share = bins - lower
    lower %= _DIRECTIONS  # rounding can make the last direction one more
    m = len(images)
    histograms = np.empty((m, _FIELDS, _FIELDS, _DIRECTIONS), np.float32)
    for direction in range(_DIRECTIONS):
        is_upper = lower == (direction - 1) % _DIRECTIONS
        share = np.where(lower == direction, 1 - upper_share, np.where(is_upper, upper_share, 0))
        fields = (lengths * share).reshape(m, _FIELDS, _FIELD, _FIELDS, _FIELD)
        histograms[..., direction] = fields.sum(axis=(2, 4))
    return histograms
