"""The model file: an `.npz` archive with `w`, `b`, `meta` (JSON) and `fingerprints`.

`numpy.load(path)` opens it too. Reading here is strict, because model files are passed from hand to
hand: nothing is unpickled or decompressed, and nothing is believed that the bytes do not bear out.
"""

import io
import json
import warnings
import zipfile
from math import isfinite, prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catclf.errors import CatclfError, ModelError
from catclf.features import FEATURE_MAPS
from catclf.files import written_whole
from catclf.images import PictureRecipe
from catclf.model import Model

FORMAT = 1

_LARGEST_LOGIT = 1e30
_LARGEST_OVERSAMPLING = 64

_NAMES = ("w", "b", "meta", "fingerprints")


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
        "pictures": model.recipe.to_dict(),
        "features": model.features.name,
        "positive": model.positive,
        "threshold": model.threshold,
        "training": model.training,
    }
    with written_whole(Path(path)) as file:
        np.savez(
            file,
            w=model.w,
            b=np.float64(model.b),
            meta=np.array(json.dumps(meta)),
            fingerprints=model.fingerprints,
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
        return _model(_arrays(path))
    except _NotAModelError as error:
        raise ModelError(f"{path} is no usable catclf model: {error}") from error
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read: {(error.strerror or str(error)).lower()}"
        ) from error


class _NotAModelError(Exception):
    """What is wrong with the file, without its name."""


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays in the archive, checked against the bytes that are there."""
    size = path.stat().st_size
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = sorted(member.filename for member in members)
            if names != sorted(f"{name}.npy" for name in _NAMES):
                raise _NotAModelError(f"it does not hold just {', '.join(_NAMES)}")
            if any(member.compress_type != zipfile.ZIP_STORED for member in members):
                raise _NotAModelError("it is compressed, as catclf never writes it")
            if sum(member.file_size for member in members) > size:
                raise _NotAModelError("it claims more bytes than it has")
            return {name: _array(archive.read(f"{name}.npy")) for name in _NAMES}
    except (_NotAModelError, OSError):
        raise
    except Exception as error:
        # zipfile meets damage with all kinds of exceptions, from BadZipFile to struct.error.
        raise _NotAModelError("it is damaged, cut short, or no .npz archive") from error


def _array(data: bytes) -> NDArray[Any]:
    """One `.npy` member as an array; the memory is that of the bytes."""
    file = io.BytesIO(data)
    version = np.lib.format.read_magic(file)
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of headers in an old style, which catclf never writes
        shape, fortran_order, dtype = read_header(file)
    if dtype.hasobject:
        raise _NotAModelError("it holds pickled objects, which are not opened")
    if dtype.itemsize * prod(shape) != len(data) - file.tell():
        raise _NotAModelError("an array in it has not the size that it claims")
    flat = np.frombuffer(data, dtype, offset=file.tell())
    return flat.reshape(shape, order="F" if fortran_order else "C")


def _model(arrays: dict[str, NDArray[Any]]) -> Model:
    meta = _meta(arrays["meta"])
    if type(meta.get("format")) is not int:
        raise _NotAModelError("its meta has no format number")
    if meta["format"] != FORMAT:
        found, version = str(meta["format"])[:20], str(meta.get("catclf"))[:20]
        raise _NotAModelError(
            f"it has format {found} (written by catclf {version}), "
            f"and this version reads format {FORMAT}; upgrade catclf"
        )
    recipe = _recipe(meta.get("pictures"))
    features = FEATURE_MAPS.get(str(meta.get("features")))
    if features is None:
        raise _NotAModelError(f"it needs the feature map {str(meta.get('features'))[:40]!r}")
    positive: Any = meta.get("positive")
    threshold: Any = meta.get("threshold")
    if not isinstance(positive, str) or not 0 < len(positive) <= 255:
        raise _NotAModelError("its positive class has no name")
    if type(threshold) not in (int, float) or not 0 <= threshold <= 1:
        raise _NotAModelError("its threshold is no number between 0 and 1")
    if not isinstance(meta.get("training"), dict):
        raise _NotAModelError("its meta does not say how it was trained")

    w, b, fingerprints = arrays["w"], arrays["b"], arrays["fingerprints"]
    if w.dtype not in (np.float64, np.float32) or b.dtype != np.float64:
        raise _NotAModelError("w and b are no floating-point numbers")
    if w.shape != (features.n_x, 1) or b.shape != ():
        raise _NotAModelError(
            f"w is {w.shape} and b is {b.shape}; its pictures and features make "
            f"({features.n_x}, 1) and ()"
        )
    if not np.isfinite(w).all() or not isfinite(b):
        raise _NotAModelError("w or b holds values that are no numbers")
    with np.errstate(over="ignore"):
        largest_logit = np.abs(w).sum(dtype=np.float64) + abs(float(b))
    if largest_logit > _LARGEST_LOGIT:
        raise _NotAModelError("w or b is too large for any logit to be a number")
    if fingerprints.dtype != np.uint64 or fingerprints.ndim != 1:
        raise _NotAModelError("its fingerprints are no list of 64-bit numbers")
    return Model(
        w, float(b), positive, recipe, features(), float(threshold), meta["training"], fingerprints
    )


def _meta(array: NDArray[Any]) -> dict[str, Any]:
    try:
        if array.dtype.kind != "U" or array.shape != ():
            raise ValueError
        meta = json.loads(str(array))
    except (ValueError, RecursionError):
        raise _NotAModelError("its meta is no JSON text") from None
    if not isinstance(meta, dict):
        raise _NotAModelError("its meta is no JSON object")
    return meta


def _recipe(pictures: object) -> PictureRecipe:
    """The picture recipe, if it is one that this version can follow to the letter."""
    try:
        if isinstance(pictures, dict):
            recipe = PictureRecipe(pictures["fit"], pictures["jpeg_oversampling"])
            oversampling = recipe.jpeg_oversampling
            known = type(oversampling) is int and 0 <= oversampling <= _LARGEST_OVERSAMPLING
            if known and recipe.to_dict() == pictures:
                return recipe
    except (KeyError, TypeError, CatclfError):
        pass
    raise _NotAModelError("its pictures are prepared in a way that this version does not know")
