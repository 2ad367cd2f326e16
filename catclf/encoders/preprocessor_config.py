"""`preprocessor_config.json`, in which Hugging Face keeps how a network wants its images."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catclf.errors import EncoderError, reason_of
from catclf.strict_json import read_json

NAME = "preprocessor_config.json"

Three = tuple[float, float, float]
"""A number for each channel."""

_LARGEST_FILE = 64 * 1024
_RESIZE_OF = {True: "crop", False: "stretch"}


@dataclass(frozen=True)
class PreprocessorConfig:
    """What the file says that matters here.

    Parameters
    ----------
    mean, deviation : tuple of three floats, or None
        For pixels from 0 to 255; None if it does not say.
    resize : {"stretch", "crop", None}
        None if it does not say.
    """

    mean: Three | None
    deviation: Three | None
    resize: str | None


def read_preprocessor_config(folder: Path) -> PreprocessorConfig | None:
    """Read the file in a folder, if there is one.

    Parameters
    ----------
    folder : Path
        Where the encoder is.

    Returns
    -------
    PreprocessorConfig or None
        None if there is no such file.

    Raises
    ------
    EncoderError
        If it cannot be read, or says what makes no sense.
    """
    path = folder / NAME
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise EncoderError(f"{NAME} beside it cannot be read: {reason_of(error)}") from error
    try:
        entries = read_json(data) if len(data) <= _LARGEST_FILE else None
    except ValueError:
        entries = None
    if not isinstance(entries, dict):
        raise EncoderError(f"{NAME} beside it is not a short JSON object; correct or remove it")
    if entries.get("rescale_offset"):
        raise _wrong("rescale_offset", "which catclf does not support")
    mean, deviation = _normalisation(entries)
    crop = _flag(entries, "do_center_crop")
    return PreprocessorConfig(mean, deviation, None if crop is None else _RESIZE_OF[crop])


def _normalisation(entries: dict[str, Any]) -> tuple[Three | None, Three | None]:
    """Mean and deviation, for pixels from 0 to 255."""
    scale = entries.get("rescale_factor", 1 / 255)
    if type(scale) not in (int, float) or not 1e-6 < scale < 1e6:
        raise _wrong("rescale_factor", "which is not a positive number")
    if _flag(entries, "do_rescale") is False:
        scale = 1
    if _flag(entries, "do_normalize") is False:
        return (0.0,) * 3, (1 / scale,) * 3
    mean, deviation = _three(entries, "image_mean"), _three(entries, "image_std")
    if mean is None or deviation is None:
        return None, None
    if not min(deviation) > 0:
        raise _wrong("image_std", "which is not positive")
    return _scaled(mean, scale), _scaled(deviation, scale)


def _flag(entries: dict[str, Any], key: str) -> bool | None:
    value = entries.get(key)
    if value is not None and type(value) is not bool:
        raise _wrong(key, "which is neither true nor false")
    return value


def _three(entries: dict[str, Any], key: str) -> list[float] | None:
    value = entries.get(key)
    if value is None:
        return None
    if (
        not isinstance(value, list)
        or len(value) != 3
        or not all(type(x) in (int, float) and abs(x) < 1e6 for x in value)
    ):
        raise _wrong(key, "which is not three numbers")
    return value


def _scaled(numbers: list[float], scale: float) -> Three:
    red, green, blue = (x / scale for x in numbers)
    return red, green, blue


def _wrong(key: str, reason: str) -> EncoderError:
    return EncoderError(f"{NAME} beside it has {key}, {reason}; correct or remove it")
