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
from catclf.commands.options import Probability, json_option, model_option, threshold_option
from catclf.commands.output import note, printable, progress_bar
from catclf.images.find import HDF5_ENDINGS

if TYPE_CHECKING:
    from catclf.datasets.hdf5 import Hdf5Split
    from catclf.errors import CatclfError
    from catclf.model import Model, Prediction

    Entry = tuple[str, Path | bytes | Hdf5Split | CatclfError]

STDIN = "-"

# More cannot be an image of 100 megapixels.
_STDIN_BYTES = 2**30


@click.command(
    short_help="Say which images show a cat.",
    epilog="\b\nExamples:\n"
    "  catclf predict cat.jpg\n"
    "  catclf predict photos/ --unsure 0.3 0.7\n"
    "  catclf predict --json photos/ > predictions.jsonl\n"
    "  curl -s https://example.com/cat.jpg | catclf predict -",
)
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
@model_option
@threshold_option
@click.option(
    "--unsure",
    type=Probability(0, 1),
    nargs=2,
    metavar="LOW HIGH",
    help="Label images unsure if their probability is from LOW up to HIGH.",
)
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
def predict(
    images: tuple[str, ...],
    model_path: Path,
    threshold: float | None,
    unsure: tuple[float, float] | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Print label and probability for each IMAGE.

    IMAGE is an image file, a folder, which is searched for images at any depth, an HDF5 file of
    images, or - for one image on standard input. There is one line an image: label,
    probability of the positive class, and name, with tabs between; with --json, a JSON object a
    line. A file that is no image is reported, the others go on, and the exit status is 1 in the
    end.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other")
    if unsure and unsure[0] > unsure[1]:
        raise click.UsageError("--unsure LOW HIGH: LOW must not be above HIGH")
    # Starting threads for linear algebra takes longer than what they would do here.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    model = catclf.load_model(model_path)
    line_of = _json_line if as_json else _csv_line if as_csv else _text_line
    if as_csv:
        click.echo("path,label,probability,error")

    entries = [entry for argument in images for entry in _entries(argument)]
    total = sum(_count(source) for _, source in entries)
    failures = 0
    # Lines on the terminal show the progress themselves.
    with progress_bar("Predicting", "image", show=not sys.stdout.isatty()) as update:
        for done, (name, outcome) in enumerate(
            _outcomes(model, entries, threshold, unsure), start=1
        ):
            if isinstance(outcome, Exception):
                failures += 1
                note(f"Error: {'standard input' if name == STDIN else name}: {outcome}")
            if line := line_of(name, outcome):
                click.echo(line)
            if update:
                update(done, total)
    if failures:
        if total > 1:
            note(f"{failures} of {total} could not be predicted")
        click.get_current_context().exit(1)


def _entries(argument: str) -> "Iterator[Entry]":
    """Names and images that an argument stands for."""
    if argument == STDIN:
        yield argument, sys.stdin.buffer.read(_STDIN_BYTES)
    elif not argument:
        yield argument, catclf.ImageError("an empty name")
    elif argument.lower().endswith(HDF5_ENDINGS):
        from catclf.datasets.hdf5 import labelled_splits

        try:
            yield from ((argument, split) for split in labelled_splits(Path(argument)).values())
        except catclf.CatclfError as error:
            yield argument, error
    elif not os.path.isdir(argument):  # noqa: PTH112 - unlike Path.is_dir, never raises
        yield argument, Path(argument)
    else:
        from catclf.images.find import images_below

        try:
            paths = images_below(Path(argument))
        except catclf.CatclfError as error:
            yield argument, error
            return
        if not paths:
            yield argument, catclf.ImageError("no images in this folder")
        for path in paths:
            yield str(path), path


def _count(source: "Path | bytes | Hdf5Split | CatclfError") -> int:
    return len(source.names) if hasattr(source, "names") else 1


def _outcomes(
    model: "Model",
    entries: "list[Entry]",
    threshold: float | None,
    unsure: tuple[float, float] | None,
) -> "Iterator[tuple[str, Prediction | CatclfError]]":
    """Names and predictions, in the order of the entries."""
    files = [source for _, source in entries if isinstance(source, Path | bytes)]
    predictions = model.predict_files(files, threshold, unsure)
    for name, source in entries:
        if isinstance(source, Path | bytes):
            yield name, next(predictions)
        elif isinstance(source, Exception):
            yield name, source
        else:
            try:
                for batch in source.batches(model.preprocessing):
                    outcomes = model.predict_images(batch.images, threshold, unsure)
                    yield from zip(batch.names, outcomes, strict=True)
            except catclf.CatclfError as error:
                yield name, error


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
