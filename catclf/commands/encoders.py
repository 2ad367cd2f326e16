"""The options that say which encoder, and how they are used."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import catclf
from catclf.commands.options import file_option
from catclf.commands.output import note

if TYPE_CHECKING:
    from catclf.encoders.encodings import ImageEncoder
    from catclf.features.specification import FeatureSpecification

encoder_option = file_option(
    "--encoder",
    help="The ONNX file of the encoder that the model was trained with.  [default: beside the "
    "model, else as CATCLF_ENCODER says, else the built-in one]",
)

_ENCODER_OPTIONS = ("mean", "deviation", "channels", "tokens")

training_encoder_options = (
    click.option(
        "--encoder-mean",
        metavar="R,G,B",
        help="What the encoder wants subtracted from the channels: for pixels from 0 to 1 if no "
        "number here or in --encoder-deviation is above 1, else for pixels from 0 to 255.  "
        "[default: as its file says, or ImageNet's]",
    ),
    click.option(
        "--encoder-deviation",
        metavar="R,G,B",
        help="What it then wants them divided by.",
    ),
    click.option(
        "--encoder-channels",
        type=click.Choice(["RGB", "BGR"]),
        help="Order of the encoder's channels.  [default: as its file says, or RGB]",
    ),
    click.option(
        "--encoder-tokens",
        type=click.Choice(["mean", "first"]),
        help="For an encoder that outputs tokens: use their mean, or the first.",
    ),
    file_option(
        "--features-cache",
        help="File that keeps the encoder's features for the next training; created if missing, "
        "else extended.",
    ),
)
"""Options for the encoder of a training, as `encoder_*`, and the cache."""


@contextmanager
def training_encoder(
    specification: "FeatureSpecification", resize: str | None, options: dict[str, Any]
) -> "Iterator[ImageEncoder | None]":
    """The encoder that features need, if they do.

    Parameters
    ----------
    specification : FeatureSpecification
        The features.
    resize : str or None
        How images become square, if the user says so.
    options : dict
        Values of all options; those for encoders are taken out.

    Yields
    ------
    ImageEncoder or None
        Opened. What it makes of images meanwhile is in the cache file in the end.
    """
    cache = options.pop("features_cache")
    given = {name: options.pop(f"encoder_{name}") for name in _ENCODER_OPTIONS}
    _refuse_unused(specification, given, cache)
    encoder = _opened(specification, resize, given) if specification.has_encoder else None
    if encoder is None or cache is None:
        yield encoder
        return
    from catclf.encoders.feature_cache import cached

    with cached(encoder, cache) as remembering:
        yield remembering


def _refuse_unused(
    specification: "FeatureSpecification", given: dict[str, str | None], cache: Path | None
) -> None:
    """Refuse options that would do nothing."""
    unused = [f"--encoder-{name}" for name, value in given.items() if value is not None]
    if not specification.has_encoder:
        if cache:
            unused.append("--features-cache")
        if unused:
            raise click.UsageError(f"{unused[0]} is for --features with an encoder")
    elif unused and specification.encoder_file is None:
        raise click.UsageError(f"{unused[0]} is for --features onnx:FILE")


def _opened(
    specification: "FeatureSpecification", resize: str | None, given: dict[str, str | None]
) -> "ImageEncoder":
    """The encoder, with a note if how it wants its images is only assumed."""
    if specification.encoder_file is None:
        return catclf.load_encoder()
    from catclf.encoders.convention import ConventionOptions

    options = ConventionOptions(resize=resize, **given)
    encoder = catclf.load_encoder(specification.encoder_file, options)
    if encoder.identity.convention.source == "assumed":
        note(
            f"Note: {specification.encoder_file} does not say how it wants images normalised; "
            "ImageNet's mean and deviation are used; if that is wrong, give --encoder-mean and "
            "--encoder-deviation"
        )
    return encoder
