"""Reading standard input, and data sets with a bar and with notes on what is left out."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import catclf
from catclf.commands.output import note, plural
from catclf.commands.progress import progress_bar

if TYPE_CHECKING:
    from catclf.datasets.dataset import Dataset, Skipped
    from catclf.datasets.source import Source
    from catclf.encoders.encodings import ImageEncoder
    from catclf.images.preprocessing import Preprocessing
    from catclf.model import Model

_NAMES_SHOWN = 5

# An image that is not refused is smaller.
_STDIN_BYTES = 2**30


def read_stdin() -> bytes:
    """Read the image on standard input."""
    return sys.stdin.buffer.read(_STDIN_BYTES)


def name_of(image: str) -> str:
    """What an image on the command line is called in messages."""
    from catclf.datasets.inputs import STDIN

    return "standard input" if image == STDIN else image


def note_unreadable(image: str, error: catclf.CatclfError) -> None:
    """Name an image on the command line that cannot be read, and say why."""
    # Other errors than an image's name the file themselves.
    subject = f"{name_of(image)}: " if isinstance(error, catclf.ImageError) else ""
    note(f"Error: {subject}{error}")


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


def note_small(names: Sequence[str]) -> None:
    """Warn of images that are too small to show much, if there are any."""
    from catclf.images.preprocessing import SMALLEST

    if names:
        shown = ", ".join(names[:_NAMES_SHOWN])
        more = f" and {len(names) - _NAMES_SHOWN} more" * (len(names) > _NAMES_SHOWN)
        are = "is" if len(names) == 1 else "are"
        note(
            f"Warning: {plural(len(names), 'image')} {are} less than {SMALLEST} pixels wide or "
            f"high, too small to recognise much: {shown}{more}"
        )


def load(
    source: "Source",
    split: str,
    preprocessing: "Preprocessing",
    encoder: "ImageEncoder | None" = None,
    *,
    flip: bool,
    skip_bad: bool,
    quiet: bool = False,
    **options: Any,
) -> "Dataset":
    """Read a split of a data set, with a bar; unless quiet, name files left out, or small."""
    with progress_bar("Encoding" if encoder else "Reading", "image") as update:
        dataset = source.load(
            split,
            preprocessing,
            encoder=encoder,
            flip=flip,
            skip_bad=skip_bad,
            progress=update,
            **options,
        )
    if not quiet:
        note_skipped(dataset.skipped)
        note_small(dataset.small)
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


def find_groups(dataset: "Dataset") -> "Dataset":
    """Find the images that belong together, with a bar, before some are held out."""
    with progress_bar("Finding near duplicates", "image") as update:
        return dataset.grouped(update)


def load_training_data(
    source: "Source",
    resize: str | None,
    encoder: "ImageEncoder | None",
    *,
    flip: bool,
    skip_bad: bool,
    **options: Any,
) -> "tuple[Dataset, Dataset | None]":
    """Read the images to train on, and the test split where there is one."""
    preprocessing = source.preprocessing(encoder, resize)

    def read(split: str) -> "Dataset":
        return load(source, split, preprocessing, encoder, flip=flip, skip_bad=skip_bad, **options)

    dataset = read(source.choose(None, "train"))
    return dataset, read("test") if "test" in source.splits else None
