"""`catclf evaluate`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

import catclf
from catclf.commands.options import (
    json_option,
    model_option,
    positive_option,
    threshold_option,
)
from catclf.commands.output import (
    note_skipped,
    note_understanding,
    progress_bar,
    say,
    say_json,
    score,
    skipped_files,
    warning_of_trained_on,
)

if TYPE_CHECKING:
    from catclf.evaluation.evaluate import Evaluation

_NAMES_SHOWN = 10


@click.command(
    short_help="Score a model on labelled images.",
    epilog="\b\nExamples:\n"
    "  catclf evaluate\n"
    "  catclf evaluate photos/ --mistakes\n"
    "  catclf evaluate data/ --split train --json",
)
@click.argument("data", type=click.Path(path_type=Path), default="data")
@model_option
@click.option(
    "--split",
    type=click.Choice(["train", "validation", "test"]),
    help="Which split of DATA.  [default: test, or everything where DATA has no splits]",
)
@positive_option
@threshold_option
@click.option(
    "--mistakes", is_flag=True, help="List wrongly classified images, most confident first."
)
@json_option
def evaluate(
    data: Path,
    model_path: Path,
    split: str | None,
    positive: str | None,
    threshold: float | None,
    mistakes: bool,
    as_json: bool,
) -> None:
    """Compare predictions with the labels of DATA (a data set as for train; default: data/).

    Images that the model was trained on are found, counted and named: a score that includes them
    is better than the model deserves. Where probabilities mean what they say, 80 of 100 images
    that got about 0.8 are cats: the table at the end compares the two, and the calibration error is
    their mean difference. Files that are no images are named and left out, and make the exit
    status 1.
    """
    model = catclf.load_model(model_path)
    source = catclf.open_source(data, positive or model.positive)
    note_understanding(source)
    with progress_bar("Reading", "image") as update:
        dataset = source.load(
            source.choose(split, "test", "validation"),
            model.preprocessing,
            skip_bad=True,
            progress=update,
        )
    note_skipped(dataset.skipped)
    evaluation = catclf.evaluate(model, dataset, threshold)
    if as_json:
        document = {"model": str(model_path), **evaluation.to_dict()}
        if mistakes:
            document["mistakes"] = [mistake._asdict() for mistake in evaluation.mistakes]
        say_json(document)
    else:
        _print(evaluation, model_path, mistakes)
    if dataset.skipped:
        click.get_current_context().exit(1)


def _print(evaluation: "Evaluation", model_path: Path, mistakes: bool) -> None:
    figures, positive, negative = evaluation.metrics, evaluation.positive, evaluation.negative
    warning = warning_of_trained_on(evaluation)
    say(
        f"{model_path} on {evaluation.where}: {evaluation.m} images"
        + (f" - careful: {warning}" if warning else "")
    )
    if evaluation.skipped:
        say(f"Skipped {skipped_files(len(evaluation.skipped))}")
    say(f"Accuracy {score(evaluation)}")
    say("")
    width = len(f"actual {negative}")
    say(f"{'':{width}}  {'called ' + positive:>{width}}  {'called ' + negative:>{width}}")
    for name, right, wrong in (
        (positive, figures.true_positives, figures.false_negatives),
        (negative, figures.false_positives, figures.true_negatives),
    ):
        say(f"{'actual ' + name:{width}}  {right:>{width}}  {wrong:>{width}}")
    say("")
    for name, value in (
        ("Precision", figures.precision),
        ("Recall", figures.recall),
        ("F1", figures.f1),
        ("ROC AUC", figures.roc_auc),
        ("Log-loss", figures.log_loss),
        ("Brier score", figures.brier),
        ("Calibration error", figures.calibration_error),
    ):
        say(f"{name:18}" + ("undefined" if value is None else f"{value:.4f}"))
    if evaluation.threshold != 0.5:
        say(f"{'Threshold':18}{evaluation.threshold:g}")
    say("")
    say(f"{'probability':>14}  {'images':>8}  {'mean':>6}  {positive} indeed")
    for bin_ in figures.reliability:
        say(
            f"  {bin_.low:.1f} to {bin_.high:.1f}  {bin_.images:>8}  {bin_.probability:>6.3f}"
            f"  {bin_.share:.3f}"
        )
    if evaluation.trained_on:
        say("")
        say("Trained on:")
        for name in evaluation.trained_on[:_NAMES_SHOWN]:
            say(f"  {name}")
        if len(evaluation.trained_on) > _NAMES_SHOWN:
            say(f"  and {len(evaluation.trained_on) - _NAMES_SHOWN} more (--json names all)")
    if mistakes:
        say("")
        say(f"Mistakes: {len(evaluation.mistakes)}, most confident first")
        for mistake in evaluation.mistakes:
            say(
                f"  called {mistake.predicted:{len(negative)}}  probability of {positive} "
                f"{mistake.probability:.4f}  {mistake.name}"
            )
