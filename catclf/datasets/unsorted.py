"""A folder of images that are not sorted into classes, to be checked."""

from pathlib import Path

from catclf.datasets.dataset import WHOLE
from catclf.datasets.image_files import ImageFiles
from catclf.datasets.source import Source, open_source
from catclf.errors import ClassError
from catclf.images.find import images_below

_CLASS = "unsorted"


def open_to_check(path: Path, positive: str | None = None) -> Source:
    """Find a data set, or else a folder of images without classes.

    Parameters
    ----------
    path : Path
        As for `open_source`; or a folder with images anywhere below it.
    positive : str, optional
        Name of the positive class; then there must be one.

    Returns
    -------
    Source
        Without positive classes if there are none.

    Raises
    ------
    DataError
        As `open_source`, but for folders of images.
    """
    try:
        return open_source(path, positive)
    except ClassError:
        paths = images_below(path) if path.is_dir() and positive is None else []
        if not paths:
            raise
    note = f"{path} has no class named cat: its images are checked without classes"
    files = ImageFiles(paths, [_CLASS] * len(paths))
    return Source(path, {WHOLE: files}, "cat", frozenset(), [note])
