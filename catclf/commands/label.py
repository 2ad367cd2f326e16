"""`catclf label`."""

from pathlib import Path

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
from catclf.errors import DataError

_DEFAULT_PAGE = "label.html"


@click.command(
    epilog="\b\nExamples:\n"
    "  catclf label photos/ --report label.html\n"
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

    First come those that the model is least sure of, from which it can learn most; up to 1000 are
    shown. On the page, keys go through the images, and a button saves labels.csv, which catclf
    train takes. The page is one file, which needs no network and no server.

    Unreadable files are named, and the exit status is then 1, or 0 with --skip-bad.
    """
    check_outputs({"FOLDER": folder, "--model": model_path}, {"--report": report_path})
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder; name a folder of images")
    from catclf.images.find import images_below
    from catclf.reports.label_page import write_label_page

    model = catclf.load_model(model_path, encoder)
    paths = images_below(folder)
    if not paths:
        raise DataError(f"{folder} has no images to label")
    predictions, failures = predict_files(model, paths)
    with progress_bar("Drawing", "image") as update:
        shown = write_label_page(
            report_path,
            model,
            list(predictions.items()),
            folder=folder,
            progress=update,
        )
    if as_json:
        say_json({"report": str(report_path), "pictures": len(predictions), "shown": shown})
    else:
        of = f" of {len(predictions)}" * (shown < len(predictions))
        say(f"Page of {plural(shown, 'image')}{of} written to {report_path}")
    if failures and not skip_bad:
        click.get_current_context().exit(1)
