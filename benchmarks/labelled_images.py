"""The images that accuracy is measured on, and how: held-out images, or cross-validation."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

import catclf
from benchmarks.places import ROOT, SHARED
from catclf.datasets.dataset import Dataset
from catclf.datasets.sampling import stratified_sample
from catclf.encoders.encodings import ImageEncoder, concatenate

_Load = Callable[[ImageEncoder | None, bool], Dataset]


@dataclass(frozen=True)
class Task:
    """What is measured.

    Parameters
    ----------
    name : str
        What the table calls it.
    data : callable
        Reads the images, with an encoder or none.
    test : callable, optional
        Reads the images to score; without it, it is a cross-validation.
    few : int, optional
        So many of the images are trained on, drawn by the seed, and all others scored.
    targets : dict of str to str
        What each preset should reach: accuracy, or accuracy and AUC.
    """

    name: str
    data: _Load
    test: _Load | None = None
    few: int = 0
    targets: dict[str, str] = field(default_factory=dict)

    @property
    def is_split(self) -> bool:
        """Whether there is one training a seed, not one a fold."""
        return bool(self.few or self.test)

    def load(self, encoder: ImageEncoder | None, flip: bool) -> tuple[Dataset, Dataset | None]:
        """The images, and those to score if they are others; with mirror images encoded or not."""
        return self.data(encoder, flip), self.test(encoder, flip) if self.test else None

    def few_of(self, data: Dataset, seed: int) -> tuple[Dataset, Dataset]:
        """A few images of both classes, and all others."""
        rng = np.random.default_rng(seed)
        chosen = stratified_sample(data.labels, rng, share=self.few / data.m)
        return data.subset(chosen), data.subset(~chosen)


def _reader(path: Path, split: str | None = None) -> _Load:
    return partial(_read, path, split)


@lru_cache(maxsize=8)
def _read(path: Path, split: str | None, encoder: ImageEncoder | None, flip: bool) -> Dataset:
    """The images, which are not encoded again for the next task with the same ones."""
    return catclf.load_dataset(path, split, encoder=encoder, flip=flip)


def _course(split: str) -> _Load:
    return _reader(SHARED / "catvnoncat", split)


def _whole_course(encoder: ImageEncoder | None, flip: bool) -> Dataset:
    train, test = (_course(split)(encoder, flip) for split in ("train", "test"))
    parts = [part.encodings for part in (train, test) if part.encodings]
    return replace(
        train,
        images=np.concatenate([train.images[:], test.images[:]]),
        labels=np.concatenate([train.labels, test.labels]),
        names=[*train.names, *test.names],
        encodings=concatenate(parts) if parts else None,
        prints=np.concatenate([train.fingerprints, test.fingerprints]),
    )


def _folder(name: str) -> _Load:
    return _reader(SHARED / name)


def _drawn(split: str) -> _Load:
    return _reader(ROOT / "data", split)


TASKS = (
    Task(
        "course, 209 → 50",
        _course("train"),
        _course("test"),
        targets={"best": "0.90", "transfer": "0.98"},
    ),
    Task(
        "course, 5-fold on all 259",
        _whole_course,
        targets={"best": "0.90 / 0.955", "transfer": "0.985 / 0.999"},
    ),
    Task(
        "photos, 5-fold on 300",
        _folder("photos"),
        targets={"best": "0.76 / 0.820", "transfer": "0.99 / 0.999"},
    ),
    Task("20 photos → the other 280", _folder("photos"), few=20, targets={"transfer": "0.95"}),
    Task(
        "CIFAR-10, 5-fold on 4000",
        _folder("cifar-cats"),
        targets={"best": "0.80 / 0.880", "transfer": "0.865 / 0.940"},
    ),
    Task("drawn, 480 → 160", _drawn("train"), _drawn("test"), targets={"transfer": "0.96"}),
)
"""All of them; the drawn images are those of `data/`."""
