"""`catclf predict`."""

import csv
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

import catclf
from catclf.commands.options import json_option, model_option, threshold_option
from catclf.commands.output import note, printable, progress_bar

if TYPE_CHECKING:
    from catclf.errors import CatclfError
    from catclf.model import Prediction

STDIN = "-"

# More cannot be a picture of 100 megapixels.
_STDIN_BYTES = 2**30


@click.command(
    short_help="Say which pictures show a cat.",
    epilog="\b\nExamples:\n"
    "  catclf predict cat.jpg\n"
    "  catclf predict --json photos/ > predictions.jsonl\n"
    "  curl -s https://example.com/cat.jpg | catclf predict -",
)
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
@model_option
@threshold_option
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
def predict(
    images: tuple[str, ...],
    model_path: Path,
    threshold: float | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Print label and probability for each IMAGE.

    IMAGE is a picture file, a folder, which is searched for pictures at any depth, or - for one
    picture on standard input. There is one line a picture: label, probability of the positive
    class, and name, with tabs between; with --json, a JSON object a line. A file that is no
    picture is reported, the others go on, and the exit status is 1 in the end.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other")
    model = catclf.load_model(model_path)
    line_of = _json_line if as_json else _csv_line if as_csv else _text_line
    if as_csv:
        click.echo("path,label,probability,error")

    entries = [entry for argument in images for entry in _entries(argument)]
    predictions = model.predict_files(
        [source for _, source in entries if not isinstance(source, Exception)], threshold
    )
    failures = 0
    # Lines on the terminal show the progress themselves.
    with progress_bar("Predicting", "picture", show=not sys.stdout.isatty()) as update:
        for done, (name, source) in enumerate(entries, start=1):
            outcome = source if isinstance(source, Exception) else next(predictions)
            if isinstance(outcome, Exception):
                failures += 1
                note(f"Error: {'standard input' if name == STDIN else name}: {outcome}")
            if line := line_of(name, outcome):
                click.echo(line)
            if update:
                update(done, len(entries))
    if failures:
        if len(entries) > 1:
            note(f"{failures} of {len(entries)} could not be predicted")
        click.get_current_context().exit(1)


def _entries(argument: str) -> "Iterator[tuple[str, Path | bytes | CatclfError]]":
    """Names and pictures that an argument stands for."""
    if argument == STDIN:
        yield argument, sys.stdin.buffer.read(_STDIN_BYTES)
    elif not argument:
        yield argument, catclf.PictureError("an empty name")
    elif not os.path.isdir(argument):  # noqa: PTH112 - unlike Path.is_dir, never raises
        yield argument, Path(argument)
    else:
        from catclf.listing import pictures_below

        try:
            paths = pictures_below(Path(argument))
        except catclf.CatclfError as error:
            yield argument, error
            return
        if not paths:
            yield argument, catclf.PictureError("no pictures in this folder")
        for path in paths:
            yield str(path), path


def _text_line(name: str, outcome: "Prediction | CatclfError") -> str:
    if isinstance(outcome, Exception):
        return ""  # told on stderr
    return f"{printable(outcome.label)}\t{outcome.probability:.4f}\t{printable(name)}"


def _json_line(name: str, outcome: "Prediction | CatclfError") -> str:
    if isinstance(outcome, Exception):
        return json.dumps({"path": name, "error": str(outcome)})
    return json.dumps({"path": name, **outcome._asdict()})


def _csv_line(name: str, outcome: "Prediction | CatclfError") -> str:
    cells = (
        [printable(name), "", "", printable(str(outcome))]
        if isinstance(outcome, Exception)
        else [printable(name), printable(outcome.label), f"{outcome.probability:.6g}", ""]
    )
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()
