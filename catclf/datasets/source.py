"""A data set's path becomes its splits, without decoding an image, and then its images."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from catclf.datasets.dataset import (
    MEMORY_LIMIT,
    WHOLE,
    Dataset,
    Skipped,
    Split,
    encoded,
    in_memory,
)
from catclf.datasets.group_keys import group_keys
from catclf.datasets.labels import positive_classes, positive_name
from catclf.encoders.encodings import ImageEncoder
from catclf.errors import ClassError, DataError, SettingsError, reason_of
from catclf.images.find import HDF5_ENDINGS, INDEX, files
from catclf.images.preprocessing import IMAGE_SHAPE, Preprocessing
from catclf.progress import Progress
from catclf.urls import is_remote, reachable

_LONGEST_NAME = 255


@dataclass(frozen=True)
class Source:
    """A data set, found but not yet read.

    Parameters
    ----------
    path : Path
        Where it is.
    splits : dict
        Some of "train", "validation" and "test"; or, where it is not divided, "all".
    positive : str
        Name of the positive class.
    positive_classes : frozenset of str
        The class names in the data that mean this class.
    notes : list of str
        What a user should know of how the data set was interpreted.
    group_by : str, optional
        What images are grouped by, apart from what they have in common; see `group_keys`.
    """

    path: Path
    splits: dict[str, Split]
    positive: str
    positive_classes: frozenset[str]
    notes: list[str]
    group_by: str | None = None

    @property
    def negative(self) -> str:
        """Name of the class of everything else."""
        return f"non-{self.positive}"

    @property
    def name(self) -> str:
        """Name of its folder or file, without the folders above."""
        return self.path.resolve().name

    def where(self, split: str) -> str:
        """The path and, where the data set is divided, the split; for messages."""
        return str(self.path) if split == WHOLE else f"{self.path} ({split} split)"

    def choose(self, wanted: str | None, *preferred: str) -> str:
        """Choose a split.

        Parameters
        ----------
        wanted : str or None
            "train", "validation" or "test"; None for the first of `preferred` that exists, or
            for the whole of a data set that is not divided.
        *preferred : str
            Names of splits.

        Returns
        -------
        str
            A key of `splits`.

        Raises
        ------
        DataError
            If there is no such split.
        """
        if wanted in self.splits:
            return str(wanted)
        if wanted is None:
            for split in (*preferred, WHOLE):
                if split in self.splits:
                    return split
        missing = wanted or " or ".join(preferred)
        if WHOLE in self.splits:
            raise DataError(f"{self.path} is not divided into splits; leave out --split {missing}")
        raise DataError(
            f"{self.path} does not have a {missing} split; it has {' and '.join(self.splits)}"
        )

    def load(
        self,
        split: str,
        preprocessing: Preprocessing | None = None,
        *,
        encoder: ImageEncoder | None = None,
        flip: bool = False,
        skip_bad: bool = False,
        progress: Progress | None = None,
        memory_limit: int = MEMORY_LIMIT,
    ) -> Dataset:
        """Read a split.

        Parameters
        ----------
        split : str
            A key of `splits`.
        preprocessing : Preprocessing, optional
            How to make images square; by default as they were packed, or as the course does, at
            the encoder's side where there is one.
        encoder : ImageEncoder, optional
            Encodes the images while they are read; of each, only its features are kept, and the
            image at 64 × 64.
        flip : bool
            Whether to encode mirror images too.
        skip_bad : bool
            Skip unreadable files, and list them in the result, instead of stopping.
        progress : callable, optional
            Called with the number of images done and the number of all.
        memory_limit : int
            Images of more bytes, if they need no work, stay in their file until they are used.

        Returns
        -------
        Dataset
            Images and labels.

        Raises
        ------
        DataError
            If there are unreadable files and `skip_bad` is off, or no readable ones, or if images
            were packed with another preprocessing.
        """
        preprocessing = preprocessing or self.preprocessing(encoder)
        found, where = self.splits[split], self.where(split)
        if encoder:
            batches = encoded(found.batches(preprocessing), encoder, flip=flip)
            batch = in_memory(batches, found.class_names().total(), IMAGE_SHAPE, progress)
        else:
            batch = found.load(preprocessing, progress, memory_limit)
        images, classes, names, skipped, prints, encodings, small = batch
        if not skip_bad:
            refuse(skipped)
        if not names:
            reason = f": {skipped[0].name}: {skipped[0].reason}" if skipped else ""
            raise DataError(f"{where} has no usable images{reason}")
        labels = np.array([name in self.positive_classes for name in classes], np.uint8)  # (m,)
        return Dataset(
            images,
            labels,
            names,
            self.positive,
            where,
            preprocessing,
            skipped,
            encodings=encodings,
            prints=prints,
            small=small,
            source=self.name,
            has_files=bool(found.files()),
            keys=self._keys(found, names, where),
        )

    def _keys(self, found: Split, names: list[str], where: str) -> list[Hashable] | None:
        if not self.group_by:
            return None
        paths = list(map(str, found.files()))
        columns = {n: dict(zip(paths, v, strict=True)) for n, v in found.columns.items()}
        return group_keys(self.group_by, names, columns, where)

    def class_names(self) -> Counter[str]:
        """Names of the classes and the number of images of each, in all splits."""
        return _class_names(self.splits)

    @property
    def packed(self) -> Preprocessing | None:
        """How the images were packed, if they were."""
        return next((s.preprocessing for s in self.splits.values() if s.preprocessing), None)

    def preprocessing(
        self, encoder: ImageEncoder | None = None, resize: str | None = None
    ) -> Preprocessing:
        """How to make images square for a model.

        Parameters
        ----------
        encoder : ImageEncoder, optional
            The model's encoder, if it has one: determines the side.
        resize : {"stretch", "crop"}, optional
            By default as the images were packed, or as the encoder wants it, or "stretch".

        Returns
        -------
        Preprocessing
            For `load`.
        """
        usual = encoder.identity.preprocessing if encoder else Preprocessing()
        chosen = self.packed.at(usual.side) if self.packed else usual
        return replace(chosen, resize=resize or chosen.resize)

    def packing(self, resize: str | None, side: int | None) -> Preprocessing:
        """How to make images square for a packed file: as it is asked, or as they were packed."""
        usual = self.packed or Preprocessing()
        return replace(usual, resize=resize or usual.resize, side=side or usual.side)


def refuse(skipped: Sequence[Skipped]) -> None:
    """Raise `DataError` if there are unreadable files."""
    if skipped:
        name, reason = skipped[0]
        others = len(skipped) - 1
        more = f" (and {others} more such file{'s' * (others > 1)})" if others else ""
        raise DataError(f"{name}: {reason}{more}; remove it, or skip it with --skip-bad")


def open_source(path: Path, positive: str | None = None, group_by: str | None = None) -> Source:
    """Find a data set.

    Parameters
    ----------
    path : Path
        A folder, a CSV file, or an HDF5 file.
    positive : str, optional
        Name of the positive class, instead of cat or cats, in upper or lower case.
    group_by : str, optional
        "folder", the name of a column of a CSV file, or a regular expression that is searched in
        the images' paths: images for which it gives the same belong together.

    Returns
    -------
    Source
        Its splits; images are not read yet.

    Raises
    ------
    ClassError
        If it has no classes, or none of them is the positive one.
    DataError
        If there is no data set there.
    SettingsError
        If the positive class's name is empty or too long.
    """
    if positive is not None and not 0 < len(positive) <= _LONGEST_NAME:
        raise SettingsError(f"the positive class needs a name of 1 to {_LONGEST_NAME} characters")
    notes: list[str] = []
    splits = find_splits(path, positive, notes)
    classes = _class_names(splits)
    if not classes:
        raise ClassError(
            f"{path} has no images; put them into a folder for each class, like {path}/cat"
        )
    chosen = positive_classes(classes, positive, str(path))
    name = positive_name(classes, chosen, positive)
    return Source(path, splits, name, chosen, notes, group_by)


def find_splits(
    path: Path, positive: str | None = None, notes: list[str] | None = None
) -> dict[str, Split]:
    """The splits of a data set, as `open_source` finds them.

    Raises
    ------
    DataError
        If there is no data set there.
    """
    try:
        with reachable(path):
            return _splits(path, positive, [] if notes is None else notes)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {reason_of(error)}") from error


def _class_names(splits: dict[str, Split]) -> Counter[str]:
    return sum((split.class_names() for split in splits.values()), Counter[str]())


def _splits(path: Path, positive: str | None, notes: list[str]) -> dict[str, Split]:
    if path.is_dir():
        return _in_folder(path, positive, notes)
    if not path.exists():
        raise DataError(f"{path} does not exist; name a folder, a .csv file or an .h5 file")
    if path.is_file() and path.suffix.lower() == ".csv" and not is_remote(path):
        from catclf.datasets import csv_file

        return {**csv_file.labelled_splits(path)}
    if path.is_file() and path.suffix.lower() in HDF5_ENDINGS:
        return _in_hdf5([path])
    raise DataError(f"{path} is not a data set; name a folder, a .csv file or an .h5 file")


def _in_folder(path: Path, positive: str | None, notes: list[str]) -> dict[str, Split]:
    if (path / INDEX).exists():
        from catclf.datasets import shards

        return {**shards.labelled_splits(path)}
    if is_remote(path):
        raise DataError(f"{path} has no {INDEX}; a URL leads to a folder of shards or an .h5 file")
    hdf5_files = [file for file in files(path) if file.suffix.lower() in HDF5_ENDINGS]
    if hdf5_files:
        return _in_hdf5(hdf5_files)

    from catclf.datasets import folders

    split_folders = folders.split_folders(path)
    if not split_folders:
        return {WHOLE: folders.labelled_files(path, positive, notes)}
    splits: dict[str, Split] = {}
    for split, folder in split_folders:
        found = folders.labelled_files(folder, positive, notes)
        if split in splits:
            raise DataError(f"{path} has two folders for its {split} split; rename one of them")
        if not found.paths and found.unlabelled:
            notes.append(f"{folder} is ignored: its images have no classes")
            continue
        splits[split] = found
    return splits


def _in_hdf5(paths: list[Path]) -> dict[str, Split]:
    from catclf.datasets.hdf5.splits import labelled_splits

    splits: dict[str, Split] = {}
    for path in paths:
        for split, found in labelled_splits(path).items():
            if split in splits:
                raise DataError(
                    f"{path.parent} has two files with a {split} split; name one of them"
                )
            splits[split] = found
    return splits
