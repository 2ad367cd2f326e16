"""`catclf evaluate`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import catclf
from catclf.commands.cluster import chosen_cluster, cluster_options
from catclf.commands.encoders import encoder_option
from catclf.commands.help import GroupedCommand
from catclf.commands.options import (
    DEFAULT_MODEL,
    DataPath,
    check_outputs,
    file_option,
    force_option,
    json_option,
    model_file_option,
    positive_option,
    skip_bad_option,
    threshold_option,
)
from catclf.commands.output import note, say_json
from catclf.commands.progress import progress_bar, quiet_option
from catclf.commands.reading import load_for, note_skipped, note_small, open_source
from catclf.commands.report_page import write_report
from catclf.commands.say_comparison import say_comparison
from catclf.commands.say_evaluation import say_evaluation
from catclf.commands.scores import evaluate_with_bar
from catclf.errors import DataError

if TYPE_CHECKING:
    from catclf.cluster.cluster import Cluster
    from catclf.datasets.dataset import Dataset
    from catclf.datasets.source import Source
    from catclf.evaluation.evaluate import Evaluation
    from catclf.model import Model

_DEFAULT_DATA = "data"


@click.command(
    cls=GroupedCommand,
    epilog="\b\nExamples:\n"
    "  catclf evaluate\n"
    "  catclf evaluate photos/ --mistakes\n"
    "  catclf evaluate photos/ --report report.html\n"
    "  catclf evaluate photos/ -m lecture.npz -m best.npz\n"
    "  catclf evaluate data/ --split train --json",
)
@click.argument("data", type=DataPath(), default=_DEFAULT_DATA)
@model_file_option(
    "-m",
    "--model",
    "model_paths",
    multiple=True,
    default=[DEFAULT_MODEL],
    help="Model file to use; several, each with its -m, are compared.",
)
@encoder_option
@click.option(
    "--split",
    type=click.Choice(["train", "validation", "test"]),
    help="Which split of DATA.  [default: test, else validation; all of DATA without splits]",
)
@positive_option
@threshold_option
@skip_bad_option
@click.option("--mistakes", is_flag=True, help="List misclassified images, most confident first.")
@click.option("--verbose", is_flag=True, help="Name the images that were used for training.")
@file_option("--report", "report_path", help="HTML page to write, with charts and mistakes.")
@cluster_options
@force_option
@json_option
@quiet_option
def evaluate(
    data: Path,
    model_paths: tuple[Path, ...],
    encoder: Path | None,
    split: str | None,
    positive: str | None,
    threshold: float | None,
    skip_bad: bool,
    mistakes: bool,
    verbose: bool,
    report_path: Path | None,
    scheduler: str | None,
    scheduler_file: Path | None,
    patience: float,
    as_json: bool,
) -> None:
    """Compare predictions with the labels of DATA (a data set as for train; default: data/).

    Images that the model was trained on are found and counted: a score that includes them is
    optimistic. Where probabilities are calibrated, 80 of 100 images that got about 0.8 are cats:
    the table at the end compares predicted and observed shares, and the expected calibration error
    is their mean difference. Unreadable files are named and left out, and the exit status is then
    1, or 0 with --skip-bad.

    Several models are compared with the first: the difference of their accuracies on the same
    images, with its interval, and McNemar's exact test.

    The page of --report is one file, which needs no network: metrics, charts, the mistakes with
    what the model looked at, and the model card.
    """
    if len(model_paths) > 1 and (mistakes or verbose or report_path):
        raise click.UsageError("--mistakes, --verbose and --report are for one model")
    inputs = {"DATA": data, "--model": model_paths[0], "--encoder": encoder}
    check_outputs(inputs, {"--report": report_path})
    models = [catclf.load_model(path, encoder) for path in model_paths]
    for path, model in zip(model_paths, models, strict=True):
        if model.training and not len(model.fingerprints):
            note(
                f"Note: the model has no fingerprints: {path} may have been trained on these images"
            )
    source = _open(data, positive or models[0].positive, models[0])
    split = source.choose(split, "test", "validation")
    cluster = chosen_cluster(scheduler, scheduler_file, patience)
    if cluster:
        pairs = [_evaluated_on(cluster, model, source, split, threshold) for model in models]
        datasets, evaluations = map(list, zip(*pairs, strict=True))
    else:
        datasets = _read(source, split, models)
        evaluations = [
            evaluate_with_bar(model, dataset, threshold)
            for model, dataset in zip(models, datasets, strict=True)
        ]
    if len(models) == 1:
        _report(evaluations[0], model_paths[0], mistakes=mistakes, verbose=verbose, as_json=as_json)
        if report_path:
            write_report(
                report_path,
                models[0],
                evaluations[0],
                datasets[0],
                as_json=as_json,
                name=model_paths[0].name,
            )
    else:
        _report_comparison(evaluations, model_paths, datasets[0], as_json=as_json)
    if datasets[0].skipped and not skip_bad:
        click.get_current_context().exit(1)


def _open(data: Path, positive: str, model: "Model") -> "Source":
    """The data set; where the user named none, with what is to be said of the default."""
    source = click.get_current_context().get_parameter_source("data")
    if source is not click.core.ParameterSource.DEFAULT:
        return open_source(data, positive)
    if not data.exists():
        raise DataError(
            f"there is no {data}/ here; name the images to score, as in catclf evaluate photos/"
        )
    trained_on = str(model.training.get("source") or "")
    if trained_on and trained_on != data.resolve().name:
        note(
            f"Note: scored on {data}/, but the model was trained on {trained_on}; name other "
            "images to score it on those"
        )
    return open_source(data, positive)


def _evaluated_on(
    cluster: "Cluster", model: "Model", source: "Source", split: str, threshold: float | None
) -> "tuple[Dataset, Evaluation]":
    from catclf.evaluation.on_cluster import evaluate_on

    with progress_bar("Evaluating", "image") as update:
        dataset, evaluation = evaluate_on(cluster, model, source, split, threshold, update)
    note_skipped(dataset.skipped)
    note_small(dataset.small)
    return dataset, evaluation


def _read(source: "Source", split: str, models: "list[Model]") -> "list[Dataset]":
    """The images as each model needs them; those that some model cannot have are left out."""
    datasets: dict[Any, Dataset] = {}
    needs = []
    for model in models:
        encoder = model.features.encoder
        need = (model.preprocessing, encoder and encoder.identity.function, model.flip)
        if need not in datasets:
            datasets[need] = load_for(model, source, split, skip_bad=True, quiet=bool(datasets))
        needs.append(need)
    if len(datasets) == 1:
        return list(datasets.values()) * len(models)
    from catclf.evaluation.comparison import common_images

    return common_images([datasets[need] for need in needs])


def _report(
    evaluation: "Evaluation", path: Path, *, mistakes: bool, verbose: bool, as_json: bool
) -> None:
    if not as_json:
        say_evaluation(evaluation, path, mistakes=mistakes, verbose=verbose)
        return
    document = {"model": str(path), **evaluation.to_dict()}
    if mistakes:
        document["mistakes"] = [mistake._asdict() for mistake in evaluation.mistakes]
    say_json(document)


def _report_comparison(
    evaluations: "list[Evaluation]", paths: tuple[Path, ...], dataset: "Dataset", *, as_json: bool
) -> None:
    from catclf.evaluation.comparison import compare_all

    comparisons = compare_all(evaluations, dataset.labels)
    if not as_json:
        say_comparison(paths, evaluations, comparisons)
        return
    say_json(
        {
            "models": [
                {"model": str(path), **evaluation.to_dict()}
                for path, evaluation in zip(paths, evaluations, strict=True)
            ],
            "comparisons": [
                {"model": str(path), "with": str(paths[0]), **comparison._asdict()}
                for path, comparison in zip(paths[1:], comparisons, strict=True)
            ],
        }
    )
