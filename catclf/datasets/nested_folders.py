"""Class folders that are not directly below the data set's folder, as in photos/2024/cat."""

from collections.abc import Sequence
from pathlib import Path

from catclf.datasets.labels import matching
from catclf.datasets.split_names import SPLIT_NAMES
from catclf.errors import DataError

_NAMES_SHOWN = 12


def nested_classes(
    folder: Path, paths: Sequence[Path], positive: str | None, notes: list[str]
) -> list[str | None] | None:
    """The class of each image where class folders lie further down.

    The folders at the level of the first positive one give the names of the classes, except those
    that contain a positive one themselves. An image's class is the last folder on its path that has
    such a name.

    Parameters
    ----------
    folder : Path
        The data set's folder.
    paths : sequence of Path
        Images in it.
    positive : str or None
        Name of the positive class; None for cat or cats.
    notes : list of str
        A note about the classes is added to it.

    Returns
    -------
    list, or None
        None for an image without a class. None instead of the list if no folder is named after the
        positive class.

    Raises
    ------
    DataError
        If class folders are below folders for splits, of which the data set's folder is not the
        parent.
    """
    on_way = [path.relative_to(folder).parts[:-1] for path in paths]
    positives = matching({name for names in on_way for name in names}, positive)
    first = [_first(names, positives) for names in on_way]
    if not positives:
        return None
    level = min(i for i in first if i is not None)
    containers = {name for names, i in zip(on_way, first, strict=True) for name in names[: i or 0]}
    for names, i in zip(on_way, first, strict=True):
        for depth, name in enumerate(names[: i or 0]):
            if name.casefold() in SPLIT_NAMES:
                raise DataError(
                    f"{folder} has a folder {name} for a split further down; name "
                    f"{folder.joinpath(*names[:depth])}, or move {name} up"
                )
    classes = {names[level] for names in on_way if len(names) > level} - containers | positives
    shown = sorted(classes, key=lambda name: (name not in positives, name))
    notes.append(
        f"the classes of {folder} are its folders {', '.join(shown[:_NAMES_SHOWN])}"
        + ", …" * (len(shown) > _NAMES_SHOWN)
        + ", at any depth"
    )
    return [next((name for name in reversed(names) if name in classes), None) for names in on_way]


def note_nested_positives(
    folder: Path, paths: Sequence[Path], positive: str | None, notes: list[str]
) -> None:
    """Add a note if a folder of another class contains one that is named as the positive class."""
    on_way = [path.relative_to(folder).parts[:-1] for path in paths]
    positives = matching({names[0] for names in on_way}, positive)
    further = matching({name for names in on_way for name in names[1:]}, positive)
    hidden = sorted(
        {
            names[: i + 2]
            for names in on_way
            if names[0] not in positives and (i := _first(names[1:], further)) is not None
        }
    )
    if positives and hidden:
        others = f" (and {len(hidden) - 1} more such)" if len(hidden) > 1 else ""
        notes.append(
            f"{folder.joinpath(*hidden[0])}{others} belongs to the class {hidden[0][0]}, as "
            f"{folder} has a folder {min(positives)}"
        )


def _first(names: Sequence[str], wanted: frozenset[str]) -> int | None:
    """Position of the first of some names, or None."""
    return next((i for i, name in enumerate(names) if name in wanted), None)
