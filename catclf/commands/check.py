"""`catclf check`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

import catclf
from catclf.commands.options import DataPath, json_option, positive_option, preset_option
from catclf.commands.output import plural, say, say_first, say_json
from catclf.commands.progress import progress_bar, quiet_option, training_callbacks
from catclf.commands.reading import load, note_small, open_source, open_to_check
from catclf.commands.report import images
from catclf.training.settings import PRESETS

if TYPE_CHECKING:
    from catclf.datasets.check import Duplicate, Report
    from catclf.datasets.source import Source
    from catclf.evaluation.doubtful import Doubtful
    from catclf.training.settings import TrainingSettings

# A class with fewer than a third of another's images is worth a line.
_IMBALANCE = 3

_SHOWN = 20
_KINDS_SHOWN = 8

_FOLDS = 5


@click.command(
    epilog="\b\nExamples:\n"
    "  catclf check photos/\n"
    "  catclf check photos/ --labels --recipe transfer\n"
    "  catclf check --json photos.h5",
)
@click.argument("data", type=DataPath(), default="data")
@positive_option
@click.option(
    "--labels",
    is_flag=True,
    help="List images whose labels models contradict that were trained without them "
    "(5-fold cross-validation in each split), most doubtful first.",
)
@preset_option(
    None, "Preset of the models for --labels; for photographs transfer.  [default: best]"
)
@json_option
@quiet_option
def check(
    data: Path, positive: str | None, labels: bool, preset: str | None, as_json: bool
) -> None:
    """Report what is in DATA (a data set as for train; default: data/), and possible problems.

    DATA may also be a folder of images that are not sorted into classes. Images are counted by
    split and class, and files that are not images by extension. Unreadable files are named, and so
    are duplicates: exact ones, and near ones that were scaled, compressed again, or brightened. The
    exit status is 1 if an image is in two splits, since a score would then be optimistic.
    """
    if preset and not labels:
        raise click.UsageError("--recipe is for --labels")
    source = (open_source if labels else open_to_check)(data, positive)
    with progress_bar("Checking", "image") as update:
        report = catclf.check(source, progress=update)
    doubtful = _doubtful_labels(source, PRESETS[preset or "best"]) if labels else None
    if as_json:
        document = report.to_dict()
        if doubtful is not None:
            document["doubtful"] = [label._asdict() for label in doubtful]
        say_json(document)
    else:
        _say(report, source)
        note_small(report.small)
        if doubtful is not None:
            _say_doubtful(doubtful)
    if report.leaks:
        click.get_current_context().exit(1)


def _doubtful_labels(source: "Source", settings: "TrainingSettings") -> "list[Doubtful]":
    """Labels of all splits that the models of a cross-validation contradict."""
    from catclf.evaluation.doubtful import doubtful_labels

    encoder = catclf.load_encoder() if settings.feature_specification.has_encoder else None
    preprocessing = source.preprocessing(encoder)
    found = []
    for split in source.splits:
        dataset = load(
            source, split, preprocessing, encoder, flip=settings.flip, skip_bad=True, quiet=True
        )
        with progress_bar("Cross-validating", "fold") as update:
            callbacks = training_callbacks(update, settings.iterations, each="Fold")
            Z = catclf.cross_validate(dataset, settings, _FOLDS, **callbacks).Z
        found += doubtful_labels(dataset, Z)
    return sorted(found, key=lambda label: label.probability)


def _say_doubtful(doubtful: "list[Doubtful]") -> None:
    say(plural(len(doubtful), "doubtful label") + (", most doubtful first" if doubtful else ""))
    say_first(
        _SHOWN,
        [
            f"{label.label} (probability {label.probability:.4f}): {label.name}"
            for label in doubtful
        ],
    )


def _say(report: "Report", source: "Source") -> None:
    for split, counts in report.images.items():
        if not report.labelled:
            say(f"{source.where(split)}: {plural(sum(counts.values()), 'image')}, without classes")
            continue
        say(f"{source.where(split)}: {images(counts)}")
        most, least = max(counts.values()), min(counts.values())
        if len(counts) > 1 and most > _IMBALANCE * least:
            say(f"  class imbalance {most / least:.1f}:1")
    if report.formats:
        formats = ", ".join(f"{count} {name}" for name, count in report.formats.items())
        small, large = (f"{width} x {height}" for width, height in report.sizes)
        say(f"Files: {formats}; {small} to {large} pixels")
    if report.skipped:
        say(f"Left out: {plural(len(report.skipped), 'file')}")
        for name, reason in report.skipped:
            say(f"  {name}: {reason}")
    if report.ignored:
        say(f"Ignored: {_ignored_in_words(report.ignored)}")
    within = [duplicate for duplicate in report.duplicates if not duplicate.leaks]
    _say_duplicates("in different splits: scores will be optimistic", report.leaks)
    _say_duplicates("with conflicting labels", [d for d in within if d.contradicts])
    _say_duplicates(
        "in one class" if report.labelled else "", [d for d in within if not d.contradicts]
    )
    if not report.duplicates:
        say("No duplicates found")


def _ignored_in_words(ignored: dict[str, int]) -> str:
    kinds = [f"{files} {ending or 'without an extension'}" for ending, files in ignored.items()]
    others = sum(ignored.values()) - sum(list(ignored.values())[:_KINDS_SHOWN])
    shown = ", ".join(kinds[:_KINDS_SHOWN] + [f"{others} more"] * bool(others))
    count = sum(ignored.values())
    are = "is not an image" if count == 1 else "are not images"
    return f"{plural(count, 'file')} that {are} ({shown})"


def _say_duplicates(where: str, duplicates: "list[Duplicate]") -> None:
    if duplicates:
        say(f"{plural(len(duplicates), 'duplicate')} {where}".strip())
        say_first(_SHOWN, [_in_words(duplicate) for duplicate in duplicates])


def _in_words(duplicate: "Duplicate") -> str:
    kind = "identical" if duplicate.exact else "near duplicate"
    return f"{kind}: {duplicate.names[0]}, {duplicate.names[1]}"
