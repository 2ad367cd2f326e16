"""`catclf pack`."""

from pathlib import Path

import click

import catclf
from catclf.commands import report
from catclf.commands.options import (
    check_outputs,
    json_option,
    positive_option,
    resize_option,
    skip_bad_option,
)
from catclf.commands.output import say, say_json
from catclf.commands.progress import progress_bar, quiet_option
from catclf.commands.reading import note_skipped, open_source
from catclf.images.find import HDF5_ENDINGS


@click.command(
    epilog="\b\nExamples:\n"
    "  catclf pack photos/ photos.h5\n"
    "  catclf pack animals/ dogs.h5 --positive dog --resize crop --skip-bad",
)
@click.argument("data", type=click.Path(path_type=Path))
@click.argument("output", metavar="OUT.h5", type=click.Path(path_type=Path))
@positive_option
@resize_option
@click.option(
    "--side",
    type=click.IntRange(16, 1024),
    help="Side of the packed images in pixels; for an encoder, its own: 224 for the built-in one.  "
    "[default: 64, or as the images were packed]",
)
@skip_bad_option
@json_option
@quiet_option
def pack(
    data: Path,
    output: Path,
    positive: str | None,
    resize: str | None,
    side: int | None,
    skip_bad: bool,
    as_json: bool,
) -> None:
    """Scale the labelled images of DATA to one size, and write them to the HDF5 file OUT.h5.

    train, evaluate and predict take the file like any data set, without decoding anything again,
    and without loading it whole: it may be larger than memory. It has the layout of the course's
    files, so that other programs for these can read it.
    """
    if output.suffix.lower() not in HDF5_ENDINGS:
        raise click.UsageError(f"{output}: the file's name must end in {' or '.join(HDF5_ENDINGS)}")
    check_outputs({"DATA": data}, {"OUT.h5": output})
    source = open_source(data, positive)
    preprocessing = source.packing(resize, side)
    with progress_bar("Packing", "image") as update:
        packed = catclf.pack(source, output, preprocessing, skip_bad=skip_bad, progress=update)
    note_skipped(packed.skipped)
    size = output.stat().st_size
    if as_json:
        say_json(
            {
                "file": str(output),
                "bytes": size,
                "splits": packed.images,
                "skipped": [file._asdict() for file in packed.skipped],
            }
        )
        return
    for split, counts in packed.images.items():
        say(f"{source.where(split)}: {report.images(counts)}")
    report.say_skipped(len(packed.skipped))
    say(f"Packed into {output}: {size / 1e6:.1f} MB")
