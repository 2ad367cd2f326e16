"""Models that a training starts from, or replaces."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

import catclf
from catclf.commands.options import is_forced
from catclf.errors import ModelError, OutputError

if TYPE_CHECKING:
    from catclf.model import Model
    from catclf.training.settings import TrainingSettings


def settings_of(model: "Model", path: Path) -> "TrainingSettings":
    """The settings that a model was trained with, as they were asked for."""
    from catclf.training.record import recorded

    record = recorded(model)
    if not record:
        raise click.UsageError(
            f"--like: {path} does not record how it was trained; give the settings as options"
        )
    return record.settings


def model_to_replace(path: Path) -> "Model | None":
    """The model that a new one will take the place of, if there is one.

    Raises
    ------
    OutputError
        If there is a file that is not a model: it is hardly meant to be lost.
    """
    if not path.is_file() or not path.stat().st_size:
        return None
    try:
        return catclf.load_model(path)
    except ModelError:
        if is_forced():
            return None
        raise OutputError(
            f"{path} is there and is not a model that this version reads; name another file with "
            "--output, or replace it with --force"
        ) from None


def origin(model: "Model") -> dict[str, str]:
    """When a model was trained, and on what, as far as it remembers."""
    from catclf.training.record import recorded

    record = recorded(model)
    return {"date": record.date, "source": record.source} if record else {"date": "", "source": ""}
