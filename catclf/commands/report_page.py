"""Writing the HTML report of an evaluation, with a bar."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from catclf.commands.output import note, say
from catclf.commands.progress import progress_bar

if TYPE_CHECKING:
    from catclf.commands.report import Training
    from catclf.datasets.dataset import Dataset
    from catclf.evaluation.doubtful import Doubtful
    from catclf.evaluation.evaluate import Evaluation
    from catclf.evaluation.hold_out import HeldOut
    from catclf.model import Model


def write_report(
    path: Path,
    model: "Model",
    evaluation: "Evaluation",
    dataset: "Dataset",
    *,
    as_json: bool,
    **details: Any,
) -> None:
    """Write the report, and say so; `details` are those of `write_evaluation_report`."""
    from catclf.reports.evaluation_report import write_evaluation_report

    with progress_bar("Drawing", "mistake") as update:
        write_evaluation_report(path, model, evaluation, dataset, progress=update, **details)
    if not as_json:
        say(f"Report written to {path}")


def write_training_report(
    path: Path,
    training: "Training",
    held_out: "HeldOut | None",
    doubtful: "list[Doubtful] | None",
    near_duplicates: list[tuple[str, str]],
    *,
    as_json: bool,
) -> None:
    """Write the report of a training: of the test split, or else of the fifth that was held out."""
    model, test = training.result.model, training.scores.test
    if test and training.test:
        evaluation, dataset, judged = test, training.test, None
    elif held_out:
        judged, dataset, evaluation = held_out
    else:
        note("Note: no report, since there is no score")
        return
    write_report(
        path,
        model,
        evaluation,
        dataset,
        as_json=as_json,
        name=training.output.name,
        doubtful=doubtful,
        near_duplicates=near_duplicates,
        reviewed=training.dataset if doubtful is not None or judged else None,
        judged=judged,
    )
