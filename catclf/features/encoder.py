"""The features of a frozen encoder: logistic regression on them is transfer learning."""

import numpy as np
from numpy.typing import DTypeLike

from catclf.encoders.encodings import Floats, ImageEncoder
from catclf.features.feature_map import FeatureMap
from catclf.images.preprocessing import SIDE, Images
from catclf.logistic import Array


class EncoderFeatures(FeatureMap):
    """What a network that was trained on other images makes of an image; it learns nothing here.

    Parameters
    ----------
    encoder : ImageEncoder
        The network.
    """

    name = "encoder"

    def __init__(self, encoder: ImageEncoder) -> None:
        self.encoder: ImageEncoder = encoder

    @property
    def n_x(self) -> int:
        """Number of the encoder's features."""
        return self.encoder.identity.n

    @property
    def is_additive(self) -> bool:
        """Whether the features are means over a map, of which each place has a share."""
        return self.encoder.identity.kind == "map"

    def columns(self, images: Images, dtype: DTypeLike = np.float64) -> Array:
        """Feature columns of images (m, side, side, 3)."""
        return self.encoder.encode(images).astype(dtype, copy=False).T  # (n_x, m)

    def columns_from(
        self, images: Images, encodings: Floats | None, dtype: DTypeLike = np.float64
    ) -> Array:
        """The encodings as columns."""
        assert encodings is not None
        return encodings.astype(dtype, copy=False).T  # (n_x, m)

    def contributions(self, w: Array, image: Images) -> Array:
        """What each place of the map contributes to the logit, (h, w).

        These are class activation maps (Zhou et al., "Learning Deep Features for Discriminative
        Localization", CVPR 2016): the logit is b + Σ over the places of w·map / (h·w).
        """
        places = self.encoder.maps(image[np.newaxis])[0].astype(np.float64)  # (h, w, n_x)
        contributions: Array = np.dot(places, w[:, 0])  # (h, w)
        return contributions / contributions.size

    def spread(self, contributions: Array) -> Array:
        """Contributions (h, w) of places, spread evenly over their pixels: (64, 64)."""
        height, width = contributions.shape
        pixels: Array = _overlaps(height) @ contributions @ _overlaps(width).T  # (64, 64)
        return pixels


def _overlaps(places: int) -> Array:
    """Shares (64, places) of each of so many equal places, in a row, that fall on each pixel."""
    pixel, place = np.arange(SIDE)[:, np.newaxis], np.arange(places)  # (64, 1), (places,)
    begin = np.maximum(pixel / SIDE, place / places)
    end = np.minimum((pixel + 1) / SIDE, (place + 1) / places)
    shares: Array = np.maximum(end - begin, 0) * places  # (64, places)
    return shares
