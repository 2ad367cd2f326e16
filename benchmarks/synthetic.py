"""Random labelled images, in files with the layout of `catclf pack`."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from catclf.images.preprocessing import SIDE, Images

# Images per HDF5 chunk, as in `catclf pack`; and natural images made at a time: few, since this
# process must stay small (see side_by_side.measurements).
_CHUNK, _BATCH = 128, 32

# Red, green and blue of an image's three patterns: brightness, warm to cold, green to purple.
_COLOURS = np.array([[0.85, 0.78, 0.72], [0.42, 0.0, -0.42], [0.14, -0.28, 0.14]], np.float32)
_CONTRAST, _BRIGHTNESS, _DEVIATION_OF_BRIGHTNESS = 55.0, 115.0, 25.0


def write_natural(path: Path, m: int, seed: int = 0) -> None:
    """Write images with the statistics of photographs, and labels that depend on them.

    Like photographs they are smooth: amplitudes fall as 1/f, and colours are correlated with
    brightness. Labels are drawn from a logistic model whose weights are such an image too. So the
    cost is as ill-conditioned as with photographs, and its optimum is neither trivial nor perfect.

    Parameters
    ----------
    path : Path
        HDF5 file to write.
    m : int
        Number of images.
    seed : int
        Random seed.
    """
    rng = np.random.default_rng(seed)
    weights = _patterns(rng, 1).ravel()  # (n_x,)
    scores = np.empty(m)
    with h5py.File(path, "w") as file:
        images = _space_for_images(file, m)
        for start in range(0, m, _BATCH):
            batch = _natural(rng, min(_BATCH, m - start))
            images[start : start + len(batch)] = batch
            scores[start : start + len(batch)] = batch.reshape(len(batch), -1) @ weights
        scores = (scores - scores.mean()) / scores.std()
        _label(file, scores + rng.logistic(size=m) > 0)


def write_bytes(path: Path, m: int, seed: int = 0) -> None:
    """Write images of random bytes, the same few repeated, with random labels.

    Parameters
    ----------
    path : Path
        HDF5 file to write.
    m : int
        Number of images.
    seed : int
        Random seed.
    """
    rng = np.random.default_rng(seed)
    chunk = rng.integers(0, 256, (_CHUNK, SIDE, SIDE, 3), np.uint8)
    with h5py.File(path, "w") as file:
        images = _space_for_images(file, m)
        for start in range(0, m, _CHUNK):
            images[start : start + _CHUNK] = chunk[: m - start]
        _label(file, rng.integers(0, 2, m))


def _natural(rng: np.random.Generator, count: int) -> Images:
    brightness = _BRIGHTNESS + _DEVIATION_OF_BRIGHTNESS * rng.standard_normal((count, 1, 1, 1))
    colours = _patterns(rng, count) @ _COLOURS  # (count, SIDE, SIDE, 3)
    return np.clip(_CONTRAST * colours + brightness, 0, 255).astype(np.uint8)


def _patterns(rng: np.random.Generator, count: int) -> NDArray[np.float32]:
    """Random patterns (count, SIDE, SIDE, 3) with mean square 1 and amplitudes that fall as 1/f."""
    frequencies = np.fft.fftfreq(SIDE)
    distance = np.hypot(frequencies[:, np.newaxis], frequencies)  # (SIDE, SIDE)
    distance[0, 0] = distance[0, 1]
    amplitudes = (1 / distance / np.linalg.norm(1 / distance)).astype(np.complex64)
    noise = rng.standard_normal((count, 3, SIDE, 2 * SIDE), np.float32).view(np.complex64)
    patterns = np.fft.fft2(amplitudes * noise).real  # (count, 3, SIDE, SIDE)
    return np.moveaxis(patterns, 1, -1).astype(np.float32)


def _space_for_images(file: h5py.File, m: int) -> Any:
    shape = m, SIDE, SIDE, 3
    chunks = _CHUNK, *shape[1:]
    return file.create_dataset("train_set_x", shape, np.uint8, chunks=chunks, fillvalue=None)


def _label(file: h5py.File, labels: NDArray[Any]) -> None:
    file["train_set_y"] = labels.astype(np.int64)
    file["list_classes"] = np.array([b"non-cat", b"cat"])
