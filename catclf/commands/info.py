"""`catclf info`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

import catclf
from catclf.commands import report
from catclf.commands.options import DEFAULT_MODEL, MODEL_VARIABLE, json_option
from catclf.commands.output import percent, plural, say, say_json

if TYPE_CHECKING:
    from catclf.model import Model
    from catclf.training.record import EvaluationScore, TrainingRecord


@click.command(
    epilog="\b\nExamples:\n  catclf info\n  catclf info cats.npz --json",
)
@click.argument(
    "model_path",
    metavar="[MODEL]",
    type=click.Path(path_type=Path),
    default=DEFAULT_MODEL,
    envvar=MODEL_VARIABLE,
)
@json_option
def info(model_path: Path, as_json: bool) -> None:
    """Show how MODEL (default: model.npz) was trained, on what, and how it did."""
    from catclf.encoders.encodings import entry_of

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
                "training": model.training,
                **entry_of(model.features.encoder),
            }
        )
        return
    record = _record(model)
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
    say(f"Remembers {plural(len(model.fingerprints), 'training image')} (to detect leaks)")


def _record(model: "Model") -> "TrainingRecord | None":
    """What the model remembers of its training; None for one that was not trained."""
    from catclf.training.record import TrainingRecord

    try:
        return TrainingRecord.from_dict(model.training)
    except catclf.CatclfError:
        return None


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
