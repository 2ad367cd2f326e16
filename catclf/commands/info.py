"""`catclf info`."""

from pathlib import Path
from typing import Any

import click

import catclf
from catclf.commands.options import DEFAULT_MODEL, MODEL_VARIABLE, json_option
from catclf.commands.output import images, percent, preset_in_words, say, say_json


@click.command(
    short_help="Tell what is in a model file.",
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
    """Tell how MODEL (default: model.npz) was made, on what, and how it did."""
    model = catclf.load_model(model_path)
    trained = model.training
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
                "training": trained,
            }
        )
        return
    say(f"{model_path}: {size / 1000:.0f} kB, {model.positive} or {model.negative}")
    say(f"Preset: {preset_in_words(model)}")
    say(f"Features: {model.features.n_x} an image, in {model.w.dtype}")
    if isinstance(trained.get("pictures"), dict):
        say(f"Trained on {trained.get('date', 'an unknown day')}: {images(trained['pictures'])}")
    if "iterations" in trained:
        say(f"Iterations: {trained['iterations']}, to a cost of {trained.get('cost', 0):.6f}")
    if "accuracy" in trained:
        say(f"Training accuracy {percent(trained['accuracy'])}")
    _say_scores(trained)
    say(f"Fingerprints of training images: {len(model.fingerprints)}")


def _say_scores(trained: dict[str, Any]) -> None:
    validation, test = trained.get("cross_validation"), trained.get("test")
    if validation:
        accuracy = validation["accuracy"]
        say(
            f"Cross-validation, {validation['folds']} folds: accuracy {percent(accuracy['mean'])} "
            f"± {percent(accuracy['deviation'])}"
        )
    if test:
        low, high = test["accuracy_interval"]
        say(
            f"Test accuracy {percent(test['accuracy'])} on {test['pictures']} images of "
            f"{test['data']} (95 % interval {percent(low)} to {percent(high)}, "
            f"baseline {percent(test['baseline'])})"
        )
