"""An image on which the places are coloured that spoke for a class, or against it."""

import numpy as np

from catclf.images.preprocessing import Images, Preprocessing
from catclf.logistic import Array

# As the figures of explain: orange speaks for the positive class, and purple against it.
_FOR, _AGAINST = (230, 97, 1), (94, 60, 153)

# Of the strongest colours, so that the image shows through.
_OPACITY = 0.8

# Contributions beyond this percentile are drawn like it: a few bright pixels must not make all
# others pale.
_STRONGEST = 99


def overlay(shown: Images, contributions: Array, preprocessing: Preprocessing) -> Images:
    """Colour an image by what its places contribute to the logit.

    Parameters
    ----------
    shown : uint8 array (height, width, 3)
        The image, in its own proportions.
    contributions : array (64, 64)
        Of the square that the model saw.
    preprocessing : Preprocessing
        How that square was made of the image.

    Returns
    -------
    uint8 array (height, width, 3)
        Grey where nothing is contributed.
    """
    strength = _on_image(contributions, shown.shape[:2], preprocessing)[..., np.newaxis]
    grey = shown.mean(axis=2, keepdims=True)  # (height, width, 1)
    colour = np.where(strength > 0, _FOR, _AGAINST)  # (height, width, 3)
    opacity = _OPACITY * np.abs(strength)
    mixed: Images = np.rint(grey * (1 - opacity) + colour * opacity).astype(np.uint8)
    return mixed


def _on_image(contributions: Array, size: tuple[int, ...], preprocessing: Preprocessing) -> Array:
    """Contributions from -1 to 1, (height, width), where they are in the image."""
    from PIL import Image

    strongest = float(np.percentile(np.abs(contributions), _STRONGEST)) or 1.0
    strength = np.clip(contributions / strongest, -1, 1).astype(np.float32)
    height, width = size
    seen_height, seen_width = size
    if preprocessing.resize == "crop":
        seen_height = seen_width = min(size)
    square = Image.fromarray(strength).resize((seen_width, seen_height), Image.Resampling.BILINEAR)
    result = np.zeros(size)
    top, left = (height - seen_height) // 2, (width - seen_width) // 2
    result[top : top + seen_height, left : left + seen_width] = np.asarray(square)
    return result
