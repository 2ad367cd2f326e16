"""Lines, JSON and progress bars on the terminal."""

import json
import sys
from collections.abc import Sequence
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
