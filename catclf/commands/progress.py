"""The progress of long work on stderr: a bar on a terminal, else a line every ten seconds."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from catclf.commands.output import note, percent

if TYPE_CHECKING:
    from catclf.cluster.cluster import Cluster

F = TypeVar("F", bound=Callable[..., Any])
Update = Callable[..., None]

_SECONDS_BETWEEN_LINES = 10
_QUIET = "catclf quiet"

_STAGES = {
    "dictionary": ("learning the dictionary", "pass"),
    "standardising": ("standardising the features", "image"),
    "features": ("computing the features", "image"),
    "penalties": ("choosing the penalty", "penalty"),
    "steps": ("training", "step"),
    "evaluating": ("evaluating", "image"),
}
"""What users read of the stages of a training, and what is counted."""


def _remember_quiet(context: click.Context, _: click.Parameter, is_quiet: bool) -> None:
    context.meta[_QUIET] = is_quiet


quiet_option = click.option(
    "-q",
    "--quiet",
    is_flag=True,
    expose_value=False,
    callback=_remember_quiet,
    help="Show no progress.",
)
"""The option without which commands show their progress."""


@contextmanager
def progress_bar(description: str, unit: str, *, show: bool = True) -> Iterator[Update | None]:
    """Show progress while something runs.

    Parameters
    ----------
    description : str
        What is being done.
    unit : str
        What is being counted.
    show : bool
        False for nothing at all.

    Yields
    ------
    callable or None
        Takes the number done, the total, and values to show beside them; `stage`, a description and
        a unit, if the work has come to another stage. None with `--quiet`.
    """
    context = click.get_current_context(silent=True)
    if not show or (context and context.meta.get(_QUIET)):
        yield None
    elif sys.stderr.isatty():
        with _bar(description, unit) as update:
            yield update
    else:
        yield _lines(description, unit)


@contextmanager
def _bar(description: str, unit: str) -> Iterator[Update]:
    from tqdm import tqdm

    with tqdm(desc=description, unit=unit, file=sys.stderr, leave=False, dynamic_ncols=True) as bar:
        current = (description, unit)

        def update(done: int, total: int, stage: tuple[str, str] = current, **values: str) -> None:
            nonlocal current
            if stage != current:  # time left is that of the stage
                current = stage
                bar.reset(total)
                bar.unit = stage[1]
                bar.set_description(stage[0])
                bar.set_postfix_str("", refresh=False)
            bar.total = total
            if values:
                bar.set_postfix(values, refresh=False)
            bar.update(done - bar.n)

        yield update


def _lines(description: str, unit: str) -> Update:
    due = time.monotonic() + _SECONDS_BETWEEN_LINES

    def update(
        done: int, total: int, stage: tuple[str, str] = (description, unit), **values: str
    ) -> None:
        nonlocal due
        if time.monotonic() < due:
            return
        due = time.monotonic() + _SECONDS_BETWEEN_LINES
        beside = "".join(f", {name} {value}" for name, value in values.items())
        note(f"{stage[0]}: {stage[1]} {done} of {total}{beside}")

    return update


def training_callbacks(
    update: Update | None,
    iterations: int,
    name: str = "",
    each: str = "",
    cluster: "Cluster | None" = None,
) -> dict[str, Any]:
    """Arguments that show the progress of one or more trainings, if it is to be shown.

    Parameters
    ----------
    update : callable or None
        That of a `progress_bar`.
    iterations : int
        Of a training.
    name : str
        What it is for, unless it is the training that the command is about.
    each : str
        What each is called, where several follow each other.
    cluster : Cluster, optional
        What they work on; then its passes and workers are shown too.

    Returns
    -------
    dict
        `on_step` and `on_stage`; if there are several, `progress`, which counts them.
    """
    if update is None:
        return {}

    def stage_of(key: str) -> tuple[str, str]:
        description, unit = _STAGES[key]
        return (f"{name}: {description}" if name else description.capitalize()), unit

    def on_stage(key: str, done: int, total: int) -> None:
        update(done, total, stage=stage_of(key))

    def on_step(steps: int, cost: float, accuracy: float) -> None:
        beside = {"cost": f"{cost:.4f}", "accuracy": percent(accuracy)}
        if cluster:
            beside |= {"passes": str(cluster.rounds), "workers": str(cluster.count)}
        update(steps, iterations, stage=stage_of("steps"), **beside)

    def progress(done: int, total: int) -> None:
        nonlocal name
        name = f"{each} {min(done + 1, total)} of {total}"

    callbacks = {"on_stage": on_stage, "on_step": on_step}
    return {**callbacks, "progress": progress} if each else callbacks
