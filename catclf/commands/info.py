"""`catclf info`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

import catclf
from catclf.commands import report
from catclf.commands.options import DEFAULT_MODEL, MODEL_VARIABLE, json_option
from catclf.commands.output import percent, plural, say, say_json

if TYPE_CHECKING:
    from catclf.training.record import EvaluationScore, TrainingRecord


@click.command(
    epilog="\b\nExamples:\n"
    "  catclf info\n"
    "  catclf info cats.npz --json\n"
    "  catclf info cats.npz --markdown > cats.md",
)
@click.argument(
    "model_path",
    metavar="[MODEL]",
    type=click.Path(path_type=Path),
    default=DEFAULT_MODEL,
    envvar=MODEL_VARIABLE,
)
@json_option
@click.option("--markdown", is_flag=True, help="Print a model card, as Markdown.")
def info(model_path: Path, as_json: bool, markdown: bool) -> None:
    """Show how MODEL (default: model.npz) was trained, on what, and how it did.

    A model card, for those who get the model, also says what it is for, what it is not for, and
    what it reveals.
    """
    if as_json and markdown:
        raise click.UsageError("--json and --markdown exclude each other")
    from catclf.encoders.encodings import entry_of
    from catclf.training.record import recorded

    model = catclf.load_model(model_path)
    size = model_path.stat().st_size
    if as_json:
        say_json(
            {
                "model": str(model_path),
                "bytes": size,
                "classes": [model.positive, model.negative],
                "pictures": model.preprocessing.to_dict(),
                "features": model.features.name,
                "n_x": model.features.n_x,
                "flip": model.flip,
                "threshold": model.threshold,
                "fingerprints": len(model.fingerprints),
                "strangeness": len(model.strangeness.held_out) if model.strangeness else None,
                "training": model.training,
                **entry_of(model.features.encoder),
            }
        )
        return
    if markdown:
        from catclf.reports.markdown import card_as_markdown

        click.echo(card_as_markdown(model, model_path.name))
        return
    record = recorded(model)
    say(f"{model_path}: {size / 1000:.0f} kB, {model.positive} or {model.negative}")
    report.say_settings(model, record)
    say(f"Features: {model.features.n_x} per image, in {model.w.dtype}")
    if encoder := model.features.encoder:
        identity = encoder.identity
        say(
            f"Encoder: {identity.name}, SHA-256 {identity.sha256}, {identity.convention.side} x "
            f"{identity.convention.side} pixels, onnxruntime {encoder.runtime}"
        )
    if record:
        _say_record(record)
    if model.strangeness:
        held_out = plural(len(model.strangeness.held_out), "held-out training image")
        say(f"Ranks strange images against {held_out} (predict --strange)")
    if len(model.fingerprints):
        say(f"Remembers {plural(len(model.fingerprints), 'training image')} (to detect leaks)")
    else:
        say("Remembers no training images (evaluate cannot detect leaks)")


def _say_record(record: "TrainingRecord") -> None:
    say(f"Trained on {record.date or 'an unknown day'}: {report.images(record.class_counts)}")
    say(f"Iterations: {record.iterations}, final cost {record.cost:.6f}")
    report.say_training_accuracy(record)
    if record.cross_validation:
        report.say_cross_validation(record.cross_validation)
    for name, score in (("Held-out", record.held_out), ("Test", record.test)):
        if score:
            _say_score(name, score)


def _say_score(name: str, score: "EvaluationScore") -> None:
    say(
        f"{name} accuracy {percent(score.accuracy)} on {plural(score.images, 'image')} of "
        f"{score.where}, {report.interval(score.accuracy_interval)}, "
        f"baseline {percent(score.baseline)}"
    )
