"""`catclf label`."""

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import click

import catclf
from catclf.commands.encoders import encoder_option
from catclf.commands.options import (
    check_outputs,
    file_option,
    force_option,
    json_option,
    model_option,
    skip_bad_option,
)
from catclf.commands.output import plural, say, say_json
from catclf.commands.predicting import predict_files
from catclf.commands.progress import progress_bar, quiet_option
from catclf.commands.reading import note_unreadable
from catclf.errors import DataError

if TYPE_CHECKING:
    from catclf.model import Model

_DEFAULT_PAGE = "label.html"

# What is asked where no model says it.
_POSITIVE, _NEGATIVE = "cat", "non-cat"


@click.command(
    epilog="\b\nExamples:\n"
    "  catclf label photos/\n"
    "  catclf label photos/ -m cats.npz\n"
    "  catclf train ~/Downloads/labels.csv",
)
@click.argument("folder", type=click.Path(path_type=Path))
@model_option
@encoder_option
@file_option(
    "--report",
    "report_path",
    is_flag=False,
    flag_value=_DEFAULT_PAGE,
    default=_DEFAULT_PAGE,
    show_default=True,
    help="HTML page to write.",
)
@skip_bad_option
@force_option
@json_option
@quiet_option
def label(
    folder: Path,
    model_path: Path,
    encoder: Path | None,
    report_path: Path,
    skip_bad: bool,
    as_json: bool,
) -> None:
    """Make a page on which to label the images of FOLDER, which need no classes yet.

    With a model, first come those that it is least sure of, from which it can learn most; without
    one, the order is random. Up to 1000 are shown. On the page, keys go through the images, and a
    button saves labels.csv, which catclf train takes. The page is one file, which needs no network
    and no server.

    Unreadable files are named, and the exit status is then 1, or 0 with --skip-bad.
    """
    check_outputs({"FOLDER": folder, "--model": model_path}, {"--report": report_path})
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder; name a folder of images")
    from catclf.images.find import images_below
    from catclf.reports.label_page import least_sure_first, write_label_page

    model = _model(model_path, encoder)
    paths = images_below(folder)
    if not paths:
        raise DataError(f"{folder} has no images to label")
    failures = 0
    if model:
        predictions, failures = predict_files(model, paths)
        images = least_sure_first(predictions, model)
        order = f"First those that {model_path.name} is least sure of"
    else:
        images = [(path, "") for path in Random(0).sample(paths, len(paths))]
        order = "In a random order"
    unreadable = []

    def on_unreadable(path: Path, error: catclf.ImageError) -> None:
        unreadable.append(path)
        note_unreadable(str(path), error)

    with progress_bar("Drawing", "image") as update:
        shown = write_label_page(
            report_path,
            images,
            folder=folder,
            positive=model.positive if model else _POSITIVE,
            negative=model.negative if model else _NEGATIVE,
            order=order,
            on_unreadable=on_unreadable,
            progress=update,
        )
    count = len(images) - len(unreadable)
    if as_json:
        say_json({"report": str(report_path), "pictures": count, "shown": shown})
    else:
        of = f" of {count}" * (shown < count)
        by = f", the least sure of {model_path} first" if model else ", in a random order"
        say(f"Page of {plural(shown, 'image')}{of} written to {report_path}{by}")
    if (failures or unreadable) and not skip_bad:
        click.get_current_context().exit(1)


def _model(path: Path, encoder: Path | None) -> "Model | None":
    """The model that was named, or that is where models usually are; None if there is none."""
    source = click.get_current_context().get_parameter_source("model_path")
    if source == click.core.ParameterSource.DEFAULT and not path.exists():
        if encoder:
            raise click.UsageError("--encoder is for a model; name one with --model")
        return None
    return catclf.load_model(path, encoder)
