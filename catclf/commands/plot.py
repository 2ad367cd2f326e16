"""`catclf plot`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import catclf
from catclf.commands.options import file_option, json_option, positive_option
from catclf.commands.output import progress_bar, say, say_json
from catclf.commands.reading import open_source
from catclf.errors import ModelError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    Drawing = tuple[Callable[[Figure], None], dict[str, Any]]

_KINDS = ("cost", "weights", "learning-curve", "dictionary")

# Without a test split, one fold of so many is held out.
_FOLDS = 5


@click.command(
    epilog="\b\nExamples:\n"
    "  catclf plot costs.csv slower.csv -o costs.png\n"
    "  catclf plot model.npz -o weights.png\n"
    "  catclf plot model.npz -o curve.svg --kind learning-curve --data photos/\n"
    "  catclf plot best.npz -o atoms.pdf --kind dictionary",
)
@click.argument(
    "sources",
    metavar="MODEL|HISTORY...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
)
@file_option("-o", "--figure", required=True, help="Figure to draw: .png, .svg or .pdf.")
@click.option(
    "--kind",
    type=click.Choice(_KINDS),
    help="What to draw.  [default: cost for a .csv file, else weights]",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default="data",
    show_default=True,
    help="Images for the learning curve.",
)
@positive_option
@json_option
def plot(
    sources: tuple[Path, ...],
    figure: Path,
    kind: str | None,
    data: Path,
    positive: str | None,
    as_json: bool,
) -> None:
    """Draw a model or a history of costs.

    cost: the cost of every iteration, from one or more files that `catclf train --history` wrote.
    weights: w as an image, for each colour and together. learning-curve: accuracy against the
    number of training images, from models trained like MODEL on parts of --data. dictionary: the
    patches that MODEL has learned.
    """
    from catclf.plots.figure import check_figure, save_figure

    kind = kind or ("cost" if sources[0].suffix.lower() == ".csv" else "weights")
    if kind != "cost" and len(sources) > 1:
        raise click.UsageError(f"--kind {kind} takes one MODEL; {len(sources)} files were given")
    check_figure(figure)
    drawings = {
        "cost": lambda: _cost(sources),
        "weights": lambda: _weights(sources[0]),
        "dictionary": lambda: _dictionary(sources[0]),
        "learning-curve": lambda: _learning_curve(sources[0], data, positive),
    }
    draw, numbers = drawings[kind]()
    save_figure(draw, figure)
    if as_json:
        say_json({"figure": str(figure), "kind": kind, **numbers})
    else:
        say(f"Figure written to {figure}")


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
    names = [Path(path).name for path in histories]
    # As short as possible, but distinct.
    labels = names if len(set(names)) == len(histories) else list(histories)
    labelled = dict(zip(labels, histories.values(), strict=True))
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


def _learning_curve(path: Path, data: Path, positive: str | None) -> "Drawing":
    from catclf.evaluation.learning_curve import learning_curve
    from catclf.plots.learning_curve import draw
    from catclf.training.record import TrainingRecord

    model = catclf.load_model(path)
    try:
        settings = TrainingRecord.from_dict(model.training).settings
    except catclf.CatclfError as error:
        raise ModelError(f"{path}: {error}; train a model to draw its curve") from error
    source = open_source(data, positive or model.positive)
    dataset = source.load(source.choose(None, "train"), model.preprocessing)
    if "test" in source.splits:
        held_out = source.load("test", model.preprocessing)
    else:
        from catclf.datasets.folds import hold_out

        dataset, held_out = hold_out(dataset, _FOLDS, settings.seed)
    with progress_bar("Training", "model") as update:
        curve = learning_curve(dataset, held_out, settings, progress=update)
    title = f"Models like {path.name}, trained on parts of {dataset.where}"
    return lambda figure: draw(figure, curve, title), curve.to_dict()
