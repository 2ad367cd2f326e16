"""A data set of image files becomes one with splits."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from catclf.datasets.dataset import WHOLE, Skipped
from catclf.datasets.division import divide
from catclf.datasets.source import Source
from catclf.datasets.write_division import Placed, write_csv, write_folders
from catclf.errors import DataError
from catclf.progress import Progress


class Division(NamedTuple):
    """A data set that was divided."""

    images: dict[str, dict[str, int]]
    """For each split, the number of images of each class."""
    groups: int
    """Number of groups of images that belong together."""
    skipped: list[Skipped]
    """Unreadable files."""

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "splits": self.images,
            "groups": self.groups,
            "skipped": [file._asdict() for file in self.skipped],
        }


def split(
    source: Source,
    output: Path,
    shares: Mapping[str, float],
    seed: int,
    *,
    link: bool = False,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> Division:
    """Divide a data set of image files.

    Parameters
    ----------
    source : Source
        The data set.
    output : Path
        A CSV file if its name ends in .csv, otherwise a folder that is not there yet.
    shares : mapping of str to float
        Share of each split; the rest is to train on. See `divide`.
    seed : int
        Random seed.
    link : bool
        Put hard links into the folders instead of copies.
    skip_bad : bool
        Leave out unreadable files instead of stopping.
    progress : callable, optional
        Called with the number of images done and the number of all, while they are read and then
        while they are written.

    Returns
    -------
    Division
        What went where.

    Raises
    ------
    DataError
        If the data set is divided already, or is not made of files, or is too small.
    OutputError
        If the division cannot be written.
    """
    require_undivided_files(source)
    dataset = source.load(WHOLE, skip_bad=skip_bad, progress=progress)
    names = divide(dataset, shares, seed)  # (m,)
    found = source.splits[WHOLE]
    class_of = dict(zip(map(str, found.files()), found.classes, strict=True))
    files = [
        Placed(Path(name), class_of[name], str(split))
        for name, split in zip(dataset.names, names, strict=True)
    ]
    if output.suffix.lower() == ".csv":
        write_csv(files, output)
    else:
        write_folders(files, source.path, output, link=link, progress=progress)
    images = {
        name: dataset.subset(names == name).class_counts()
        for name in ("train", *shares)
        if (names == name).any()
    }
    return Division(images, len(set(dataset.groups.tolist())), list(dataset.skipped))


def require_undivided_files(source: Source) -> None:
    """Raise `DataError` unless a data set is made of files, and not divided yet."""
    if WHOLE not in source.splits:
        raise DataError(
            f"{source.path} is divided already, into {' and '.join(source.splits)}; name a data "
            "set without splits"
        )
    if not source.splits[WHOLE].files():
        raise DataError(f"{source.path} has no image files to divide; name a folder or a .csv file")
