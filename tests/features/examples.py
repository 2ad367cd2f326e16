"""Images, and feature maps that learned from them once for all tests."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catclf.features.feature_map import FeatureMap
from catclf.features.register import learn_features
from catclf.features.specification import FeatureSpecification
from catclf.images.preprocessing import Images

Floats = NDArray[np.floating[Any]]


def smooth_images(m: int, seed: int) -> Images:
    """Images of 8 × 8 flat squares, with some noise."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (m, 8, 8, 3))
    smooth = coarse.repeat(8, axis=1).repeat(8, axis=2)
    noisy = smooth + rng.integers(-20, 20, smooth.shape)
    images: Images = np.clip(noisy, 0, 255).astype(np.uint8)
    return images


IMAGES = smooth_images(60, seed=5)


def learn(name: str, images: Images = IMAGES, seed: int = 0) -> FeatureMap:
    return learn_features(FeatureSpecification.parse(name), images, seed)


@cache
def learned(name: str) -> FeatureMap:
    return learn(name)
