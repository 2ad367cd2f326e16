"""`catclf train`."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import catclf
from catclf.commands.options import (
    DEFAULT_MODEL,
    MODEL_VARIABLE,
    fit_option,
    json_option,
    positive_option,
    skip_bad_option,
)
from catclf.commands.output import (
    images,
    note,
    note_skipped,
    note_understanding,
    percent,
    preset_in_words,
    progress_bar,
    say,
    say_json,
    score,
    skipped_files,
    warning_of_trained_on,
)
from catclf.commands.process import Stopped

if TYPE_CHECKING:
    from catclf.datasets.dataset import Dataset
    from catclf.datasets.source import Source
    from catclf.evaluation.cross_validation import CrossValidation
    from catclf.evaluation.evaluate import Evaluation
    from catclf.model import Model
    from catclf.training.settings import TrainingSettings
    from catclf.training.train import TrainingResult


def _number_or_auto(context: click.Context, parameter: click.Parameter, value: str) -> float | str:
    return value if value == "auto" else _number(value, "a number nor auto")


def _number_or_target(
    context: click.Context, parameter: click.Parameter, value: str
) -> float | str:
    return value if "=" in value else _number(value, "a number nor like precision=0.95")


def _number(value: str, wanted: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is neither {wanted}") from None


@click.command(
    short_help="Train a classifier on labelled images.",
    epilog="\b\nExamples:\n"
    "  catclf train data/\n"
    "  catclf train photos/ --recipe best --cv 5\n"
    "  catclf train photos/ -o cats.npz --learning-rate auto --history costs.csv\n"
    "  catclf train photos.h5 --solver lbfgs --l2 0.001 --dtype float32\n"
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
@fit_option
@skip_bad_option
@click.option(
    "--recipe",
    "preset",
    type=click.Choice(["lecture", "best"]),
    default="lecture",
    show_default=True,
    help="Settings to begin from; every option below overrides its part. best: patches and "
    "gradients' directions, mirrored too, standardised, to the optimum, with the penalty chosen by "
    "cross-validation, calibrated. The defaults below are the lecture's.",
)
@click.option(
    "--cv",
    "folds",
    metavar="K",
    type=click.IntRange(2, 1000),
    help="First train without each of K parts of the images in turn, and score the model on it.",
)
@click.option(
    "--features",
    default="pixels",
    show_default=True,
    help="What columns hold: pixels, as in the lecture; patches, their likeness to a dictionary "
    "learned from the images; hog, gradients' directions; or several, as in patches+hog; with "
    "fourier: before them, random Fourier features of these, for a Gaussian kernel.",
)
@click.option(
    "--flip/--no-flip", help="Train on mirror images too, and predict from both.  [default: no]"
)
@click.option(
    "--standardise/--no-standardise",
    help="Bring each feature to mean 0 and deviation 1.  [default: no]",
)
@click.option(
    "--class-weight",
    type=click.Choice(["none", "balanced"]),
    default="none",
    show_default=True,
    help="balanced: the rarer class counts as much as the other.",
)
@click.option(
    "--calibrate/--no-calibrate",
    help="Fit probabilities to images that were held out of training.  [default: no]",
)
@click.option(
    "--threshold",
    metavar="NUMBER|precision=P|recall=R",
    callback=_number_or_target,
    default="0.5",
    show_default=True,
    help="Probability from which on an image is called positive; or what to choose it for, on "
    "images that were held out of training. The model keeps it.",
)
@click.option(
    "--solver",
    type=click.Choice(["gd", "lbfgs"]),
    default="gd",
    show_default=True,
    help="Gradient descent, as in the lecture, or L-BFGS, which goes to the optimum in few passes.",
)
@click.option(
    "--learning-rate",
    metavar="NUMBER|auto",
    callback=_number_or_auto,
    default="0.005",
    show_default=True,
    help="Step size of gradient descent. auto: 1/L, computed from the images, with which the "
    "cost goes down at every step.",
)
@click.option(
    "--iterations",
    type=int,
    default=2000,
    show_default=True,
    help="Steps to make; with lbfgs, at most.",
)
@click.option(
    "--l2",
    metavar="NUMBER|auto",
    callback=_number_or_auto,
    default="0",
    show_default=True,
    help="Penalty on the squared weights. auto: the one with which images that were held out of "
    "training get the lowest cost.",
)
@click.option(
    "--init",
    type=click.Choice(["zeros", "random"]),
    default="zeros",
    show_default=True,
    help="Where the weights start.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="For what is drawn at random.")
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
    help="Stop when the gradient has shrunk to this share of its length at the start.  "
    "[default: 0; with lbfgs 0.0001]",
)
@click.option(
    "--dtype",
    type=click.Choice(["float64", "float32"]),
    default="float64",
    show_default=True,
    help="Precision of the passes over the images, and of the weights.",
)
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path),
    help="File to write the state of the training to, every half a minute and when it is stopped.",
)
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    help="Checkpoint to go on from, with the same data and settings; it is kept up to date unless "
    "--checkpoint names another file.",
)
@click.option("--history", type=click.Path(path_type=Path), help="CSV file to write every cost to.")
@json_option
def train(
    data: Path,
    output: Path,
    positive: str | None,
    fit: str | None,
    skip_bad: bool,
    preset: str,
    folds: int | None,
    checkpoint: Path | None,
    resume: Path | None,
    history: Path | None,
    as_json: bool,
    **settings: Any,
) -> None:
    """Train logistic regression on the labelled images of DATA, and save the model.

    DATA is a folder with a folder of images for each class, perhaps below train/ and test/; or a
    folder of files named like cat.0.jpg; or a CSV file of path,label; or an HDF5 file, or folder
    of them, like the course's. Where DATA has a test split, the model is scored on it.
    """
    from catclf.storage import check_writable
    from catclf.training.history import write_history

    training_settings = _settings(preset, settings)
    checkpoint = checkpoint or resume
    for path in (output, history, checkpoint):
        if path:
            check_writable(path)
    places = [os.path.realpath(path) for path in (data, output, history, checkpoint) if path]
    if len(set(places)) < len(places):
        raise click.UsageError("DATA, --output, --history and --checkpoint must be different files")

    source = catclf.open_source(data, positive)
    note_understanding(source)
    dataset = _load(source, source.choose(None, "train"), fit, skip_bad)
    test = _load(source, "test", fit, skip_bad) if "test" in source.splits else None

    validation = _cross_validate(dataset, training_settings, folds) if folds else None
    if validation and not as_json:
        _say_validation(validation)
    try:
        with progress_bar("Training", "step") as update:
            result = catclf.train(
                dataset,
                training_settings,
                on_stage=update and (lambda stage, done, total: update(done, total, stage=stage)),
                on_step=update
                and (
                    lambda steps, cost, accuracy: update(
                        steps,
                        training_settings.iterations,
                        cost=f"{cost:.4f}",
                        accuracy=percent(accuracy),
                    )
                ),
                checkpoint=checkpoint,
                resume=resume,
            )
    except Stopped:
        if checkpoint:
            note(f"Stopped; --resume {checkpoint} goes on")
        raise
    test_score = _evaluate(result.model, test) if test else None
    model = _with_scores(result.model, validation, test_score)
    catclf.save_model(model, output)
    if history:
        write_history(result.costs, history)
    if test:
        _warn_of_near_duplicates(dataset, test)

    skipped = [*dataset.skipped, *(test.skipped if test else ())]
    trained = model.training
    if as_json:
        say_json(
            {
                "model": str(output),
                "data": dataset.where,
                **trained,
                "threshold": model.threshold,
                "skipped": [file._asdict() for file in skipped],
                "test": test_score.to_dict() if test_score else None,
                "cross_validation": validation.to_dict() if validation else None,
            }
        )
        return
    say(f"Trained on {dataset.where}: {images(dataset.class_counts())}")
    if skipped:
        say(f"Skipped {skipped_files(len(skipped))}")
    say(f"Preset: {preset_in_words(model)}")
    rate = trained["learning_rate"]
    how = f"at learning rate {rate:.4g}" if rate else "of L-BFGS"
    say(
        f"{trained['iterations']} iterations {how}: "
        f"cost {result.costs[0]:.6f} to {result.costs[-1]:.6f}"
    )
    if trained["tolerance"]:
        say(_convergence(result, training_settings.iterations))
    say(f"Training accuracy {percent(result.accuracy)}")
    if test_score:
        say(f"Test accuracy {score(test_score)}")
        if warning := warning_of_trained_on(test_score):
            say(f"Careful: {warning}")
    say(f"Model written to {output}")


def _settings(preset: str, options: dict[str, Any]) -> "TrainingSettings":
    """The preset's settings, and instead of them what was given on the command line."""
    from catclf.training.settings import PRESETS

    context = click.get_current_context()
    default = click.core.ParameterSource.DEFAULT
    given = {
        name: value
        for name, value in options.items()
        if context.get_parameter_source(name) is not default
    }
    settings = replace(PRESETS[preset], **given)
    if "learning_rate" in given and settings.solver == "lbfgs":
        raise click.UsageError("--learning-rate is for --solver gd; lbfgs finds its own steps")
    return settings


