"""The model file: an `.npz` archive with `w`, `b`, `meta` (JSON) and `fingerprints`.

Features that learn add arrays of their own, and so does what ranks strange images. Format 1 had
only pixels, and no mirror images.
"""

from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catclf._version import __version__
from catclf.encoders.encodings import ImageEncoder, entry_of
from catclf.errors import EncoderError, ModelError, SettingsError, reason_of
from catclf.features.register import array_names, restore_features
from catclf.features.specification import FeatureSpecification
from catclf.images.preprocessing import Preprocessing
from catclf.model import Model
from catclf.storage import ArchiveError, Arrays, read_archive, write_archive
from catclf.strangeness import PrincipalSubspace, Strangeness

FORMAT = 2
_FORMATS = (1, 2)

_LARGEST_LOGIT = 1e30
_LONGEST_NAME = 255

_ARRAYS = ("w", "b", "fingerprints")
_STRANGENESS = ("strangeness_mean", "strangeness_components", "strangeness_held_out")


def save_model(model: Model, path: str | Path) -> None:
    """Write a model file, whole or not at all.

    Parameters
    ----------
    model : Model
        The model.
    path : str or Path
        The file. An old one is unchanged until the new one is complete.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    strangeness = model.strangeness
    meta = {
        "format": FORMAT,
        "catclf": __version__,
        "pictures": model.preprocessing.to_dict(),
        "features": model.features.name,
        "flip": model.flip,
        "positive": model.positive,
        "threshold": model.threshold,
        "training": model.training,
        **entry_of(model.features.encoder),
        **({"strangeness": True} if strangeness else {}),
    }
    ranking = (*strangeness.subspace, strangeness.held_out) if strangeness else ()
    write_archive(
        Path(path),
        meta,
        w=model.w,
        b=np.float64(model.b),
        fingerprints=model.fingerprints,
        **model.features.arrays,
        **dict(zip(_STRANGENESS, ranking, strict=bool(ranking))),
    )


def load_model(path: str | Path, encoder: str | Path | None = None) -> Model:
    """Read a model file.

    Parameters
    ----------
    path : str or Path
        A file that `save_model` or `catclf train` wrote.
    encoder : str or Path, optional
        The ONNX file of the encoder that the model was trained with, if it was. By default it is
        looked for, when it is first used, in the model's folder, where CATCLF_ENCODER says, and in
        the cache or the extra.

    Returns
    -------
    Model
        Ready to predict.

    Raises
    ------
    ModelError
        If the file is missing, damaged, not a model, or made by a newer version.
    """
    path = Path(path)
    try:
        if not path.exists():
            raise ModelError(
                f"there is no model {path}; make one with 'catclf train DATA -o {path}', "
                "or name another with --model"
            )
        if not path.is_file():
            raise ModelError(f"{path} is not a file; name a model file with --model")
        return _model(*read_archive(path, _names), Path(encoder) if encoder else None, path.parent)
    except ArchiveError as error:
        raise ModelError(f"{path} is not a valid catclf model: {error}") from error
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {reason_of(error)}") from error


def _names(meta: dict[str, Any]) -> tuple[str, ...]:
    """Names of the arrays that a model with this meta has."""
    version = str(meta.get("catclf"))[:20]
    if type(meta.get("format")) is not int:
        raise ArchiveError("its meta has no format number")
    if meta["format"] not in _FORMATS:
        raise ArchiveError(
            f"it has format {str(meta['format'])[:20]} (written by catclf {version}), but this "
            f"version reads formats up to {FORMAT}; use catclf {version} or newer"
        )
    strangeness = _STRANGENESS if meta.get("strangeness") is True else ()
    return *_ARRAYS, *array_names(_specification(meta)), *strangeness


def _specification(meta: dict[str, Any]) -> FeatureSpecification:
    features = meta.get("features")
    try:
        return FeatureSpecification.parse(features if isinstance(features, str) else "")
    except SettingsError:
        version = str(meta.get("catclf"))[:20]
        raise ArchiveError(
            f"it needs the feature map {str(features)[:40]!r}, which this version does not have; "
            f"it was written by catclf {version}, which can read it"
        ) from None


def _encoder(meta: dict[str, Any], file: Path | None, folder: Path) -> ImageEncoder | None:
    """The encoder that a model needs, not yet opened; None if it needs none."""
    entry = meta.get("encoder")
    if not _specification(meta).has_encoder or not isinstance(entry, dict):
        return None
    from catclf.encoders.identity import EncoderIdentity
    from catclf.encoders.lookup import ModelEncoder

    entries = dict(entry)
    runtime = str(entries.pop("onnxruntime", ""))
    return ModelEncoder(EncoderIdentity.from_dict(entries), runtime, file, folder)


def _strangeness(arrays: Arrays, n_x: int) -> Strangeness | None:
    """What ranks strange images, where the file has it."""
    if _STRANGENESS[0] not in arrays:
        return None
    mean, components, held_out = (arrays[name] for name in _STRANGENESS)
    strangeness = Strangeness(PrincipalSubspace(mean, components), held_out)
    if len(mean) != n_x:
        raise ValueError(f"its strangeness is of {len(mean)} features, not of {n_x}")
    return strangeness


def _model(meta: dict[str, Any], arrays: Arrays, file: Path | None, folder: Path) -> Model:
    """A model of what is in the file, if all of it is valid."""
    try:
        preprocessing = Preprocessing.from_dict(meta.get("pictures"))
    except SettingsError as error:
        raise ArchiveError(f"its {error}") from None
    try:
        encoder = _encoder(meta, file, folder)
        features = restore_features(_specification(meta), arrays, encoder)
        strangeness = _strangeness(arrays, features.n_x)
    except (ValueError, EncoderError) as error:
        raise ArchiveError(str(error)) from None
    except SettingsError:
        raise ArchiveError("it does not say which encoder it needs") from None
    if features.side != preprocessing.side:
        raise ArchiveError(
            f"its images have {preprocessing.side} pixels a side, its features need {features.side}"
        )
    _require_valid_meta(meta)
    _require_valid_weights(arrays["w"], arrays["b"], features.n_x)
    fingerprints = arrays["fingerprints"]
    if fingerprints.dtype != np.uint64 or fingerprints.ndim != 1:
        raise ArchiveError("its fingerprints are not a list of 64-bit numbers")
    return Model(
        w=arrays["w"],
        b=float(arrays["b"]),
        positive=meta["positive"],
        preprocessing=preprocessing,
        features=features,
        flip=meta.get("flip", False),
        threshold=float(meta["threshold"]),
        training=meta["training"],
        fingerprints=fingerprints,
        strangeness=strangeness,
    )


def _require_valid_meta(meta: dict[str, Any]) -> None:
    """Check the types and ranges of what is used as it stands."""
    positive: Any = meta.get("positive")
    threshold: Any = meta.get("threshold")
    if type(meta.get("flip", False)) is not bool:
        raise ArchiveError("its meta does not say whether it averages mirror images")
    if not isinstance(positive, str) or not 0 < len(positive) <= _LONGEST_NAME:
        raise ArchiveError("its positive class does not have a name")
    try:
        positive.encode()
    except UnicodeEncodeError:
        raise ArchiveError("the name of its positive class is not text") from None
    if type(threshold) not in (int, float) or not 0 <= threshold <= 1:
        raise ArchiveError("its threshold is not a number between 0 and 1")
    if not isinstance(meta.get("training"), dict):
        raise ArchiveError("its meta does not say how it was trained")


def _require_valid_weights(w: NDArray[Any], b: NDArray[Any], n_x: int) -> None:
    """Check that w and b have the right shapes, and that every logit will be finite."""
    if w.dtype not in (np.float64, np.float32) or b.dtype != np.float64:
        raise ArchiveError("w and b are not floating-point numbers")
    if w.shape != (n_x, 1) or b.shape != ():
        raise ArchiveError(
            f"w is {w.shape} and b is {b.shape}; its images and features make ({n_x}, 1) and ()"
        )
    if not np.isfinite(w).all() or not isfinite(b):
        raise ArchiveError("w or b contains values that are not finite")
    with np.errstate(over="ignore"):
        largest_logit = np.abs(w).sum(dtype=np.float64) + abs(float(b))
    if largest_logit > _LARGEST_LOGIT:
        raise ArchiveError("w or b is so large that logits may overflow")
