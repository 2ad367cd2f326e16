"""Images to feature columns.

A feature map turns images into a matrix with one column an image. Some learn from images
first, never from their labels. `FEATURE_MAPS` names them; names can be joined with a plus sign, and
the columns then stand below each other. With "fourier:" before them, random Fourier features are
made of these.
"""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from catclf.features.feature_map import FeatureMap
from catclf.features.pixels import Pixels
from catclf.rows import Rows

# Modules are imported when a feature map is used: most models need one of them, or none.
FEATURE_MAPS = {"pixels": "Pixels", "patches": "Patches", "hog": "Hog"}


_FOURIER = "fourier:"


def is_known(name: str) -> bool:
    """Whether a name, in the form that `learn_features` takes, is that of a feature map."""
    parts = name.removeprefix(_FOURIER).split("+")
    return set(parts) <= set(FEATURE_MAPS) and len(set(parts)) == len(parts)


def learn_features(name: str, images: Rows, seed: int) -> FeatureMap:
    """The feature map of a name, after it has learned from images.

    Parameters
    ----------
    name : str
        One of `FEATURE_MAPS`, or several joined with a plus sign; perhaps with "fourier:" before.
    images : uint8 array (m, 64, 64, 3), or what gives such arrays for slices
        Training images.
    seed : int
        For what is drawn at random.

    Returns
    -------
    FeatureMap
        Ready to make columns.
    """
    if name.startswith(_FOURIER):
        from catclf.features.fourier import Fourier

        return Fourier.learn(learn_features(name[len(_FOURIER) :], images, seed), images, seed)
    return _joined([_class_of(part).learn(images, seed) for part in name.split("+")])


def restore_features(name: str, arrays: Mapping[str, NDArray[Any]]) -> FeatureMap:
    """The feature map of a name, from what it had learned.

    Parameters
    ----------
    name : str
        As for `learn_features`.
    arrays : mapping of str to array
        Those of `array_names`.

    Returns
    -------
    FeatureMap
        As it was.

    Raises
    ------
    ValueError
        If the arrays cannot be those of this feature map. The text says why.
    """
    if name.startswith(_FOURIER):
        from catclf.features.fourier import Fourier

        return Fourier.restore(restore_features(name[len(_FOURIER) :], arrays), arrays)
    return _joined([_class_of(part).restore(arrays) for part in name.split("+")])


def array_names(name: str) -> tuple[str, ...]:
    """Names of the arrays that feature maps of a name have to learn."""
    if name.startswith(_FOURIER):
        from catclf.features.fourier import Fourier

        return *array_names(name[len(_FOURIER) :]), *Fourier.array_names
    return tuple(array for part in name.split("+") for array in _class_of(part).array_names)


def _class_of(name: str) -> Any:
    from importlib import import_module

    return getattr(import_module(f"catclf.features.{name}"), FEATURE_MAPS[name])


def _joined(parts: list[FeatureMap]) -> FeatureMap:
    if len(parts) == 1:
        return parts[0]
    from catclf.features.joined import Joined

    return Joined(parts)


__all__ = [
    "FEATURE_MAPS",
    "FeatureMap",
    "Pixels",
    "array_names",
    "is_known",
    "learn_features",
    "restore_features",
]
