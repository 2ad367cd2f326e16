"""Folders of image files: class folders, or flat with the class in the file's name."""

import re
from pathlib import Path

from catclf.datasets.image_files import ImageFiles
from catclf.datasets.labels import has_positive
from catclf.datasets.nested_folders import nested_classes, note_nested_positives
from catclf.datasets.split_names import SPLIT_NAMES
from catclf.images.find import files, images_below, is_image_name, subfolders

# cat.0.jpg, dog_12.png, cat-001.jpg, "cat (3).jpeg": the class, something between, a number.
_CLASS_AND_NUMBER = re.compile(r"(?P<class>.*[^\W\d_])[\W_]*\d+\)?")


def split_folders(folder: Path) -> list[tuple[str, Path]]:
    """Subfolders that are named after splits, each with its split."""
    return [
        (SPLIT_NAMES[path.name.casefold()], path)
        for path in subfolders(folder)
        if path.name.casefold() in SPLIT_NAMES
    ]


def labelled_files(folder: Path, positive: str | None, notes: list[str]) -> ImageFiles:
    """Image files in a folder and their classes.

    Parameters
    ----------
    folder : Path
        Contains a folder for each class, with images at any depth, or such folders further down; or
        image files named after their class with a number (`cat.0.jpg`).
    positive : str or None
        Name of the positive class; None for cat or cats.
    notes : list of str
        What a user should know is added to it.

    Returns
    -------
    ImageFiles
        Sorted by path.

    Raises
    ------
    DataError
        If there are folders for splits further down.
    """
    loose = [path for path in files(folder) if is_image_name(path.name)]
    by_class = [(path.name, images_below(path)) for path in subfolders(folder)]
    paths = [path for _, images in by_class for path in images]
    classes: list[str | None] = [name for name, images in by_class for _ in images]
    if not paths:
        paths, loose = loose, []
        classes = [_class_in_name(path) for path in paths]
    elif not has_positive(set(filter(None, classes)), positive):
        classes = nested_classes(folder, paths, positive, notes) or classes
    else:
        note_nested_positives(folder, paths, positive, notes)
    known = [(path, class_) for path, class_ in zip(paths, classes, strict=True) if class_]
    return ImageFiles(
        paths=[path for path, _ in known],
        classes=[class_ for _, class_ in known],
        unlabelled=loose
        + [path for path, class_ in zip(paths, classes, strict=True) if not class_],
    )


def _class_in_name(path: Path) -> str | None:
    match = _CLASS_AND_NUMBER.fullmatch(path.stem)
    return match["class"] if match else None
