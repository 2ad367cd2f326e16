"""Lines, JSON and progress bars on the terminal."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from catclf.text import percent as percent
from catclf.text import plural as plural
from catclf.text import printable as printable


def say(text: str) -> None:
    """Print a line of results."""
    click.echo(printable(text))


def say_first(count: int, items: Sequence[str]) -> None:
    """Print a list of items, or the first of them and how many more there are."""
    for item in items[:count]:
        say(f"  {item}")
    if len(items) > count:
        say(f"  and {len(items) - count} more (--json names all)")


def note(text: str) -> None:
    """Print a line that is not a result, on stderr."""
    if "tqdm" in sys.modules:  # a bar may be open, which has to make way
        from tqdm import tqdm

        tqdm.write(printable(text), file=sys.stderr)
    else:
        click.echo(printable(text), err=True)


def say_json(document: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(document, indent=2, allow_nan=False))


@contextmanager
def progress_bar(
    description: str, unit: str, *, show: bool = True
) -> Iterator[Callable[..., None] | None]:
    """A bar on stderr while something runs.

    Parameters
    ----------
    description : str
        What is being done.
    unit : str
        What is being counted.
    show : bool
        False for no bar at all.

    Yields
    ------
    callable or None
        Takes the number done, the total, and values to show next to the bar. None where stderr is
        not a terminal.
    """
    if not show or not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(desc=description, unit=unit, file=sys.stderr, leave=False, dynamic_ncols=True) as bar:

        def update(done: int, total: int, **values: str) -> None:
            bar.total = total
            if values:
                bar.set_postfix(values, refresh=False)
            bar.update(done - bar.n)

        yield update


def training_callbacks(update: Callable[..., None] | None, iterations: int) -> dict[str, Any]:
    """Arguments for `catclf.train` that show its progress on a bar, if there is one."""
    if update is None:
        return {}

    def on_stage(stage: str, done: int, total: int) -> None:
        update(done, total, stage=stage)

    def on_step(steps: int, cost: float, accuracy: float) -> None:
        update(steps, iterations, cost=f"{cost:.4f}", accuracy=percent(accuracy))

    return {"on_stage": on_stage, "on_step": on_step}
