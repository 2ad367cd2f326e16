"""The weights of a model of pixels, for programs that see each image once."""

import numpy as np

from catclf.images.preprocessing import SIDE
from catclf.logistic import Array


def pixel_weights(w: Array, *, flip: bool) -> Array:
    """Weights of pixels from 0 to 1, as an image.

    Parameters
    ----------
    w : array (12288, 1)
        A model's.
    flip : bool
        Whether the model takes the mean of an image and its mirror image: then so do the weights,
        which comes to the same.

    Returns
    -------
    float64 array (64, 64, 3)
        As many as there are pixels.
    """
    image = w.reshape(SIDE, SIDE, 3).astype(np.float64)
    return (image + image[:, ::-1]) / 2 if flip else image  # (64, 64, 3)
