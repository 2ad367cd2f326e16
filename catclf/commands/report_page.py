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
    doubtful: "list[Doubtful] | None",
    near_duplicates: list[tuple[str, str]],
    *,
    as_json: bool,
) -> None:
    """Write the report of a training: of the test split, or else of the fifth that was held out."""
    from catclf.evaluation.hold_out import held_out_fifth

    model, settings = training.result.model, training.result.record.settings
    scores = training.scores
    evaluation = scores.test or scores.held_out
    if not evaluation:
        note("Note: no report, since there is no score")
        return
    dataset = (scores.test and training.test) or held_out_fifth(training.dataset, settings)[1]
    write_report(
        path,
        model,
        evaluation,
        dataset,
        as_json=as_json,
        name=training.output.name,
        doubtful=doubtful,
        near_duplicates=near_duplicates,
        reviewed=training.dataset if doubtful is not None or not scores.test else None,
        is_held_out=not scores.test,
    )
