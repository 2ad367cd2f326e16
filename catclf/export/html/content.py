"""What a page holds of a model, and the scripts that its features need."""

import base64
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.errors import ExportError
from catclf.features.feature_map import FeatureMap
from catclf.features.fourier import Fourier
from catclf.features.hog import Hog
from catclf.features.joined import Joined
from catclf.features.patches import SCALES, Patches, cell_edges
from catclf.features.pixels import Pixels
from catclf.model import Model


def model_content(model: Model) -> dict[str, Any]:
    """A model, for JSON.

    Parameters
    ----------
    model : Model
        The model.

    Returns
    -------
    dict
        What the class `Model` of `model.js` takes. Arrays are base64 of little-endian numbers.

    Raises
    ------
    ExportError
        If its features cannot be computed in a page.
    """
    return {
        "positive": model.positive,
        "negative": model.negative,
        "threshold": float(model.threshold),
        "resize": model.preprocessing.resize,
        "flip": model.flip,
        "b": float(model.b),
        "w": base64_of(model.w),
        "features": _of_features(model.features),
    }


def scripts_for(content: dict[str, Any]) -> list[str]:
    """Names of the JavaScript files that compute what a model says, in their order."""
    kinds = dict.fromkeys(_kinds(content["features"]))
    return ["resampling.js", "feature_map.js", *(f"{kind}.js" for kind in kinds), "model.js"]


def base64_of(array: NDArray[Any], dtype: DTypeLike = "<f4") -> str:
    """The numbers of an array, in C order."""
    return base64.b64encode(array.astype(dtype).tobytes()).decode()


def _of_features(features: FeatureMap) -> dict[str, Any]:
    match features:
        case Pixels():
            return {"kind": "pixels"}
        case Hog():
            return {"kind": "hog"}
        case Patches():
            arrays = zip(
                features.arrays["patches_atoms"], features.arrays["patches_offsets"], strict=True
            )
            scales = [
                {
                    **scale._asdict(),
                    "edges": cell_edges(scale).tolist(),
                    "atoms": base64_of(atoms),
                    "offsets": base64_of(offsets),
                }
                for scale, (atoms, offsets) in zip(SCALES, arrays, strict=True)
            ]
            return {"kind": "patches", "scales": scales}
        case Joined():
            return {"kind": "joined", "parts": [_of_features(part) for part in features.parts]}
        case Fourier():
            return {
                "kind": "fourier",
                "inner": _of_features(features.inner),
                "means": base64_of(features.means),
                "deviations": base64_of(features.deviations),
                "signs": base64_of(features.arrays["fourier_signs"], np.int8),
                "scale": float(features.scale),
            }
    raise ExportError(
        f"features {features.name} cannot be exported to a web page; export the model to ONNX"
    )


def _kinds(features: dict[str, Any]) -> Iterator[str]:
    """The kinds of some features and of those inside them."""
    yield features["kind"]
    inside = [*features.get("parts", ()), *filter(None, [features.get("inner")])]
    for part in inside:
        yield from _kinds(part)
