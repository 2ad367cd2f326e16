"""`catclf check`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

import catclf
from catclf.commands.options import json_option, positive_option
from catclf.commands.output import note_understanding, progress_bar, say, say_json, skipped_files

if TYPE_CHECKING:
    from catclf.datasets.check import Duplicate, Report

# A class with fewer than a third of another's images deserves a word.
_IMBALANCE = 3

_SHOWN = 20


@click.command(
    short_help="Look for copies, leaks and broken files in a data set.",
    epilog="\b\nExamples:\n  catclf check photos/\n  catclf check --json photos.h5",
)
@click.argument("data", type=click.Path(path_type=Path), default="data")
@positive_option
@json_option
def check(data: Path, positive: str | None, as_json: bool) -> None:
    """Tell what is in DATA (a data set as for train; default: data/), and what may be wrong.

    Images are counted by split and class. Files that are no images are named, and so are
    images that are there twice, exactly or nearly: scaled, compressed again, or brightened. The
    exit status is 1 if an image is in two splits, as a score would then be better than the model
    deserves.
    """
    source = catclf.open_source(data, positive)
    note_understanding(source)
    with progress_bar("Checking", "image") as update:
        report = catclf.check(source, progress=update)
    if as_json:
        say_json(report.to_dict())
    else:
        _print(report)
    if report.leaks:
        click.get_current_context().exit(1)


def _print(report: "Report") -> None:
    for split, counts in report.images.items():
        where = report.where if split == "all" else f"{report.where} ({split} split)"
        classes = ", ".join(f"{count} {name}" for name, count in counts.items())
        say(f"{where}: {sum(counts.values())} images ({classes})")
        most, least = max(counts.values()), min(counts.values())
        if len(counts) > 1 and most > _IMBALANCE * least:
            say(f"  the commonest class has {most / least:.1f} times as many as the rarest")
    if report.formats:
        formats = ", ".join(f"{count} {name}" for name, count in report.formats.items())
        small, large = (f"{width} x {height}" for width, height in report.sizes)
        say(f"Files: {formats}; from {small} to {large} pixels")
    if report.skipped:
        say(f"Left out: {skipped_files(len(report.skipped))}")
        for name, reason in report.skipped:
            say(f"  {name}: {reason}")
    within = [duplicate for duplicate in report.duplicates if not duplicate.leaks]
    _print_duplicates("in different splits: scores will flatter the model", report.leaks)
    _print_duplicates("in different classes", [copy for copy in within if copy.contradicts])
    _print_duplicates("in one class", [copy for copy in within if not copy.contradicts])
    if not report.duplicates:
        say("No image is there twice")


def _print_duplicates(where: str, copies: "list[Duplicate]") -> None:
    if not copies:
        return
    say(f"{len(copies)} {'pair' if len(copies) == 1 else 'pairs'} of copies {where}")
    for copy in copies[:_SHOWN]:
        say(f"  {copy.names[0]} {'=' if copy.exact else '~'} {copy.names[1]}")
    if len(copies) > _SHOWN:
        say(f"  and {len(copies) - _SHOWN} more (--json names all)")
