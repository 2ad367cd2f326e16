"""Drawing some of the images at random, both classes in their shares."""

import numpy as np
from numpy.typing import NDArray


def stratified_sample(
    labels: NDArray[np.uint8],
    rng: np.random.Generator,
    *,
    share: float = 1,
    count: int | None = None,
) -> NDArray[np.bool_]:
    """Draw the same share of each class.

    Parameters
    ----------
    labels : uint8 array (m,)
        1 or 0.
    rng : numpy.random.Generator
        Draws the images. From equal generators, a larger share includes all of a smaller one.
    share : float
        From 0 to 1; the number of images of each class is rounded to the nearest.
    count : int, optional
        Instead of a share: at most this many images in total, but at least one of each class.

    Returns
    -------
    bool array (m,)
        Whether each image was drawn.
    """
    chosen = np.zeros(len(labels), np.bool_)
    for label in (0, 1):
        members = rng.permutation(np.flatnonzero(labels == label))
        if count is None:
            size = round(share * len(members))
        else:
            size = max(1, len(members) * count // len(labels))
        chosen[members[:size]] = True
    return chosen
