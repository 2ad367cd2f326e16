"""Reading data sets, with a bar and with notes on what is left out."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import catclf
from catclf.commands.output import note, progress_bar

if TYPE_CHECKING:
    from catclf.datasets.dataset import Dataset, Skipped
    from catclf.datasets.source import Source
    from catclf.encoders.encodings import ImageEncoder
    from catclf.images.preprocessing import Preprocessing
    from catclf.model import Model


def open_source(data: Path, positive: str | None, group_by: str | None = None) -> "Source":
    """Find a data set, and note what a user should know about how it was understood."""
    return _noted(catclf.open_source(data, positive, group_by))


def open_to_check(data: Path, positive: str | None) -> "Source":
    """Find a data set, or images without classes, and note how it was understood."""
    from catclf.datasets.unsorted import open_to_check

    return _noted(open_to_check(data, positive))


def _noted(source: "Source") -> "Source":
    for text in source.notes:
        note(f"Note: {text}")
    return source


def note_skipped(skipped: Iterable["Skipped"]) -> None:
    """Name the files that are left out."""
    for name, reason in skipped:
        note(f"Skipped: {name}: {reason}")


def load(
    source: "Source",
    split: str,
    preprocessing: "Preprocessing",
    encoder: "ImageEncoder | None" = None,
    *,
    flip: bool,
    skip_bad: bool,
    quiet: bool = False,
) -> "Dataset":
    """Read a split of a data set, with a bar; unless quiet, name the files that are left out."""
    with progress_bar("Encoding" if encoder else "Reading", "image") as update:
        dataset = source.load(
            split, preprocessing, encoder=encoder, flip=flip, skip_bad=skip_bad, progress=update
        )
    if not quiet:
        note_skipped(dataset.skipped)
    return dataset


def load_for(
    model: "Model", source: "Source", split: str, *, skip_bad: bool, quiet: bool = False
) -> "Dataset":
    """Read a split of a data set as a model needs it."""
    return load(
        source,
        split,
        model.preprocessing,
        model.features.encoder,
        flip=model.flip,
        skip_bad=skip_bad,
        quiet=quiet,
    )


def load_training_data(
    source: "Source",
    resize: str | None,
    encoder: "ImageEncoder | None",
    *,
    flip: bool,
    skip_bad: bool,
) -> "tuple[Dataset, Dataset | None]":
    """Read the images to train on, and the test split where there is one."""
    preprocessing = source.preprocessing(encoder, resize)
    read = partial(
        load, source, preprocessing=preprocessing, encoder=encoder, flip=flip, skip_bad=skip_bad
    )
    dataset = read(source.choose(None, "train"))
    return dataset, read("test") if "test" in source.splits else None
