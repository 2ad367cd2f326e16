"""Where labelled images come from: folders, CSV files, HDF5 files."""

from pathlib import Path

from catclf.datasets.dataset import Dataset, Progress, Skipped
from catclf.datasets.source import Source, open_source
from catclf.images.preprocessing import Preprocessing

__all__ = [
    "Dataset",
    "Progress",
    "Skipped",
    "Source",
    "load_dataset",
    "open_source",
]


def load_dataset(
    path: str | Path,
    split: str | None = None,
    *,
    positive: str | None = None,
    fit: str | None = None,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> Dataset:
    """Read labelled images into memory.

    Parameters
    ----------
    path : str or Path
        A folder with a folder for each class, perhaps below `train/` and `test/`; a folder of
        files like `cat.0.jpg`; a CSV file of `path,label`; an HDF5 file as the course has them, or
        a folder of such files.
    split : {"train", "validation", "test"}, optional
        Which split; by default the training split, or everything where there are no splits.
    positive : str, optional
        The class that gets the label 1; by default the one named cat or cats.
    fit : {"stretch", "crop"}, optional
        Stretch images to the square, or take their centre square; by default as they were packed,
        or else stretch.
    skip_bad : bool
        Leave out files that are no images, and list them as `skipped`, instead of stopping.
    progress : callable, optional
        Called with the number of images done and the number of all.

    Returns
    -------
    Dataset
        With `images` (m, 64, 64, 3) of uint8, `Y` (1, m) and `names`.

    Raises
    ------
    DataError
        If there is no such data set, or it is damaged.
    """
    source = open_source(Path(path), positive)
    return source.load(
        source.choose(split, "train"),
        Preprocessing(fit) if fit else None,
        skip_bad=skip_bad,
        progress=progress,
    )
