"""What every lesson takes and returns.

A lesson is a module with one public function, `lesson(settings: LessonSettings) -> Lesson`, and a
line in `register.LESSONS`. The contract of that function:

- It computes every number it shows when it is called, with catclf's own code where there is any.
- It reads images through `settings.images` only, and only if it needs them; a data set without both
  classes raises `DataError`. Two images are enough.
- The same data set and seed give the same lesson, apart from measured times.
- The cells of its tables are finite numbers or words, so that they can be written as JSON; column
  names are the keys there, and differ within a table.
- `Lesson.draw` may be called later, on an empty figure; matplotlib is imported only then.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from catclf.datasets.dataset import Dataset
from catclf.datasets.drawn_images import drawn_images
from catclf.datasets.folds import hold_out
from catclf.datasets.load import load_dataset
from catclf.datasets.sampling import stratified_sample
from catclf.datasets.source import open_source
from catclf.errors import DataError
from catclf.text import as_markdown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Cell = str | int | float

# Enough to show the effect, and quick.
_MOST_IMAGES = 500

# One image in so many is held out.
_FOLDS = 5

_USUAL = Path("data")


@dataclass(frozen=True)
class LessonSettings:
    """Data set and random seed of a lesson.

    Parameters
    ----------
    data : Path, optional
        A data set; lessons that need images use at most 500 of its training set. By default
        `data/`, and where there is none, drawn images that come with the package.
    positive : str, optional
        Name of the positive class; by default the one named cat or cats.
    seed : int
        Random seed.
    skip_bad : bool
        Leave out unreadable files.
    on_note : callable, optional
        Called with what a user should know of the images, when they are read.
    """

    data: Path | None = None
    positive: str | None = None
    seed: int = 0
    skip_bad: bool = False
    on_note: Callable[[str], None] = lambda _: None

    @cached_property
    def images(self) -> Dataset:
        """Images of both classes, read on first use.

        Raises
        ------
        DataError
            If there are none, only images of one class, or one is damaged.
        """
        data = self.data or _USUAL
        if not data.exists():
            if self.data:
                raise DataError(f"{data} does not exist; name a data set with --data")
            dataset = drawn_images(self.positive)
            self.on_note(
                f"Note: there is no {data}/ here; {dataset.m} drawn images that come with catclf "
                "are used. Name others with --data"
            )
            return dataset
        dataset = load_dataset(data, positive=self.positive, skip_bad=self.skip_bad)
        for name, reason in dataset.skipped:
            self.on_note(f"Skipped: {name}: {reason}")
        dataset.require_both_classes()
        return self._sample(dataset)

    @cached_property
    def divided(self) -> tuple[Dataset, Dataset]:
        """Images to train on, and others: the test split, or else a fifth of the images.

        Where a fifth would be too few, both are all images.

        Raises
        ------
        DataError
            As `images`.
        """
        images = self.images
        data = self.data or _USUAL
        if data.exists():
            source = open_source(data, self.positive)
            if "test" in source.splits and "train" in source.splits:
                return images, self._sample(source.load("test", skip_bad=self.skip_bad))
        try:
            return hold_out(images, _FOLDS, self.seed)
        except DataError:
            return images, images

    def _sample(self, dataset: Dataset) -> Dataset:
        """At most 500 of the images."""
        if dataset.m <= _MOST_IMAGES:
            return dataset
        rng = np.random.default_rng(self.seed)
        return dataset.subset(stratified_sample(dataset.labels, rng, count=_MOST_IMAGES))


class Column(NamedTuple):
    """A column of a table."""

    name: str
    format: str = ""
    """Format specification for its numbers; "z" prints negative zero without the minus."""


class Table(NamedTuple):
    """Computed numbers, in rows and columns."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]

    def to_dict(self) -> dict[str, Any]:
        """Return the title and one object for each row, for JSON."""
        names = [column.name for column in self.columns]
        return {
            "title": self.title,
            "rows": [dict(zip(names, row, strict=True)) for row in self.rows],
        }

    def rows_as_text(self) -> list[list[str]]:
        """Return the rows with their numbers formatted."""
        return [
            [
                cell if isinstance(cell, str) else format(cell, column.format)
                for cell, column in zip(row, self.columns, strict=True)
            ]
            for row in self.rows
        ]

    def to_markdown(self) -> str:
        """Return the table in Markdown, its title above it."""
        rows = [[column.name for column in self.columns], *self.rows_as_text()]
        header, *lines = [" | ".join(map(as_markdown, row)) for row in rows]
        # Words are aligned to the left, numbers to the right.
        sides = ["---" if self.is_of_words(i) else "---:" for i in range(len(self.columns))]
        lines = [f"| {line} |" for line in (header, " | ".join(sides), *lines)]
        return "\n".join([f"*{as_markdown(self.title)}*", "", *lines])

    def is_of_words(self, column: int) -> bool:
        """Whether a column has no numbers."""
        return all(isinstance(row[column], str) for row in self.rows)


@dataclass(frozen=True)
class Lesson:
    """The result of a lesson."""

    explanation: str
    formula: str
    """Lines of formulas, with shapes."""
    tables: Sequence[Table]
    see: str
    """What to notice in the tables, in one sentence."""
    draw: Callable[["Figure"], None]
    """Draws the lesson on an empty figure."""
    note: str = ""
    """What else is worth knowing, for instance a mistake on the slides."""

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the figure, for JSON."""
        return {
            "explanation": self.explanation,
            "formula": self.formula,
            "tables": [table.to_dict() for table in self.tables],
            "see": self.see,
            "note": self.note,
        }

    def _repr_markdown_(self) -> str:
        """Return what a notebook shows: everything but the figure."""
        parts = [
            as_markdown(self.explanation),
            f"```text\n{self.formula}\n```",
            *(table.to_markdown() for table in self.tables),
            f"**What to notice:** {as_markdown(self.see)}",
        ]
        if self.note:
            parts.append(f"**Note:** {as_markdown(self.note)}")
        return "\n\n".join(parts)


def duration_in_words(seconds: float) -> str:
    """Format a duration for people.

    Parameters
    ----------
    seconds : float
        A duration.

    Returns
    -------
    str
        The number in the largest unit that gives at least 2, like "11.1 hours".
    """
    year = 365 * 86400.0
    units = {"years": year, "days": 86400.0, "hours": 3600.0, "minutes": 60.0, "s": 1.0}
    for name, unit in units.items():
        if seconds >= 2 * unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds:.2g} s"
