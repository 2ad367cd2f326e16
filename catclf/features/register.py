"""From a specification to its feature map: learned from images, or restored from a model file.

A feature map's module is imported when it is used: most models need only one of them.
"""

from collections.abc import Mapping
from functools import partial
from importlib import import_module
from typing import Any

from numpy.typing import NDArray

from catclf.encoders.encodings import Encodings, ImageEncoder
from catclf.errors import SettingsError
from catclf.features.feature_map import BasicFeatureMap, FeatureMap
from catclf.features.specification import ENCODER, FEATURE_MAPS, FeatureSpecification
from catclf.progress import OnStage
from catclf.rows import Rows


def learn_features(
    specification: FeatureSpecification,
    images: Rows,
    seed: int,
    encodings: Encodings | None = None,
    on_stage: OnStage | None = None,
) -> FeatureMap:
    """Learn a feature map from images, never from their labels.

    Parameters
    ----------
    specification : FeatureSpecification
        Which one.
    images : uint8 array (m, 64, 64, 3), or anything that gives such arrays for slices
        Training images.
    seed : int
        Random seed.
    encodings : Encodings, optional
        What an encoder made of the images, for its features.
    on_stage : callable, optional
        Called with the progress of the stages "dictionary", in passes over the patches, and
        "standardising", in images.

    Returns
    -------
    FeatureMap
        Ready to make columns.

    Raises
    ------
    SettingsError
        If the features need an encoder, and there is none.
    """
    encoder = None if encodings is None else encodings.encoder
    features = _join(
        [
            _encoder_features(encoder)
            if name == ENCODER
            else _class_of(name).learn(images, seed, on_stage and partial(on_stage, "dictionary"))
            for name in specification.parts
        ]
    )
    if specification.fourier:
        from catclf.features.fourier import Fourier

        rows = None if encodings is None else encodings.rows
        return Fourier.learn(
            features, images, seed, rows, on_stage and partial(on_stage, "standardising")
        )
    return features


def restore_features(
    specification: FeatureSpecification,
    arrays: Mapping[str, NDArray[Any]],
    encoder: ImageEncoder | None = None,
) -> FeatureMap:
    """Restore a feature map from the arrays that it learned.

    Parameters
    ----------
    specification : FeatureSpecification
        Which one.
    arrays : mapping of str to array
        Those of `array_names`; may be damaged, or not trustworthy.
    encoder : ImageEncoder, optional
        For features of an encoder.

    Returns
    -------
    FeatureMap
        Makes the same columns as the one that learned the arrays.

    Raises
    ------
    ValueError
        If the arrays are not valid for this feature map. The text says why.
    SettingsError
        If the features need an encoder, and there is none.
    """
    features = _join(
        [
            _encoder_features(encoder) if name == ENCODER else _class_of(name).restore(arrays)
            for name in specification.parts
        ]
    )
    if specification.fourier:
        from catclf.features.fourier import Fourier

        return Fourier.restore(features, arrays)
    return features


def array_names(specification: FeatureSpecification) -> tuple[str, ...]:
    """Names of the arrays that a feature map learns, and a model file holds."""
    basic = [name for name in specification.parts if name != ENCODER]
    names = tuple(array for name in basic for array in _class_of(name).array_names)
    if specification.fourier:
        from catclf.features.fourier import Fourier

        return names + Fourier.array_names
    return names


def _class_of(name: str) -> type[BasicFeatureMap]:
    module = import_module(f"catclf.features.{name}")
    found: type[BasicFeatureMap] = getattr(module, FEATURE_MAPS[name])
    return found


def _encoder_features(encoder: ImageEncoder | None) -> FeatureMap:
    from catclf.features.encoder import EncoderFeatures

    if encoder is None:
        raise SettingsError(
            "features of an encoder need images that were read with it: load_dataset(…, encoder=…)"
        )
    return EncoderFeatures(encoder)


def _join(parts: list[FeatureMap]) -> FeatureMap:
    if len(parts) == 1:
        return parts[0]
    from catclf.features.joined import Joined

    return Joined(parts)
