"""`catclf evaluate`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

import catclf
from catclf.commands import report
from catclf.commands.encoders import encoder_option
from catclf.commands.options import (
    json_option,
    model_option,
    positive_option,
    threshold_option,
)
from catclf.commands.output import say, say_first, say_json
from catclf.commands.reading import load_for, open_source

if TYPE_CHECKING:
    from catclf.evaluation.evaluate import Evaluation
    from catclf.evaluation.metrics import Metrics

_NAMES_SHOWN = 10


@click.command(
    epilog="\b\nExamples:\n"
    "  catclf evaluate\n"
    "  catclf evaluate photos/ --mistakes\n"
    "  catclf evaluate data/ --split train --json",
)
@click.argument("data", type=click.Path(path_type=Path), default="data")
@model_option
@encoder_option
@click.option(
    "--split",
    type=click.Choice(["train", "validation", "test"]),
    help="Which split of DATA.  [default: test, else validation; all of DATA without splits]",
)
@positive_option
@threshold_option
@click.option("--mistakes", is_flag=True, help="List misclassified images, most confident first.")
@json_option
def evaluate(
    data: Path,
    model_path: Path,
    encoder: Path | None,
    split: str | None,
    positive: str | None,
    threshold: float | None,
    mistakes: bool,
    as_json: bool,
) -> None:
    """Compare predictions with the labels of DATA (a data set as for train; default: data/).

    Images that the model was trained on are found, counted and named: a score that includes them
    is optimistic. Where probabilities are calibrated, 80 of 100 images that got about 0.8 are
    cats: the table at the end compares predicted and observed shares, and the expected calibration
    error is their mean difference. Unreadable files are named and left out, and the exit status is
    then 1.
    """
    model = catclf.load_model(model_path, encoder)
    source = open_source(data, positive or model.positive)
    split = source.choose(split, "test", "validation")
    dataset = load_for(model, source, split, skip_bad=True)
    evaluation = catclf.evaluate(model, dataset, threshold)
    if as_json:
        document = {"model": str(model_path), **evaluation.to_dict()}
        if mistakes:
            document["mistakes"] = [mistake._asdict() for mistake in evaluation.mistakes]
        say_json(document)
    else:
        _say(evaluation, model_path, mistakes=mistakes)
    if dataset.skipped:
        click.get_current_context().exit(1)


def _say(evaluation: "Evaluation", model_path: Path, *, mistakes: bool) -> None:
    say(f"{model_path} on {evaluation.where}: {evaluation.m} images")
    if warning := report.trained_on_warning(evaluation):
        say(warning)
    report.say_skipped(len(evaluation.skipped))
    say(f"Accuracy {report.accuracy_line(evaluation)}")
    say("")
    _say_confusion_matrix(evaluation)
    say("")
    _say_metrics(evaluation.metrics, evaluation.threshold)
    say("")
    _say_reliability(evaluation.metrics)
    if evaluation.trained_on:
        say("")
        say("Used for training:")
        say_first(_NAMES_SHOWN, evaluation.trained_on)
    if mistakes:
        say("")
        _say_mistakes(evaluation)


def _say_confusion_matrix(evaluation: "Evaluation") -> None:
    metrics, positive, negative = evaluation.metrics, evaluation.positive, evaluation.negative
    width = len(f"predicted {negative}")
    heads = (f"predicted {positive}", f"predicted {negative}")
    say("  ".join(["".ljust(width), *(head.rjust(width) for head in heads)]))
    for name, counts in (
        (positive, (metrics.true_positives, metrics.false_negatives)),
        (negative, (metrics.false_positives, metrics.true_negatives)),
    ):
        say("  ".join([f"actual {name}".ljust(width), *(f"{count:>{width}}" for count in counts)]))


def _say_metrics(metrics: "Metrics", threshold: float) -> None:
    for name, value in (
        ("Precision", metrics.precision),
        ("Recall", metrics.recall),
        ("F1", metrics.f1),
        ("ROC AUC", metrics.roc_auc),
        ("Log-loss", metrics.log_loss),
        ("Brier score", metrics.brier),
        ("Expected calibration error", metrics.calibration_error),
    ):
        say(f"{name:28}" + ("undefined" if value is None else f"{value:.4f}"))
    if threshold != 0.5:
        say(f"{'Threshold':28}{threshold:g}")


def _say_reliability(metrics: "Metrics") -> None:
    say(f"{'probability':>14}  {'images':>8}  {'mean predicted':>14}  {'observed':>8}")
    for bin_ in metrics.reliability:
        say(
            f"    {bin_.low:.1f} to {bin_.high:.1f}  {bin_.images:>8}  {bin_.probability:>14.3f}"
            f"  {bin_.share:>8.3f}"
        )


def _say_mistakes(evaluation: "Evaluation") -> None:
    say(f"Mistakes: {len(evaluation.mistakes)}, most confident first")
    for mistake in evaluation.mistakes:
        say(
            f"  predicted {mistake.predicted:{len(evaluation.negative)}}  probability of "
            f"{evaluation.positive} {mistake.probability:.4f}  {mistake.name}"
        )
