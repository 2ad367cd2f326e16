"""Folders of image files: class folders, or flat with the class in the file's name."""

import re
from pathlib import Path

from catclf.datasets.image_files import ImageFiles
from catclf.images.find import files, images_below, is_image_name, subfolders

SPLIT_NAMES = {
    "train": "train",
    "test": "test",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
}
"""What folders, in any case, and cells of a CSV file may call a split."""

# cat.0.jpg, dog_12.png, cat-001.jpg, "cat (3).jpeg": the class, something between, a number.
_CLASS_AND_NUMBER = re.compile(r"(?P<class>.*[^\W\d_])[\W_]*\d+\)?")


def split_folders(folder: Path) -> list[tuple[str, Path]]:
    """Subfolders that are named after splits, each with its split."""
    return [
        (SPLIT_NAMES[path.name.casefold()], path)
        for path in subfolders(folder)
        if path.name.casefold() in SPLIT_NAMES
    ]


def labelled_files(folder: Path) -> ImageFiles:
    """Image files in a folder and their classes.

    Parameters
    ----------
    folder : Path
        Contains a folder for each class, with images at any depth, or image files named after
        their class with a number (`cat.0.jpg`).

    Returns
    -------
    ImageFiles
        Sorted by class folder and path.
    """
    loose = [path for path in files(folder) if is_image_name(path.name)]
    by_class = [(path.name, images_below(path)) for path in subfolders(folder)]
    if any(images for _, images in by_class):
        return ImageFiles(
            paths=[path for _, images in by_class for path in images],
            classes=[name for name, images in by_class for _ in images],
            unlabelled=loose,
        )
    named = [(path, _class_in_name(path)) for path in loose]
    return ImageFiles(
        paths=[path for path, class_ in named if class_],
        classes=[class_ for _, class_ in named if class_],
        unlabelled=[path for path, class_ in named if not class_],
    )


def _class_in_name(path: Path) -> str | None:
    match = _CLASS_AND_NUMBER.fullmatch(path.stem)
    return match["class"] if match else None
