"""Few features of an image, for lessons that must see the whole cost surface."""

import numpy as np

from catclf.images.preprocessing import Images
from catclf.logistic import Array


def mean_colours(images: Images, count: int) -> Array:
    """How red, green and blue images are, standardised.

    Parameters
    ----------
    images : uint8 array (m, 64, 64, 3)
        Images.
    count : {1, 2, 3, 9}
        The mean of red; of red and green; of red, green and blue; of these three in the upper, the
        middle and the lower part of the image.

    Returns
    -------
    array (count, m)
        Feature columns; each feature has mean 0 and deviation 1, or is 0 where it never varies.
    """
    m = len(images)
    parts = np.array_split(images, 3 if count == 9 else 1, axis=1)
    means = np.concatenate([part.mean(axis=(1, 2)) for part in parts], axis=1)  # (m, 3 or 9)
    X = means.reshape(m, -1).T[:count]  # (count, m)
    X = X - X.mean(axis=1, keepdims=True)
    deviations = X.std(axis=1, keepdims=True)
    standardised: Array = X / np.where(deviations > 1e-9, deviations, 1)
    return standardised
