"""`catclf train`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import catclf
from catclf.commands import report, scores
from catclf.commands.cluster import (
    chosen_cluster,
    cluster_options,
    read_by_workers,
    require_possible,
    trained_on,
)
from catclf.commands.earlier_model import model_to_replace, settings_of
from catclf.commands.encoders import training_encoder, training_encoder_options
from catclf.commands.help import GroupedCommand, grouped
from catclf.commands.options import (
    DataPath,
    check_outputs,
    file_option,
    force_option,
    group_by_option,
    json_option,
    memory_option,
    model_file_option,
    positive_option,
    preset_option,
    resize_option,
    skip_bad_option,
)
from catclf.commands.output import note
from catclf.commands.progress import progress_bar, quiet_option, training_callbacks
from catclf.commands.reading import find_groups, load_training_data, open_source
from catclf.commands.report_page import write_training_report
from catclf.commands.signals import Stopped
from catclf.commands.training_options import PRESETS_LIST, chosen_settings, training_options
from catclf.training.settings import PRESETS

if TYPE_CHECKING:
    from catclf.cluster.cluster import Cluster
    from catclf.datasets.dataset import Dataset
    from catclf.training.settings import TrainingSettings
    from catclf.training.train import TrainingResult


@click.command(
    cls=GroupedCommand,
    lists={"Presets (--recipe NAME)": PRESETS_LIST},
    epilog="\b\nExamples:\n"
    "  catclf train data/\n"
    "  catclf train photos/ --recipe best --cv 5\n"
    "  catclf train photos/ --recipe transfer\n"
    "  catclf train photos/ -o cats.npz --learning-rate auto --history costs.csv\n"
    "  catclf train more-photos/ --like cats.npz -o cats.npz\n"
    "  catclf train photos.h5 --solver lbfgs --l2 0.001 --dtype float32\n"
    "  catclf train animals/ --positive dog --skip-bad",
)
@click.argument("data", type=DataPath())
@grouped(
    "Preset",
    preset_option("lecture", "Preset; the options below override its settings."),
    file_option(
        "--like",
        help="Model file to take the settings from instead, and the positive class.",
    ),
)
@grouped("Data", positive_option, resize_option, skip_bad_option, group_by_option)
@grouped("Features", *training_options("Features"), *training_encoder_options)
@grouped(
    "Solver",
    *training_options("Solver"),
    memory_option,
    file_option(
        "--checkpoint",
        help="File to save the state of the training to, every half a minute and when it is "
        "stopped, as by Ctrl-C.",
    ),
    file_option(
        "--resume",
        help="Checkpoint to resume from, with the same data and settings; it is kept up to date "
        "unless --checkpoint names another file.",
    ),
)
@grouped(
    "Honesty",
    click.option(
        "--score",
        type=click.Choice(["auto", "none"]),
        default="auto",
        show_default=True,
        help="How to score the model. auto: on the test split of DATA; where there is none, and no "
        "--cv or a --report, train without a fifth of the images first, and score that model on "
        "it.",
    ),
    click.option(
        "--cv",
        "folds",
        metavar="K",
        type=click.IntRange(2, 1000),
        help="Run K-fold cross-validation first.",
    ),
    file_option(
        "--doubtful",
        help="CSV file to list images whose labels the models of --cv contradict, most doubtful "
        "first.",
    ),
    *training_options("Honesty"),
)
@cluster_options
@grouped(
    "Output",
    model_file_option("-o", "--output", help="Model file to write."),
    click.option(
        "--no-fingerprints",
        is_flag=True,
        help="Leave the fingerprints of the training images out of the model, by which whoever has "
        "an image can tell whether it is one of them. evaluate cannot tell either then.",
    ),
    file_option("--history", help="CSV file to write every cost to."),
    file_option(
        "--report",
        "report_path",
        help="HTML page to write: the score of --score auto, with charts and mistakes, and the "
        "doubtful labels of --cv.",
    ),
    force_option,
    json_option,
    quiet_option,
)
def train(
    data: Path,
    output: Path,
    positive: str | None,
    resize: str | None,
    skip_bad: bool,
    group_by: str | None,
    folds: int | None,
    doubtful: Path | None,
    score: str,
    preset: str,
    like: Path | None,
    memory: int | None,
    checkpoint: Path | None,
    resume: Path | None,
    history: Path | None,
    report_path: Path | None,
    no_fingerprints: bool,
    scheduler: str | None,
    scheduler_file: Path | None,
    patience: float,
    as_json: bool,
    **options: Any,
) -> None:
    """Train logistic regression on the labelled images of DATA, and save the model.

    DATA is a folder with a folder of images for each class, perhaps below train/ and test/, or
    further down (2024/cat); or a folder of files named like cat.0.jpg; or a CSV file of path,label;
    or an HDF5 file, or folder of them, like the course's.

    Ctrl-C ends the training and leaves an old model file as it was; with --checkpoint, nothing that
    was computed is lost, and --resume continues.
    """
    base = PRESETS[preset]
    if like:
        _refuse_preset_beside_like()
        model = catclf.load_model(like)
        base = settings_of(model, like)
        positive = positive or model.positive
        resize = resize or model.preprocessing.resize
    settings = chosen_settings(base, options)
    checkpoint = checkpoint or resume
    specification = settings.feature_specification
    inputs = {"DATA": data, "--features": specification.encoder_file}
    if resume != checkpoint:
        inputs["--resume"] = resume
    outputs = {"--output": output, "--history": history, "--checkpoint": checkpoint}
    outputs |= {"--doubtful": doubtful, "--report": report_path}
    outputs["--features-cache"] = options["features_cache"]
    check_outputs(inputs, outputs)
    replaced = model_to_replace(output)
    if doubtful and not folds:
        raise click.UsageError("--doubtful needs --cv, whose models have not seen the images")
    if report_path and score == "none":
        raise click.UsageError("--report needs a score to show, so not --score none")

    source = open_source(data, positive, group_by)
    if scheduler or scheduler_file:
        require_possible(settings)
    cluster = chosen_cluster(scheduler, scheduler_file, patience)
    how = read_by_workers(cluster, source)
    with training_encoder(specification, resize, options) as encoder:
        dataset, test = load_training_data(
            source, resize, encoder, flip=settings.flip, skip_bad=skip_bad, **how
        )

    hold_out = score == "auto" and not test and (not folds or report_path is not None)
    if folds or hold_out or settings.holds_out:
        dataset = find_groups(dataset)
    from catclf.memory import room_for_arrays

    with (
        room_for_arrays(0 if cluster else memory, output.parent, _note_file),
        trained_on(cluster, dataset) as dataset,
    ):
        measured, held_out = scores.scores_before_training(
            dataset, settings, folds, hold_out=hold_out
        )
        doubted = report.report_cross_validation(measured, dataset, doubtful, as_json=as_json)
        result = _train(dataset, settings, checkpoint, resume, cluster)
    if score == "auto":
        measured = measured._replace(test=scores.test_score(result.model, test))
    result = result.with_scores(**{n: s.score() for n, s in measured._asdict().items() if s})
    model = result.model
    catclf.save_model(model.without_fingerprints() if no_fingerprints else model, output)
    if history:
        from catclf.training.history import write_history

        write_history(result.costs, history)
    near_duplicates = report.note_near_duplicates(dataset, test)
    training = report.Training(output, replaced, data, dataset, test, measured, result)
    report.say_training(training, as_json=as_json)
    if report_path:
        write_training_report(
            report_path, training, held_out, doubted, near_duplicates, as_json=as_json
        )
    if not as_json:
        report.say_next(training)


def _refuse_preset_beside_like() -> None:
    source = click.get_current_context().get_parameter_source("preset")
    if source is not click.core.ParameterSource.DEFAULT:
        raise click.UsageError("--like and --recipe exclude each other")


def _note_file(size: int) -> None:
    note(
        f"Note: the features take {size / 10**9:.1f} GB, and are kept in a temporary file beside "
        "the model; --memory sets how much may be in memory"
    )


def _train(
    dataset: "Dataset",
    settings: "TrainingSettings",
    checkpoint: Path | None,
    resume: Path | None,
    cluster: "Cluster | None",
) -> "TrainingResult":
    try:
        with progress_bar("Training", "step") as update:
            return catclf.train(
                dataset,
                settings,
                **training_callbacks(update, settings.iterations, cluster=cluster),
                checkpoint=checkpoint,
                resume=resume,
            )
    except Stopped:
        if checkpoint:
            note(f"Stopped; resume with --resume {checkpoint}")
        raise
