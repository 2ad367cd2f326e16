"""From a specification to its feature map: learned from images, or restored from a model file.

A feature map's module is imported when it is used: most models need only one of them.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from numpy.typing import NDArray

from catclf.features.feature_map import BasicFeatureMap, FeatureMap
from catclf.features.specification import FEATURE_MAPS, FeatureSpecification
from catclf.rows import Rows


def learn_features(specification: FeatureSpecification, images: Rows, seed: int) -> FeatureMap:
    """Learn a feature map from images, never from their labels.

    Parameters
    ----------
    specification : FeatureSpecification
        Which one.
    images : uint8 array (m, 64, 64, 3), or anything that gives such arrays for slices
        Training images.
    seed : int
        Random seed.

    Returns
    -------
    FeatureMap
        Ready to make columns.
    """
    features = _join([_class_of(name).learn(images, seed) for name in specification.parts])
    if specification.fourier:
        from catclf.features.fourier import Fourier

        return Fourier.learn(features, images, seed)
    return features


def restore_features(
    specification: FeatureSpecification, arrays: Mapping[str, NDArray[Any]]
) -> FeatureMap:
    """Restore a feature map from the arrays that it learned.

    Parameters
    ----------
    specification : FeatureSpecification
        Which one.
    arrays : mapping of str to array
        Those of `array_names`; may be damaged, or not trustworthy.

    Returns
    -------
    FeatureMap
        Makes the same columns as the one that learned the arrays.

    Raises
    ------
    ValueError
        If the arrays are not valid for this feature map. The text says why.
    """
    features = _join([_class_of(name).restore(arrays) for name in specification.parts])
    if specification.fourier:
        from catclf.features.fourier import Fourier

        return Fourier.restore(features, arrays)
    return features


def array_names(specification: FeatureSpecification) -> tuple[str, ...]:
    """Names of the arrays that a feature map learns, and a model file holds."""
    names = tuple(array for name in specification.parts for array in _class_of(name).array_names)
    if specification.fourier:
        from catclf.features.fourier import Fourier

        return names + Fourier.array_names
    return names


def _class_of(name: str) -> type[BasicFeatureMap]:
    module = import_module(f"catclf.features.{name}")
    found: type[BasicFeatureMap] = getattr(module, FEATURE_MAPS[name])
    return found


def _join(parts: list[BasicFeatureMap]) -> FeatureMap:
    if len(parts) == 1:
        return parts[0]
    from catclf.features.joined import Joined

    return Joined(parts)
