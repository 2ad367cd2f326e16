"""What a lesson is given, and what it comes to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from catclf.datasets.dataset import Dataset
from catclf.datasets.sampling import stratified_sample
from catclf.datasets.source import load_dataset
from catclf.errors import DataError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Cell = str | int | float

# A lesson is about what happens, which as many images show.
_MOST_PICTURES = 500


@dataclass(frozen=True)
class LessonSettings:
    """What a lesson works on.

    Parameters
    ----------
    data : Path
        A data set; its training images are used where a lesson needs images, at most 500.
    positive : str, optional
        The class to recognise; by default the one named cat or cats.
    seed : int
        For all that is drawn at random.
    """

    data: Path = Path("data")
    positive: str | None = None
    seed: int = 0

    @cached_property
    def images(self) -> Dataset:
        """The images, of both classes; read when first asked for.

        Raises
        ------
        DataError
            If there are none, or of one class only, or one of them is damaged.
        """
        if not self.data.exists():
            raise DataError(f"{self.data} does not exist; name a data set with --data")
        dataset = load_dataset(self.data, positive=self.positive)
        dataset.require_both_classes()
        if dataset.m <= _MOST_PICTURES:
            return dataset
        rng = np.random.default_rng(self.seed)
        return dataset.subset(stratified_sample(dataset.labels, rng, count=_MOST_PICTURES))


class Column(NamedTuple):
    """A column of a table."""

    name: str
    format: str = ""
    """How numbers are printed, in the language of `format`; "z" there is for no minus before 0."""


class Table(NamedTuple):
    """Numbers that were computed just now."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]

    def to_dict(self) -> dict[str, Any]:
        """The table for JSON: a title, and an object for each row."""
        names = [column.name for column in self.columns]
        return {
            "title": self.title,
            "rows": [dict(zip(names, row, strict=True)) for row in self.rows],
        }

    def column(self, name: str) -> list[Any]:
        """The cells of a column."""
        place = [column.name for column in self.columns].index(name)
        return [row[place] for row in self.rows]


@dataclass(frozen=True)
class Lesson:
    """What a lesson shows."""

    explanation: str
    formula: str
    """Lines of formulas, with the shapes."""
    tables: Sequence[Table]
    see: str
    """What to see in them, in one sentence."""
    draw: Callable[["Figure"], None]
    """Draws it all on an empty figure."""
    note: str = ""
    """What else is worth knowing, for instance where the slides slip."""

    def to_dict(self) -> dict[str, Any]:
        """The lesson for JSON."""
        return {
            "explanation": self.explanation,
            "formula": self.formula,
            "tables": [table.to_dict() for table in self.tables],
            "see": self.see,
            "note": self.note,
        }
