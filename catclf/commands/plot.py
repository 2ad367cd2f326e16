"""`catclf plot`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import catclf
from catclf.commands.encoders import encoder_option
from catclf.commands.options import (
    check_outputs,
    file_option,
    force_option,
    json_option,
    positive_option,
    skip_bad_option,
)
from catclf.commands.output import say, say_json
from catclf.commands.progress import progress_bar, quiet_option, training_callbacks
from catclf.commands.reading import load_for, open_source
from catclf.errors import ModelError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from catclf.evaluation.learning_curve import LearningCurve
    from catclf.model import Model

    Drawing = tuple[Callable[[Figure], None], dict[str, Any]]

_KINDS = ("cost", "weights", "learning-curve", "dictionary")

# Without a test split, one fold of so many is held out.
_FOLDS = 5


@click.command(
    epilog="\b\nExamples:\n"
    "  catclf plot costs.csv slower.csv -o costs.png\n"
    "  catclf plot model.npz\n"
    "  catclf plot model.npz -o curve.svg --kind learning-curve --data photos/\n"
    "  catclf plot best.npz transfer.npz -o curves.png --kind learning-curve --data photos/\n"
    "  catclf plot best.npz -o atoms.pdf --kind dictionary",
)
@click.argument(
    "sources",
    metavar="MODEL|HISTORY...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
)
@file_option(
    "-o",
    "--figure",
    help="Figure to draw: .png, .svg or .pdf.  [default: a .png beside the first file]",
)
@click.option(
    "--kind",
    type=click.Choice(_KINDS),
    help="What to draw.  [default: cost for a .csv file; for a model, its "
    "dictionary if it has one, else weights]",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default="data",
    show_default=True,
    help="Images for the learning curve.",
)
@positive_option
@skip_bad_option
@encoder_option
@force_option
@json_option
@quiet_option
def plot(
    sources: tuple[Path, ...],
    figure: Path | None,
    kind: str | None,
    data: Path,
    positive: str | None,
    skip_bad: bool,
    encoder: Path | None,
    as_json: bool,
) -> None:
    """Draw a model or a history of costs.

    cost: the cost of every iteration, from one or more files that `catclf train --history` wrote.
    weights: w as an image, for each colour and together. learning-curve: accuracy against the
    number of training images, from models trained like each MODEL on parts of --data. dictionary:
    the patches that MODEL has learned.
    """
    from catclf.plots.figure import check_figure, save_figure

    kind = kind or _kind_for(sources[0])
    figure = figure or sources[0].with_name(f"{sources[0].stem}-{kind}.png")
    if kind not in ("cost", "learning-curve") and len(sources) > 1:
        raise click.UsageError(f"--kind {kind} takes one MODEL; {len(sources)} files were given")
    check_figure(figure)
    inputs = {str(source): source for source in sources} | {"--encoder": encoder}
    if kind == "learning-curve":
        inputs["--data"] = data
    check_outputs(inputs, {"--figure": figure})
    drawings = {
        "cost": lambda: _cost(sources),
        "weights": lambda: _weights(sources[0]),
        "dictionary": lambda: _dictionary(sources[0]),
        "learning-curve": lambda: _learning_curves(
            sources, encoder, data, positive, skip_bad=skip_bad
        ),
    }
    draw, numbers = drawings[kind]()
    save_figure(draw, figure)
    if as_json:
        say_json({"figure": str(figure), "kind": kind, **numbers})
    else:
        say(f"Figure written to {figure}")


def _kind_for(source: Path) -> str:
    """What there is to draw of a file."""
    if source.suffix.lower() == ".csv":
        return "cost"
    from catclf.features.specification import FeatureSpecification

    parts = FeatureSpecification.parse(catclf.load_model(source).features.name).parts
    return "dictionary" if "patches" in parts else "weights"


def _cost(paths: tuple[Path, ...]) -> "Drawing":
    from catclf.plots.cost import draw
    from catclf.training.history import read_history

    histories = {}
    for path in paths:
        if path.suffix.lower() == ".npz":
            raise ModelError(
                f"{path} is a model, which does not keep its costs; name a file that "
                "`catclf train --history` wrote"
            )
        histories[str(path)] = read_history(path)
    labelled = {
        label: histories[str(path)] for label, path in zip(_labels(paths), paths, strict=True)
    }
    return lambda figure: draw(figure, labelled), {"costs": histories}


def _weights(path: Path) -> "Drawing":
    from catclf.plots.weights import draw, require_pixels

    model = catclf.load_model(path)
    require_pixels(model, str(path))
    return lambda figure: draw(figure, model), {}


def _dictionary(path: Path) -> "Drawing":
    from catclf.plots.dictionary import draw, patches_of

    patches = patches_of(catclf.load_model(path), str(path))
    return lambda figure: draw(figure, patches), {}


def _learning_curves(
    paths: tuple[Path, ...],
    encoder: Path | None,
    data: Path,
    positive: str | None,
    *,
    skip_bad: bool,
) -> "Drawing":
    from catclf.plots.learning_curve import draw

    named = dict(zip(_labels(paths), paths, strict=True))
    models = {label: catclf.load_model(path, encoder) for label, path in named.items()}
    if len({model.positive for model in models.values()}) > 1:
        raise ModelError("the models have different positive classes; draw a figure of each")
    curves = {
        label: _learning_curve(m, named[label], data, positive, skip_bad=skip_bad)
        for label, m in models.items()
    }
    documents = {label: curve.to_dict() for label, curve in curves.items()}
    title = f"Models like {', '.join(named)}, trained on parts of {data}"
    if len(paths) == 1:
        (document,) = documents.values()
        return lambda figure: draw(figure, curves, title), document
    return lambda figure: draw(figure, curves, title), {"curves": documents}


def _learning_curve(
    model: "Model", path: Path, data: Path, positive: str | None, *, skip_bad: bool
) -> "LearningCurve":
    from catclf.evaluation.learning_curve import learning_curve
    from catclf.training.record import TrainingRecord

    try:
        settings = TrainingRecord.from_dict(model.training).settings
    except catclf.CatclfError as error:
        raise ModelError(f"{path}: {error}; train a model to draw its curve") from error
    source = open_source(data, positive or model.positive)
    dataset = load_for(model, source, source.choose(None, "train"), skip_bad=skip_bad)
    if "test" in source.splits:
        held_out = load_for(model, source, "test", skip_bad=skip_bad)
    else:
        from catclf.datasets.folds import hold_out

        dataset, held_out = hold_out(dataset, _FOLDS, seed=0)
    with progress_bar("Training", "model") as update:
        callbacks = training_callbacks(update, settings.iterations, each="Model")
        return learning_curve(dataset, held_out, settings, **callbacks)


def _labels(paths: tuple[Path, ...]) -> list[str]:
    """Names of files, as short as possible, but distinct."""
    names = [path.name for path in paths]
    return names if len(set(names)) == len(set(paths)) else [str(path) for path in paths]
