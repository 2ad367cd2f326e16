"""`catclf sort`."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import catclf
from catclf.commands.encoders import encoder_option
from catclf.commands.options import json_option, model_option, threshold_option, unsure_option
from catclf.commands.output import note, plural, printable, say, say_json
from catclf.commands.predicting import predict_files
from catclf.commands.progress import progress_bar, quiet_option
from catclf.commands.signals import Stopped
from catclf.errors import DataError

if TYPE_CHECKING:
    from catclf.model import Prediction
    from catclf.sorting.plan import Plan

_DONE = {"copy": "Copied", "link": "Linked", "move": "Moved"}


@click.command(
    epilog="\b\nExamples:\n"
    "  catclf sort photos/ sorted/ --dry-run\n"
    "  catclf sort photos/ sorted/ --unsure 0.3 0.7\n"
    "  catclf sort photos/ sorted/ --move\n"
    "  catclf sort --undo sorted/",
)
@click.argument("folders", metavar="FOLDER OUT", nargs=-1, type=click.Path(path_type=Path))
@model_option
@encoder_option
@threshold_option
@unsure_option
@click.option("--link", is_flag=True, help="Make hard links, which take no room, not copies.")
@click.option("--move", is_flag=True, help="Move the files instead of copying them.")
@click.option("--dry-run", is_flag=True, help="Print what would be done, and do nothing.")
@click.option("--undo", is_flag=True, help="Put back what was sorted into the folder OUT.")
@json_option
@quiet_option
def sort(
    folders: tuple[Path, ...],
    model_path: Path,
    encoder: Path | None,
    threshold: float | None,
    unsure: tuple[float, float] | None,
    link: bool,
    move: bool,
    dry_run: bool,
    undo: bool,
    as_json: bool,
) -> None:
    """Copy the images of FOLDER into folders of OUT by their label: cat, non-cat, and unsure.

    Subfolders and times are kept. Nothing is overwritten: where a name is taken, a number is added;
    a file that is already there is left out, so that new images can be sorted later. Unreadable
    files stay where they are and are named, and the exit status is 1. Everything is predicted
    before anything is touched, and written to OUT/sorted.jsonl before it is done: whatever happens,
    catclf sort --undo OUT puts everything back.
    """
    if undo:
        _undo(folders, as_json=as_json)
        return
    if len(folders) != 2:
        raise click.UsageError("two folders are wanted: FOLDER and OUT")
    if link and move:
        raise click.UsageError("--link and --move exclude each other")
    from catclf.images.find import images_below
    from catclf.sorting.plan import check_folders, make_plan, not_sorted_yet

    source, output = folders
    check_folders(source, output)
    model = catclf.load_model(model_path, encoder)
    paths = not_sorted_yet(images_below(source), source, output)
    if not paths:
        raise DataError(f"{source} has no images to sort")
    predictions, failures = predict_files(model, paths, threshold, unsure)
    labelled = [(path, prediction.label) for path, prediction in predictions.items()]
    action = "move" if move else "link" if link else "copy"
    plan = make_plan(labelled, source, output, action)
    if dry_run:
        _say_plan(plan, predictions, as_json=as_json)
    else:
        _carry_out(plan, output)
        _say_done(plan, predictions, output, action, as_json=as_json)
    for path in plan.links:
        note(f"Not moved: {path}: a symbolic link")
    if failures or plan.links:
        click.get_current_context().exit(1)


def _carry_out(plan: "Plan", output: Path) -> None:
    from catclf.sorting.carry_out import carry_out

    try:
        with progress_bar("Sorting", "file") as update:
            carry_out(plan, update)
    except Stopped:
        note(f"Stopped; undo with catclf sort --undo {output}")
        raise


def _say_plan(plan: "Plan", predictions: "dict[Path, Prediction]", *, as_json: bool) -> None:
    """Each file, and where it would go."""
    by_path = {path.absolute(): prediction for path, prediction in predictions.items()}
    rows: list[dict[str, Any]] = [
        {"from": str(e.source), "to": str(e.target), **by_path[e.source]._asdict()}
        for e in plan.files
    ]
    if as_json:
        say_json({"dry_run": True, "files": rows, "present": plan.present})
        return
    for row in rows:
        cells = (row["label"], f"{row['probability']:.4f}", row["from"], row["to"])
        click.echo("\t".join(map(printable, cells)))


def _say_done(
    plan: "Plan",
    predictions: "dict[Path, Prediction]",
    output: Path,
    action: str,
    *,
    as_json: bool,
) -> None:
    by_path = {path.absolute(): prediction.label for path, prediction in predictions.items()}
    counts = Counter(by_path[entry.source] for entry in plan.files)
    if as_json:
        say_json(
            {
                "output": str(output),
                "action": action,
                "files": dict(sorted(counts.items())),
                "present": plan.present,
            }
        )
        return
    by_label = ", ".join(f"{count} {label}" for label, count in sorted(counts.items()))
    if plan.present:
        say(f"Left out: {plural(plan.present, 'file')} that are there already")
    say(f"{_DONE[action]} {plural(len(plan.files), 'file')}" + f" ({by_label})" * bool(counts))
    if counts:
        say(f"Undo with: catclf sort --undo {output}")


def _undo(folders: tuple[Path, ...], *, as_json: bool) -> None:
    if len(folders) != 1:
        raise click.UsageError("--undo wants one folder, OUT")
    from catclf.sorting.undo import undo

    with progress_bar("Undoing", "file") as update:
        undone = undo(folders[0], update)
    for kept in undone.kept:
        note(f"Kept: {kept.path}: {kept.reason}")
    if as_json:
        kept_files = [{"path": str(kept.path), "reason": kept.reason} for kept in undone.kept]
        say_json({"files": undone.files, "kept": kept_files})
    else:
        say(f"Undone: {plural(undone.files, 'file')}")
    if undone.kept:
        click.get_current_context().exit(1)
