"""How an encoder wants its images: size, layout, channels, and what is subtracted and divided by.

None of that but the size is in a network itself. It is taken, each part from the first that has it,
from the user's options; the file's metadata (`mean`, `std`, `channel_order`, `resize`); the
`preprocessor_config.json` of Hugging Face beside the file; and else the convention of ImageNet.
"""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

from catclf.encoders.admission import Graph, Tensor, shown
from catclf.encoders.output import TOKENS
from catclf.encoders.preprocessor_config import Three, read_preprocessor_config
from catclf.errors import EncoderError
from catclf.images.preprocessing import RESIZES, SIDES

CHANNELS = ("RGB", "BGR")
"""Orders of the channels."""

SOURCES = ("options", "metadata", "preprocessor_config.json", "graph", "assumed")
"""Where mean and deviation can come from; the graph itself normalises where it takes uint8."""

_IMAGENET: tuple[Three, Three] = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_LARGEST = 1e6
_LONGEST_TEXT = 200


@dataclass(frozen=True)
class ConventionOptions:
    """What the user says of an encoder; None for what the user does not say.

    Parameters
    ----------
    mean, deviation : str
        Three numbers, in the order of the channels as the encoder sees them, such as
        "0.485,0.456,0.406" or "[0.485, 0.456, 0.406]": both or neither. If none of the six is
        above 1, they are for pixels from 0 to 1, else for pixels from 0 to 255.
    channels : {"RGB", "BGR"}
        Order of the channels.
    resize : {"stretch", "crop"}
        How an image becomes square.
    tokens : {"mean", "first"}
        How the tokens of a transformer become features.
    """

    mean: str | None = None
    deviation: str | None = None
    channels: str | None = None
    resize: str | None = None
    tokens: str | None = None


@dataclass(frozen=True)
class Convention:
    """How an encoder wants its images; stored in the model.

    Parameters
    ----------
    side : int
        Width and height of the image in pixels.
    layout : {"NHWC", "NCHW"}
        Whether the channels are the last axis or the second.
    dtype : {"uint8", "float32"}
        Pixels from 0 to 255 as they are, or normalised: (x − mean) / deviation.
    mean, deviation : tuple of three floats
        For pixels x from 0 to 255, in the order of `channels`. 0 and 1 where dtype is uint8.
    channels : {"RGB", "BGR"}
        Order of the channels.
    resize : {"stretch", "crop"}
        How an image becomes square.
    source : str
        One of `SOURCES`, for mean and deviation. "assumed" deserves a note to the user.
    tokens : {"mean", "first", None}
        How tokens become features, if the encoder gives tokens.

    Raises
    ------
    EncoderError
        If a value is not one of these.
    """

    side: int
    layout: str
    dtype: str
    mean: Three
    deviation: Three
    channels: str = "RGB"
    resize: str = "stretch"
    source: str = "assumed"
    tokens: str | None = None

    def __post_init__(self) -> None:
        if type(self.side) is not int or not _is_side(self.side):
            raise EncoderError(f"side must be from {SIDES[0]} to {SIDES[1]}")
        for name, values in (
            ("layout", ("NHWC", "NCHW")),
            ("dtype", ("uint8", "float32")),
            ("channels", CHANNELS),
            ("resize", RESIZES),
            ("source", SOURCES),
            ("tokens", (None, *TOKENS)),
        ):
            if getattr(self, name) not in values:
                choices = ", ".join(value for value in values if value)
                given = shown(str(getattr(self, name)))
                raise EncoderError(f"{name} must be one of {choices}, not {given}")
        for name in ("mean", "deviation"):
            _check_three(name, getattr(self, name))
        if not all(1 / _LARGEST < number < _LARGEST for number in self.deviation):
            raise EncoderError("deviation must be three numbers above 0")
        if self.dtype == "uint8" and (self.mean, self.deviation) != ((0,) * 3, (1,) * 3):
            raise EncoderError("mean and deviation are for float32, but this encoder takes uint8")

    def to_dict(self) -> dict[str, Any]:
        """The convention as stored in files, for JSON."""
        return asdict(self) | {"mean": list(self.mean), "deviation": list(self.deviation)}

    @classmethod
    def from_dict(cls, entries: object) -> Self:
        """The convention stored in a file.

        Parameters
        ----------
        entries : dict
            What `to_dict` returned, perhaps from JSON.

        Raises
        ------
        EncoderError
            If it is anything else.
        """
        names = {field.name for field in fields(cls)}
        if not isinstance(entries, dict) or set(entries) != names:
            raise EncoderError("the convention of its encoder is incomplete or unknown")
        for name in ("mean", "deviation"):
            _check_three(name, entries[name])
        threes = {name: tuple(map(float, entries[name])) for name in ("mean", "deviation")}
        return cls(**(entries | threes))


