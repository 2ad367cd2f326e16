"""The model file: an `.npz` archive with `w`, `b`, `meta` (JSON) and `fingerprints`.

Beside them is what the features have learned. Format 1 knew pixels only, and no mirror images.
"""

from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from catclf.errors import ModelError, SettingsError
from catclf.features import array_names, is_known, restore_features
from catclf.images.preprocessing import Preprocessing
from catclf.model import Model
from catclf.storage import ArchiveError, Arrays, read_archive, write_archive

FORMAT = 2
_FORMATS = (1, 2)

_LARGEST_LOGIT = 1e30

_ARRAYS = ("w", "b", "fingerprints")


def save_model(model: Model, path: str | Path) -> None:
    """Write a model file, whole or not at all.

    Parameters
    ----------
    model : Model
        What to write.
    path : str or Path
        Where. An old file there stays as it is until the new one is complete.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    from catclf import __version__

    meta = {
        "format": FORMAT,
        "catclf": __version__,
        "pictures": model.preprocessing.to_dict(),
        "features": model.features.name,
        "flip": model.flip,
        "positive": model.positive,
        "threshold": model.threshold,
        "training": model.training,
    }
    write_archive(
        Path(path),
        meta,
        w=model.w,
        b=np.float64(model.b),
        fingerprints=model.fingerprints,
        **model.features.arrays,
    )


def load_model(path: str | Path) -> Model:
    """Read a model file.

    Parameters
    ----------
    path : str or Path
        A file that `save_model` or `catclf train` wrote.

    Returns
    -------
    Model
        Ready to predict.

    Raises
    ------
    ModelError
        If the file is missing, is no model, is damaged, or was made by a newer version.
    """
    path = Path(path)
    try:
        if not path.exists():
            raise ModelError(
                f"there is no model {path}; make one with 'catclf train DATA -o {path}', "
                "or name another with --model"
            )
        if not path.is_file():
            raise ModelError(f"{path} is no file; name a model file with --model")
        return _model(*read_archive(path, _names))
    except ArchiveError as error:
        raise ModelError(f"{path} is no usable catclf model: {error}") from error
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read: {(error.strerror or str(error)).lower()}"
        ) from error


def _names(meta: dict[str, Any]) -> tuple[str, ...]:
    """Names of the arrays that such a model has."""
    version = str(meta.get("catclf"))[:20]
    if type(meta.get("format")) is not int:
        raise ArchiveError("its meta has no format number")
    if meta["format"] not in _FORMATS:
        raise ArchiveError(
            f"it has format {str(meta['format'])[:20]} (written by catclf {version}), and this "
            f"version reads formats up to {FORMAT}; use catclf {version} or newer"
        )
    features = meta.get("features")
    if not isinstance(features, str) or not is_known(features):
        raise ArchiveError(
            f"it needs the feature map {str(features)[:40]!r}, which this version has not; "
            f"it was written by catclf {version}, which can read it"
        )
    return *_ARRAYS, *array_names(features)


def _model(meta: dict[str, Any], arrays: Arrays) -> Model:
    try:
        preprocessing = Preprocessing.from_dict(meta.get("pictures"))
    except SettingsError as error:
        raise ArchiveError(f"its {error}") from None
    try:
        features = restore_features(meta["features"], arrays)
    except ValueError as error:
        raise ArchiveError(str(error)) from None
    flip = meta.get("flip", False)
    if type(flip) is not bool:
        raise ArchiveError("its meta does not say whether it looks at mirror images")
    positive: Any = meta.get("positive")
    threshold: Any = meta.get("threshold")
    if not isinstance(positive, str) or not 0 < len(positive) <= 255:
        raise ArchiveError("its positive class has no name")
    if type(threshold) not in (int, float) or not 0 <= threshold <= 1:
        raise ArchiveError("its threshold is no number between 0 and 1")
    if not isinstance(meta.get("training"), dict):
        raise ArchiveError("its meta does not say how it was trained")

    w, b, fingerprints = arrays["w"], arrays["b"], arrays["fingerprints"]
    if w.dtype not in (np.float64, np.float32) or b.dtype != np.float64:
        raise ArchiveError("w and b are no floating-point numbers")
    if w.shape != (features.n_x, 1) or b.shape != ():
        raise ArchiveError(
            f"w is {w.shape} and b is {b.shape}; its images and features make "
            f"({features.n_x}, 1) and ()"
        )
    if not np.isfinite(w).all() or not isfinite(b):
        raise ArchiveError("w or b holds values that are no numbers")
    with np.errstate(over="ignore"):
        largest_logit = np.abs(w).sum(dtype=np.float64) + abs(float(b))
    if largest_logit > _LARGEST_LOGIT:
        raise ArchiveError("w or b is too large for any logit to be a number")
    if fingerprints.dtype != np.uint64 or fingerprints.ndim != 1:
        raise ArchiveError("its fingerprints are no list of 64-bit numbers")
    return Model(
        w,
        float(b),
        positive,
        preprocessing,
        features,
        flip,
        float(threshold),
        meta["training"],
        fingerprints,
    )
