"""Images that come with the package: for lessons, and to try things on, without a data set."""

from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from catclf.datasets.dataset import Dataset
from catclf.datasets.labels import positive_classes, positive_name
from catclf.images.preprocessing import SIDE, Images, Preprocessing

SHEET = Path(__file__).with_suffix(".jpg")
"""All images, row by row on one sheet: the cats, then as many others. `make data` makes it of the
drawn images in `data/`."""

PER_ROW = 8


def drawn_images(positive: str | None = None) -> Dataset:
    """64 of the drawn images, half of them cats.

    Parameters
    ----------
    positive : str, optional
        The class that gets the label 1, "cat" by default or "non-cat".

    Returns
    -------
    Dataset
        With images (64, 64, 64, 3).

    Raises
    ------
    ClassError
        If there is no such class.
    """
    images = _cut(SHEET)
    half = len(images) // 2
    classes = ["cat"] * half + ["non-cat"] * half
    counts = Counter(classes)
    where = "the set of drawn images"
    chosen = positive_classes(counts, positive, where)
    return Dataset(
        images,
        np.array([name in chosen for name in classes], np.uint8),
        [f"drawn image {k}" for k in range(1, len(images) + 1)],
        positive_name(counts, chosen, positive),
        where,
        Preprocessing(),
    )


def _cut(sheet: Path) -> Images:
    """The images of a sheet (rows · 64, 8 · 64, 3)."""
    with Image.open(sheet) as opened:
        pixels = np.asarray(opened)
    grid = pixels.reshape(-1, SIDE, PER_ROW, SIDE, 3)  # (rows, 64, 8, 64, 3)
    return grid.swapaxes(1, 2).reshape(-1, SIDE, SIDE, 3)  # (m, 64, 64, 3)