def convention_of(
    graph: Graph, path: Path | None = None, options: ConventionOptions | None = None
) -> Convention:
    """How an encoder wants its images.

    Parameters
    ----------
    graph : Graph
        The encoder.
    path : Path, optional
        Its file, beside which a `preprocessor_config.json` may lie.
    options : ConventionOptions, optional
        What the user says, which counts more than any file.

    Returns
    -------
    Convention
        All of it, with the source of mean and deviation.

    Raises
    ------
    EncoderError
        If the input is not a square image of three channels, or a value makes no sense.
    """
    options = options or ConventionOptions()
    layout, side = _layout(graph.input)
    config = read_preprocessor_config(path.parent) if path else None
    metadata = {key: graph.metadata.get(key) for key in ("mean", "std", "channel_order", "resize")}
    if graph.input.dtype == "uint8":
        if options.mean is not None or options.deviation is not None:
            raise EncoderError(
                "takes uint8, so it normalises images itself; leave mean and deviation out"
            )
        mean, deviation, source = (0.0,) * 3, (1.0,) * 3, "graph"
    elif options.mean is not None or options.deviation is not None:
        mean, deviation = _parse("the options", options.mean, options.deviation)
        source = "options"
    elif metadata["mean"] is not None or metadata["std"] is not None:
        mean, deviation = _parse("its metadata", metadata["mean"], metadata["std"])
        source = "metadata"
    elif config and config.mean and config.deviation:
        mean, deviation, source = config.mean, config.deviation, "preprocessor_config.json"
    else:
        mean, deviation = _of_bytes(*_IMAGENET)
        source = "assumed"
    return Convention(
        side,
        layout,
        graph.input.dtype,
        mean,
        deviation,
        channels=options.channels or (metadata["channel_order"] or "RGB").upper(),
        resize=options.resize or metadata["resize"] or (config and config.resize) or RESIZES[0],
        source=source,
        tokens=options.tokens,
    )


def _layout(tensor: Tensor) -> tuple[str, int]:
    """The layout and side that the shape of the input tells."""
    match tensor.shape:
        case (_, int(height), int(width), 3) if height == width and _is_side(height):
            return "NHWC", height
        case (_, 3, int(height), int(width)) if height == width and _is_side(height):
            return "NCHW", height
    axes = f"(images, {', '.join(map(str, tensor.shape[1:]))})"
    raise EncoderError(
        f"has an input {axes}, not (images, 3, side, side) or (images, side, side, 3) "
        f"with a side from {SIDES[0]} to {SIDES[1]}"
    )


def _is_side(length: int) -> bool:
    return SIDES[0] <= length <= SIDES[1]


def _parse(where: str, mean: str | None, deviation: str | None) -> tuple[Three, Three]:
    """Mean and deviation from texts, for pixels from 0 to 255."""
    if mean is None or deviation is None:
        raise EncoderError(f"mean and deviation must both be in {where}, or neither")
    numbers = []
    for name, text in (("mean", mean), ("deviation", deviation)):
        try:
            three = json.loads(f"[{text.strip().removeprefix('[').removesuffix(']')}]")
            _check_three(name, three if len(text) <= _LONGEST_TEXT else None)
        except (ValueError, RecursionError, EncoderError):
            raise EncoderError(
                f"{name} in {where} must be three numbers such as 0.485,0.456,0.406, "
                f"not {shown(text)}"
            ) from None
        numbers.append(_three(three))
    if max(numbers[0] + numbers[1]) <= 1:
        return _of_bytes(numbers[0], numbers[1])
    return numbers[0], numbers[1]


def _of_bytes(mean: Three, deviation: Three) -> tuple[Three, Three]:
    """Mean and deviation of pixels from 0 to 1 as those of pixels from 0 to 255."""
    return _three([255 * x for x in mean]), _three([255 * x for x in deviation])


def _three(numbers: list[float]) -> Three:
    red, green, blue = map(float, numbers)
    return red, green, blue


def _check_three(name: str, numbers: object) -> None:
    if (
        not isinstance(numbers, list | tuple)
        or len(numbers) != 3
        or not all(type(x) in (int, float) and abs(x) < _LARGEST for x in numbers)
    ):
        raise EncoderError(f"{name} must be three numbers")
