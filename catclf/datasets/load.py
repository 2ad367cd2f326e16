"""Labelled images in one call: for programs, and for the lessons."""

from pathlib import Path

from catclf.datasets.dataset import MEMORY_LIMIT, Dataset
from catclf.datasets.source import open_source
from catclf.encoders.encodings import ImageEncoder
from catclf.progress import Progress
from catclf.urls import path_of


def load_dataset(
    path: str | Path,
    split: str | None = None,
    *,
    positive: str | None = None,
    resize: str | None = None,
    encoder: ImageEncoder | None = None,
    flip: bool = False,
    skip_bad: bool = False,
    progress: Progress | None = None,
    memory_limit: int = MEMORY_LIMIT,
) -> Dataset:
    """Read labelled images into memory.

    Parameters
    ----------
    path : str or Path
        A folder with a folder for each class, perhaps below `train/` and `test/`; a folder of
        files like `cat.0.jpg`; a CSV file of `path,label`; an HDF5 file in the course's layout, or
        a folder of such files, or of shards; or a URL of shards or an HDF5 file.
    split : {"train", "validation", "test"}, optional
        Which split; by default the training split, or everything where there are no splits.
    positive : str, optional
        The class that gets the label 1; by default the one named cat or cats.
    resize : {"stretch", "crop"}, optional
        Stretch images to the square, or take their centre square; by default as they were packed,
        or as the encoder wants it, or else "stretch".
    encoder : ImageEncoder, optional
        Encodes the images while they are read, for a training on the features `encoder`.
    flip : bool
        Whether to encode mirror images too.
    skip_bad : bool
        Skip unreadable files, and list them as `skipped`, instead of stopping.
    progress : callable, optional
        Called with the number of images done and the number of all.
    memory_limit : int
        Images of more bytes, if they need no work, stay in their file until they are used.

    Returns
    -------
    Dataset
        With `images` (m, 64, 64, 3) of uint8, `Y` (1, m) and `names`.

    Raises
    ------
    DataError
        If there is no such data set, or it is damaged, or has unreadable files.
    """
    source = open_source(path_of(path) if isinstance(path, str) else path, positive)
    return source.load(
        source.choose(split, "train"),
        source.preprocessing(encoder, resize),
        encoder=encoder,
        flip=flip,
        skip_bad=skip_bad,
        progress=progress,
        memory_limit=memory_limit,
    )