def _cross_validate(
    dataset: "Dataset", settings: "TrainingSettings", folds: int
) -> "CrossValidation":
    from catclf.evaluation.cross_validation import cross_validate

    with progress_bar("Cross-validating", "fold") as update:
        return cross_validate(dataset, settings, folds, progress=update)


def _say_validation(validation: "CrossValidation") -> None:
    accuracy, deviation = validation.spread("accuracy")
    say(
        f"Cross-validation, {len(validation.folds)} folds: accuracy {percent(accuracy)} "
        f"± {percent(deviation)} from fold to fold "
        f"(always giving the commoner answer scores {percent(validation.together.baseline)})"
    )
    for name, figure in (("AUC", "roc_auc"), ("log-loss", "log_loss")):
        mean, deviation = validation.spread(figure)
        say(f"  {name} {mean:.3f} ± {deviation:.3f}")


def _with_scores(
    model: "Model", validation: "CrossValidation | None", test: "Evaluation | None"
) -> "Model":
    """The model, which remembers how it did."""
    scores: dict[str, Any] = {}
    if validation:
        scores["cross_validation"] = validation.to_dict()
    if test:
        figures = test.metrics
        scores["test"] = {
            "data": test.where,
            "pictures": test.m,
            "accuracy": figures.accuracy,
            "accuracy_interval": figures.accuracy_interval,
            "baseline": figures.baseline,
            "roc_auc": figures.roc_auc,
        }
    return replace(model, training={**model.training, **scores})


