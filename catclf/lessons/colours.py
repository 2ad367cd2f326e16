"""A few features per image, for lessons that show the whole cost surface."""

import numpy as np

from catclf.images.preprocessing import Images
from catclf.logistic import Array


def mean_colours(images: Images, count: int) -> Array:
    """Mean colours of each image, standardised.

    Parameters
    ----------
    images : uint8 array (m, 64, 64, 3)
        Images.
    count : {1, 2, 3, 9}
        Number of features: 1 is the mean of red; 2 of red and green; 3 of red, green and blue; 9 of
        these three in the upper, the middle and the lower third of the image.

    Returns
    -------
    array (count, m)
        Feature columns; each feature has mean 0 and standard deviation 1, or is 0 where it is the
        same for all images.
    """
    m = len(images)
    parts = np.array_split(images, 3 if count == 9 else 1, axis=1)
    means = np.concatenate([part.mean(axis=(1, 2)) for part in parts], axis=1)  # (m, 3 or 9)
    X = means.reshape(m, -1).T[:count]  # (count, m)
    X = X - X.mean(axis=1, keepdims=True)
    deviations = X.std(axis=1, keepdims=True)  # (count, 1)
    standardised: Array = X / np.where(deviations > 1e-9, deviations, 1)
    return standardised
