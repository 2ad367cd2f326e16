"""`catclf train`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import catclf
from catclf.commands.options import DEFAULT_MODEL, MODEL_VARIABLE, json_option, positive_option
from catclf.commands.output import (
    note,
    note_skipped,
    percent,
    pictures,
    progress_bar,
    say,
    say_json,
    score,
    skipped_files,
    warning_of_trained_on,
)

if TYPE_CHECKING:
    from catclf.datasets import Dataset
    from catclf.datasets.source import Source
    from catclf.evaluation import Evaluation
    from catclf.model import Model


def _number_or_auto(context: click.Context, parameter: click.Parameter, value: str) -> float | str:
    if value == "auto":
        return value
    try:
        return float(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is neither a number nor auto") from None


@click.command(
    short_help="Train a classifier on labelled pictures.",
    epilog="\b\nExamples:\n"
    "  catclf train data/\n"
    "  catclf train photos/ -o cats.npz --learning-rate auto --history costs.csv\n"
    "  catclf train animals/ --positive dog --skip-bad",
)
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=DEFAULT_MODEL,
    envvar=MODEL_VARIABLE,
    show_default=True,
    show_envvar=True,
    help="Model file to write.",
)
@positive_option
@click.option(
    "--fit",
    type=click.Choice(["stretch", "crop"]),
    default="stretch",
    show_default=True,
    help="Stretch pictures to the square, as the course does, or take their centre square.",
)
@click.option("--skip-bad", is_flag=True, help="Leave out files that are no pictures.")
@click.option(
    "--learning-rate",
    metavar="NUMBER|auto",
    callback=_number_or_auto,
    default="0.005",
    show_default=True,
    help="Step size of gradient descent. auto: 1/L, computed from the pictures, with which the "
    "cost goes down at every step.",
)
@click.option(
    "--iterations", type=int, default=2000, show_default=True, help="Steps of gradient descent."
)
@click.option(
    "--l2", type=float, default=0.0, show_default=True, help="Penalty on the squared weights."
)
@click.option(
    "--init",
    type=click.Choice(["zeros", "random"]),
    default="zeros",
    show_default=True,
    help="Where the weights start.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="For --init random.")
@click.option(
    "--loss",
    type=click.Choice(["cross-entropy", "squared-error"]),
    default="cross-entropy",
    show_default=True,
    help="What a prediction costs.",
)
@click.option(
    "--tolerance",
    type=float,
    default=0.0,
    show_default=True,
    help="Stop early when the gradient has shrunk to this share of its length at the start.",
)
@click.option(
    "--dtype",
    type=click.Choice(["float64", "float32"]),
    default="float64",
    show_default=True,
    help="Precision of the calculation.",
)
@click.option("--history", type=click.Path(path_type=Path), help="CSV file to write every cost to.")
@json_option
def train(
    data: Path,
    output: Path,
    positive: str | None,
    fit: str,
    skip_bad: bool,
    history: Path | None,
    as_json: bool,
    **settings: Any,
) -> None:
    """Train logistic regression on the labelled pictures of DATA, and save the model.

    DATA is a folder with a folder of pictures for each class, perhaps below train/ and test/; or a
    folder of files named like cat.0.jpg; or a CSV file of path,label; or an HDF5 file, or folder
    of them, like the course's. Where DATA has a test split, the model is scored on it.
    """
    from catclf.files import check_writable
    from catclf.history import write_history

    training_settings = catclf.TrainingSettings(**settings)
    for path in (output, history):
        if path:
            check_writable(path)
    places = [os.path.realpath(path) for path in (data, output, history) if path]
    if len(set(places)) < len(places):
        raise click.UsageError("DATA, --output and --history must be different files")

    source = catclf.open_source(data, positive)
    for text in source.notes:
        note(f"Note: {text}")
    dataset = _load(source, source.choose(None, "train"), fit, skip_bad)
    test = _load(source, "test", fit, skip_bad) if "test" in source.splits else None

    with progress_bar("Training", "step") as update:
        result = catclf.train(
            dataset,
            training_settings,
            on_step=update
            and (
                lambda steps, cost, accuracy: update(
                    steps,
                    training_settings.iterations,
                    cost=f"{cost:.4f}",
                    accuracy=percent(accuracy),
                )
            ),
        )
    catclf.save_model(result.model, output)
    if history:
        write_history(result.costs, history)
    test_score = _evaluate(result.model, test) if test else None

    skipped = [*dataset.skipped, *(test.skipped if test else ())]
    trained = result.model.training
    if as_json:
        say_json(
            {
                "model": str(output),
                "data": dataset.where,
                **trained,
                "skipped": [file._asdict() for file in skipped],
                "test": test_score.to_dict() if test_score else None,
            }
        )
        return
    say(f"Trained on {dataset.where}: {pictures(dataset.class_counts())}")
    if skipped:
        say(f"Skipped {skipped_files(len(skipped))}")
    say(
        f"{trained['iterations']} iterations at learning rate {trained['learning_rate']:.4g}: "
        f"cost {result.costs[0]:.6f} to {result.costs[-1]:.6f}"
    )
    say(f"Training accuracy {percent(result.accuracy)}")
    if test_score:
        say(f"Test accuracy {score(test_score)}")
        if warning := warning_of_trained_on(test_score):
            say(f"Careful: {warning}")
    say(f"Model written to {output}")


def _load(source: "Source", split: str, fit: str, skip_bad: bool) -> "Dataset":
    from catclf.images import PictureRecipe

    with progress_bar("Reading", "picture") as update:
        dataset = source.load(split, PictureRecipe(fit), skip_bad=skip_bad, progress=update)
    note_skipped(dataset.skipped)
    return dataset


def _evaluate(model: "Model", test: "Dataset") -> "Evaluation | None":
    try:
        return catclf.evaluate(model, test)
    except catclf.CatclfError as error:  # one class only: no score, but the model is sound
        note(f"Note: no test score: {error}")
        return None