def _warn_of_near_duplicates(dataset: "Dataset", test: "Dataset") -> None:
    from catclf.datasets.check import near_leaks

    leaks = near_leaks(dataset, test)
    if leaks:
        were = "looks" if leaks == 1 else "look"
        note(
            f"Careful: {leaks} of the {test.m} test images {were} nearly like one that was "
            "trained on, which flatters the score; catclf check names them"
        )


def _convergence(result: "TrainingResult", most_iterations: int) -> str:
    trained = result.model.training
    shrunk = f"gradient at {result.gradient:.1e} of its length at the start"
    if result.converged:
        return f"Converged: {shrunk}"
    if trained["iterations"] == most_iterations:
        remedy = "allow more --iterations, or ask for less with --tolerance"
    else:
        remedy = "rounding hides the rest; use --dtype float64, or a larger --tolerance"
    return f"Careful: not converged: {shrunk}, asked for {trained['tolerance']:.1e}; {remedy}"


def _load(source: "Source", split: str, fit: str | None, skip_bad: bool) -> "Dataset":
    from catclf.images.preprocessing import Preprocessing

    preset = Preprocessing(fit) if fit else None
    with progress_bar("Reading", "image") as update:
        dataset = source.load(split, preset, skip_bad=skip_bad, progress=update)
    note_skipped(dataset.skipped)
    return dataset


def _evaluate(model: "Model", test: "Dataset") -> "Evaluation | None":
    try:
        return catclf.evaluate(model, test)
    except catclf.CatclfError as error:  # one class only: no score, but the model is sound
        note(f"Note: no test score: {error}")
        return None
