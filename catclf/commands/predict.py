"""`catclf predict`."""

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

import catclf
from catclf.commands.cluster import chosen_cluster, cluster_options
from catclf.commands.encoders import encoder_option
from catclf.commands.help import GroupedCommand
from catclf.commands.options import (
    Probability,
    json_option,
    model_option,
    threshold_option,
    unsure_option,
)
from catclf.commands.output import note, printable
from catclf.commands.progress import progress_bar, quiet_option
from catclf.commands.reading import note_small, note_unreadable, read_stdin
from catclf.text import as_csv_cell

if TYPE_CHECKING:
    from catclf.cluster.cluster import Cluster
    from catclf.datasets.inputs import Input
    from catclf.errors import CatclfError
    from catclf.evaluation.predictions import Outcome
    from catclf.model import Model, Prediction


@click.command(
    cls=GroupedCommand,
    epilog="\b\nExamples:\n"
    "  catclf predict cat.jpg\n"
    "  catclf predict photos/ --unsure 0.3 0.7\n"
    "  catclf predict --json photos/ > predictions.jsonl\n"
    "  curl -s https://example.com/cat.jpg | catclf predict -",
)
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
@model_option
@encoder_option
@threshold_option
@unsure_option
@click.option(
    "--strange",
    type=Probability(),
    metavar="P",
    help="Label images strange if they are less like the training images than a share P of "
    "training images that were held out, as in --strange 0.95; with --recipe transfer.",
)
@click.option("--skip-bad", is_flag=True, help="Exit status 0 although files were unreadable.")
@cluster_options
@json_option
@quiet_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
def predict(
    images: tuple[str, ...],
    model_path: Path,
    encoder: Path | None,
    threshold: float | None,
    unsure: tuple[float, float] | None,
    strange: float | None,
    skip_bad: bool,
    scheduler: str | None,
    scheduler_file: Path | None,
    patience: float,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Print label and probability for each IMAGE.

    IMAGE is an image file, a folder, which is searched recursively, an HDF5 file of images, or -
    for one image on standard input. There is one line per image: label, probability of the
    positive class, and name, separated by tabs; with --json, a JSON object per line. An unreadable
    file is reported, the rest are processed, and the exit status is 1 unless --skip-bad is given.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other")
    # Starting threads for linear algebra takes longer than what they would do here.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from catclf.datasets.inputs import STDIN, find_inputs

    model = catclf.load_model(model_path, encoder)
    model.require_strange(strange)
    cluster = chosen_cluster(scheduler, scheduler_file, patience)
    if model.features.encoder:
        model.features.encoder.prepare()  # while images are found and decoded
    line_of = _json_line if as_json else _csv_line if as_csv else _text_line
    if as_csv:
        click.echo("path,label,probability,error,strangeness")

    stdin = read_stdin() if STDIN in images else b""
    inputs = find_inputs(images, stdin)
    total = sum(item.m for item in inputs)
    failures = 0
    small: list[str] = []
    # Lines on the terminal show the progress themselves.
    with progress_bar("Predicting", "image", show=not sys.stdout.isatty()) as update:
        outcomes = _outcomes(cluster, model, inputs, (threshold, unsure, strange), small.append)
        for done, (name, outcome) in enumerate(outcomes, start=1):
            if isinstance(outcome, catclf.CatclfError):
                failures += 1
                note_unreadable(name, outcome)
            if line := line_of(name, outcome):
                click.echo(line)
            if update:
                update(done, total)
    note_small(small)
    if failures:
        if len(inputs) > 1:
            note(f"{failures} of {len(inputs)} files could not be read")
        if not skip_bad:
            click.get_current_context().exit(1)


def _outcomes(
    cluster: "Cluster | None",
    model: "Model",
    inputs: "list[Input]",
    options: "tuple[float | None, tuple[float, float] | None, float | None]",
    on_small: Callable[[str], None],
) -> "Iterator[Outcome]":
    """Names and predictions, in the order of the inputs."""
    if cluster:
        from catclf.evaluation.on_cluster import predict_on

        return predict_on(cluster, model, inputs, options, on_small)
    from catclf.evaluation.predictions import predict_inputs

    return predict_inputs(model, inputs, *options, on_small)


def _text_line(name: str, outcome: "Prediction | CatclfError") -> str:
    if isinstance(outcome, Exception):
        return ""  # reported on stderr
    return f"{printable(outcome.label)}\t{outcome.probability:.4f}\t{printable(name)}"


def _json_line(name: str, outcome: "Prediction | CatclfError") -> str:
    if isinstance(outcome, Exception):
        return json.dumps({"path": name, "error": str(outcome)})
    return json.dumps({"path": name, **outcome._asdict()})


def _csv_line(name: str, outcome: "Prediction | CatclfError") -> str:
    if isinstance(outcome, Exception):
        cells = [name, "", "", str(outcome), ""]
    else:
        strangeness = "" if outcome.strangeness is None else f"{outcome.strangeness:.6g}"
        cells = [name, outcome.label, f"{outcome.probability:.6g}", "", strangeness]
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(as_csv_cell(printable(cell)) for cell in cells)
    return line.getvalue()
