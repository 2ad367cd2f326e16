"""A model of pixels or HOG as one C header, without any other file."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.errors import ExportError
from catclf.export.pixel_weights import pixel_weights
from catclf.features.feature_map import FeatureMap
from catclf.features.hog import BINS, CLIP, NORM_OFFSET, SECOND_NORM_OFFSET
from catclf.features.joined import Joined
from catclf.images.preprocessing import SIDE, Images
from catclf.logistic import Array
from catclf.model import Model

# Images that the header makes to test itself, from random numbers of a linear congruential
# generator; each is darker than the one before.
_TESTS = 4
_MULTIPLIER, _INCREMENT = 1664525, 1013904223

_LARGEST_INT8 = 127
_PER_LINE = 8

_CHANNELS = {"pixels": 3, "hog": BINS}
"""Of the features that C has: numbers of a feature with the same remainder have the same scale."""


class _Part(NamedTuple):
    """The part of the logit that comes from some features."""

    name: str
    w: Array
    """(n_x,)."""

    @property
    def scales(self) -> Array:
        """What 1 stands for where weights have 8 bits, for each channel."""
        channels = _CHANNELS[self.name]
        largest = np.abs(self.w.reshape(-1, channels)).max(axis=0)  # (channels,)
        scales: Array = np.where(largest > 0, largest, 1) / _LARGEST_INT8
        return scales

    @property
    def rounded(self) -> NDArray[np.int8]:
        """The weights with 8 bits, (n_x,)."""
        by_channel = self.w.reshape(-1, len(self.scales)) / self.scales
        return np.rint(by_channel).astype(np.int8).ravel()  # (n_x,)


def header(model: Model, properties: dict[str, str], *, int8: bool) -> str:
    """Write a model as C99.

    Parameters
    ----------
    model : Model
        Of pixels, HOG, or both.
    properties : dict of str to str
        For a comment at the beginning.
    int8 : bool
        Whether to round weights to 8 bits, with a scale for each colour or orientation.

    Returns
    -------
    str
        The header.

    Raises
    ------
    ExportError
        If the model has other features.
    """
    parts = _parts(model)
    data = [
        f'static const char catclf_positive[] = "{_escaped(model.positive)}";',
        f'static const char catclf_negative[] = "{_escaped(model.negative)}";',
        f"static const float catclf_threshold = {_number(model.threshold)};",
        f"static const float catclf_bias = {_number(model.b)};",
    ]
    for part in parts:
        data += _arrays_of_int8(part) if int8 else [_array(f"{part.name}_weights", part.w)]
        if part.name == "hog":
            data += _hog_constants(flip=model.flip, int8=int8)
    expected = (quantised(model) if int8 else model).logits(_test_images())[0]
    data += [
        "#ifdef CATCLF_SELF_TEST",
        f"#define CATCLF_TESTS {_TESTS}",
        _array("expected", expected),
        "#endif",
    ]
    code = [_source("pixels_int8" if int8 and p.name == "pixels" else p.name) for p in parts]
    text = _source("predict")
    text = text.replace("@TERMS@", "".join(f" + catclf_{part.name}(rgb)" for part in parts))
    text = text.replace("@FEATURES@", "\n".join(code)).replace("@DATA@", "\n".join(data))
    return _comment(properties) + text


def quantised(model: Model) -> Model:
    """The model with its weights rounded as they are in a header of 8 bits."""
    rows = [
        (part.rounded.reshape(-1, len(part.scales)) * part.scales).ravel()  # (n_x,)
        * (255 if part.name == "pixels" else 1)
        for part in _parts(model)
    ]
    return replace(model, w=np.concatenate(rows)[:, np.newaxis])


def _parts(model: Model) -> list[_Part]:
    """Weights as C uses them: of pixels from 0 to 255, and of both an image and its mirror."""
    features: FeatureMap = model.features
    maps = features.parts if isinstance(features, Joined) else [features]
    parts, start = [], 0
    for each in maps:
        if each.name not in _CHANNELS:
            raise ExportError(
                f"features {features.name} cannot be exported to C, which has pixels and hog; "
                "export the model to ONNX"
            )
        w = model.w[start : start + each.n_x].astype(np.float64)  # (n_x, 1)
        start += each.n_x
        if each.name == "pixels":
            w = pixel_weights(w, flip=model.flip) / 255
        parts.append(_Part(each.name, w.ravel()))
    return parts


def _arrays_of_int8(part: _Part) -> list[str]:
    rows = _lines(map(str, part.rounded.tolist()))
    return [
        f"static const int8_t catclf_{part.name}_weights[{len(part.w)}] = {{\n{rows}}};",
        _array(f"{part.name}_scales", part.scales),
    ]


def _array(name: str, numbers: Array) -> str:
    rows = _lines(map(_number, numbers.tolist()))
    return f"static const float catclf_{name}[{len(numbers)}] = {{\n{rows}}};"


def _hog_constants(*, flip: bool, int8: bool) -> list[str]:
    weight = "((float)catclf_hog_weights[i] * catclf_hog_scales[k])"
    return [
        f"static const float catclf_hog_offset = {_number(NORM_OFFSET)};",
        f"static const float catclf_hog_second_offset = {_number(SECOND_NORM_OFFSET)};",
        f"static const float catclf_hog_clip = {_number(CLIP)};",
        f"static const int catclf_flips = {int(flip)};",
        f"#define CATCLF_HOG_WEIGHT(i, k) {weight if int8 else 'catclf_hog_weights[i]'}",
    ]


def _lines(numbers: Iterable[str]) -> str:
    every = list(numbers)
    lines = [every[start : start + _PER_LINE] for start in range(0, len(every), _PER_LINE)]
    return "".join(f"    {', '.join(line)},\n" for line in lines)


def _number(number: float) -> str:
    """A number as a constant of type float: nine digits tell all of them apart."""
    text = f"{np.float32(number):.9g}"
    return f"{text}{'' if set(text) & set('.e') else '.0'}f"


def _escaped(text: str) -> str:
    """The inside of a string constant: each byte but letters, digits and spaces in octal."""
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 "
    return "".join(chr(byte) if byte in plain else f"\\{byte:03o}" for byte in text.encode())


def _comment(properties: dict[str, str]) -> str:
    """A comment, without what could end, continue or nest it."""

    def plain(character: str) -> bool:
        return character.isascii() and character.isprintable() and character not in "*\\?"

    lines = [
        f"   {key}: {''.join(c if plain(c) else '_' for c in text)}\n"
        for key, text in properties.items()
    ]
    return (
        "/* A classifier of images, exported by catclf.\n\n"
        "   Include this file wherever it is used, and once after\n"
        "   #define CATCLF_IMPLEMENTATION\n\n" + "".join(lines) + "*/\n\n"
    )


def _source(name: str) -> str:
    return Path(__file__).with_name(f"{name}.c").read_text(encoding="utf-8")


def _test_images() -> Images:
    """The images (4, 64, 64, 3) that the header makes to test itself."""
    images = np.empty((_TESTS, SIDE, SIDE, 3), np.uint8)
    for test, image in enumerate(images):
        state = test
        for i in range(image.size):
            state = (state * _MULTIPLIER + _INCREMENT) % 2**32
            image.reshape(-1)[i] = state >> 24 >> test
    return images
