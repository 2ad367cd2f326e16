"""`catclf train`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import catclf
from catclf.commands import report
from catclf.commands.encoders import training_encoder, training_encoder_options
from catclf.commands.options import (
    check_outputs,
    file_option,
    json_option,
    model_file_option,
    positive_option,
    resize_option,
    skip_bad_option,
)
from catclf.commands.output import note, progress_bar, training_callbacks
from catclf.commands.process import Stopped
from catclf.commands.reading import load_training_data, open_source
from catclf.commands.training_options import chosen_settings, training_options

if TYPE_CHECKING:
    from catclf.datasets.dataset import Dataset
    from catclf.evaluation.cross_validation import CrossValidation
    from catclf.evaluation.evaluate import Evaluation
    from catclf.model import Model
    from catclf.training.settings import TrainingSettings
    from catclf.training.train import TrainingResult


@click.command(
    epilog="\b\nExamples:\n"
    "  catclf train data/\n"
    "  catclf train photos/ --recipe best --cv 5\n"
    "  catclf train photos/ --recipe transfer\n"
    "  catclf train photos/ -o cats.npz --learning-rate auto --history costs.csv\n"
    "  catclf train photos.h5 --solver lbfgs --l2 0.001 --dtype float32\n"
    "  catclf train animals/ --positive dog --skip-bad",
)
@click.argument("data", type=click.Path(path_type=Path))
@model_file_option("-o", "--output", help="Model file to write.")
@positive_option
@resize_option
@skip_bad_option
@click.option(
    "--cv",
    "folds",
    metavar="K",
    type=click.IntRange(2, 1000),
    help="Run K-fold cross-validation first.",
)
@training_options
@training_encoder_options
@file_option(
    "--checkpoint",
    help="File to save the state of the training to, every half a minute and when it is stopped.",
)
@file_option(
    "--resume",
    help="Checkpoint to resume from, with the same data and settings; it is kept up to date unless "
    "--checkpoint names another file.",
)
@file_option("--history", help="CSV file to write every cost to.")
@json_option
def train(
    data: Path,
    output: Path,
    positive: str | None,
    resize: str | None,
    skip_bad: bool,
    folds: int | None,
    preset: str,
    checkpoint: Path | None,
    resume: Path | None,
    history: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Train logistic regression on the labelled images of DATA, and save the model.

    DATA is a folder with a folder of images for each class, perhaps below train/ and test/; or a
    folder of files named like cat.0.jpg; or a CSV file of path,label; or an HDF5 file, or folder
    of them, like the course's. Where DATA has a test split, the model is scored on it.
    """
    settings = chosen_settings(preset, options)
    checkpoint = checkpoint or resume
    specification = settings.feature_specification
    inputs = {"DATA": data, "--features": specification.encoder_file}
    outputs = {"--output": output, "--history": history, "--checkpoint": checkpoint}
    check_outputs(inputs, outputs | {"--features-cache": options["features_cache"]})

    source = open_source(data, positive)
    with training_encoder(specification, resize, options) as encoder:
        dataset, test = load_training_data(
            source, resize, encoder, flip=settings.flip, skip_bad=skip_bad
        )

    validation = _cross_validate(dataset, settings, folds) if folds else None
    if validation and not as_json:
        report.say_cross_validation(validation.score())
    result = _train(dataset, settings, checkpoint, resume)
    evaluation = _evaluate(result.model, test)
    result = result.with_scores(
        validation.score() if validation else None, evaluation.score() if evaluation else None
    )
    catclf.save_model(result.model, output)
    if history:
        from catclf.training.history import write_history

        write_history(result.costs, history)
    report.note_near_duplicates(dataset, test)
    training = report.Training(output, dataset, test, validation, result, evaluation)
    report.say_training(training, as_json=as_json)


def _cross_validate(
    dataset: "Dataset", settings: "TrainingSettings", folds: int
) -> "CrossValidation":
    with progress_bar("Cross-validating", "fold") as update:
        return catclf.cross_validate(dataset, settings, folds, progress=update)


def _train(
    dataset: "Dataset", settings: "TrainingSettings", checkpoint: Path | None, resume: Path | None
) -> "TrainingResult":
    try:
        with progress_bar("Training", "step") as update:
            return catclf.train(
                dataset,
                settings,
                **training_callbacks(update, settings.iterations),
                checkpoint=checkpoint,
                resume=resume,
            )
    except Stopped:
        if checkpoint:
            note(f"Stopped; resume with --resume {checkpoint}")
        raise


def _evaluate(model: "Model", test: "Dataset | None") -> "Evaluation | None":
    try:
        return catclf.evaluate(model, test) if test else None
    except catclf.CatclfError as error:  # one class only: no score, but the model is sound
        note(f"Note: no test score: {error}")
        return None
