"""Predicting files, with a bar, and naming those that cannot be read."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import catclf
from catclf.commands.progress import progress_bar
from catclf.commands.reading import note_unreadable

if TYPE_CHECKING:
    from catclf.model import Model, Prediction


def predict_files(
    model: "Model",
    paths: Sequence[Path],
    threshold: float | None = None,
    unsure: tuple[float, float] | None = None,
) -> "tuple[dict[Path, Prediction], int]":
    """The prediction for each readable file, and the number of the others, which are named."""
    predictions = {}
    failures = 0
    with progress_bar("Predicting", "image") as update:
        outcomes = model.predict_files(paths, threshold, unsure)
        for done, (path, outcome) in enumerate(zip(paths, outcomes, strict=True), start=1):
            if isinstance(outcome, catclf.ImageError):
                failures += 1
                note_unreadable(str(path), outcome)
            else:
                predictions[path] = outcome
            if update:
                update(done, len(paths))
    return predictions, failures
