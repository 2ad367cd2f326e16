"""What to predict: image files, folders and HDF5 files become one list of inputs."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from catclf.errors import CatclfError, ImageError
from catclf.images.find import HDF5_ENDINGS, INDEX, images_below
from catclf.images.preprocessing import Images, Preprocessing
from catclf.urls import path_of

if TYPE_CHECKING:
    from catclf.datasets.hdf5.splits import Hdf5Split

STDIN = "-"
"""The argument that stands for an image on standard input, and that input's name."""


class ImageInput(NamedTuple):
    """One encoded image."""

    name: str
    source: Path | bytes
    """A file, or its content."""
    m: int = 1


class StoredInput(NamedTuple):
    """The images of one split of an HDF5 file."""

    name: str
    split: "Hdf5Split"

    @property
    def m(self) -> int:
        """Number of images."""
        return len(self.split.names)


class BadInput(NamedTuple):
    """An argument that leads to no images."""

    name: str
    error: CatclfError
    m: int = 1
    """It takes one line of the results."""


Input = ImageInput | StoredInput | BadInput

Outcome = tuple[list[str], Images | CatclfError]
"""Names of k images and the images (k, side, side, 3); or one name and why it has no image."""


def find_inputs(arguments: Iterable[str], stdin: bytes = b"") -> list[Input]:
    """List the images that arguments stand for, without decoding them.

    Parameters
    ----------
    arguments : iterable of str
        Image files, folders to be searched at any depth, HDF5 files, or "-" for `stdin`.
    stdin : bytes, optional
        An encoded image.

    Returns
    -------
    list of Input
        In the order of the arguments; each has a `name` and a number `m` of images. What cannot be
        read is an input too, a `BadInput`.
    """
    return [found for argument in arguments for found in _inputs(argument, stdin)]


def read_inputs(
    inputs: Sequence[Input],
    preprocessing: Preprocessing,
    at_once: int = 1,
    on_small: Callable[[str], None] | None = None,
) -> Iterator[Outcome]:
    """Read images, on all cores, while the caller works on those before them.

    Parameters
    ----------
    inputs : sequence of Input
        What `find_inputs` returned.
    preprocessing : Preprocessing
        How to make them square.
    at_once : int
        How many image files, if they follow each other, come together.
    on_small : callable, optional
        Called with the name of each file that is too small to show much.

    Yields
    ------
    list of str, uint8 array (k, side, side, 3) or CatclfError
        The names of some images and the images, in order. Or the name of one input, and why it
        cannot be read.
    """
    from catclf.images.decode import Decoded, load_views

    # One iterator over all files: they are decoded together whatever lies between them.
    files = [item.source for item in inputs if isinstance(item, ImageInput)]
    decoded = load_views(files, [preprocessing])
    names: list[str] = []
    images: list[Images] = []
    for item in inputs:
        outcome = next(decoded) if isinstance(item, ImageInput) else None
        if images and (not isinstance(outcome, Decoded) or len(images) == at_once):
            yield names, np.stack(images)
            names, images = [], []
        if isinstance(item, StoredInput):
            yield from _stored(item, preprocessing)
        elif isinstance(item, BadInput):
            yield [item.name], item.error
        elif isinstance(outcome, ImageError):
            yield [item.name], outcome
        elif outcome is not None:
            names.append(item.name)
            images.append(outcome.views[0])
            if on_small and outcome.is_small:
                on_small(item.name)
    if images:
        yield names, np.stack(images)


def _stored(item: StoredInput, preprocessing: Preprocessing) -> Iterator[Outcome]:
    try:
        for batch in item.split.batches(preprocessing):
            yield batch.names, batch.images[:]
    except CatclfError as error:
        yield [item.name], error


def _inputs(argument: str, stdin: bytes) -> list[Input]:
    """The inputs that one argument stands for."""
    try:
        if argument == STDIN:
            return [ImageInput(argument, stdin)]
        if not argument:
            raise ImageError("an empty name")
        if "://" in argument:
            return _packed(argument)
        if argument.lower().endswith(HDF5_ENDINGS):
            return _in_hdf5(argument)
        if os.path.isdir(argument):  # noqa: PTH112 - unlike Path.is_dir, never raises
            return _in_folder(argument)
    except CatclfError as error:
        return [BadInput(argument, error)]
    return [ImageInput(argument, Path(argument))]


def _packed(argument: str) -> list[Input]:
    """The inputs at a URL, or in a folder of shards."""
    from catclf.datasets.source import find_splits

    splits = find_splits(path_of(argument)).values()
    return [StoredInput(argument, cast("Hdf5Split", split)) for split in splits]


def _in_hdf5(argument: str) -> list[Input]:
    from catclf.datasets.hdf5.splits import labelled_splits

    return [StoredInput(argument, split) for split in labelled_splits(Path(argument)).values()]


def _in_folder(argument: str) -> list[Input]:
    if Path(argument, INDEX).exists():
        return _packed(argument)
    paths = images_below(Path(argument))
    if not paths:
        raise ImageError("no images in this folder")
    return [ImageInput(str(path), path) for path in paths]
