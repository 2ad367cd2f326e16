"""`catclf pack`."""

from pathlib import Path

import click

import catclf
from catclf.commands import report
from catclf.commands.cluster import chosen_cluster, cluster_options, written_by
from catclf.commands.help import GroupedCommand
from catclf.commands.options import (
    HDF5,
    DataPath,
    check_outputs,
    force_option,
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
    cls=GroupedCommand,
    epilog="\b\nExamples:\n"
    "  catclf pack photos/ photos.h5\n"
    "  catclf pack animals/ dogs.h5 --positive dog --resize crop --skip-bad\n"
    "  catclf pack photos/ shards/ --shards 8",
)
@click.argument("data", type=DataPath())
@click.argument("output", metavar="OUT", type=click.Path(path_type=Path))
@positive_option
@resize_option
@click.option(
    "--side",
    type=click.IntRange(16, 1024),
    help="Side of the packed images in pixels; for an encoder, its own: 224 for the built-in one.  "
    "[default: 64, or as the images were packed]",
)
@click.option(
    "--shards",
    metavar="N",
    type=click.IntRange(1, 100_000),
    help="Write N files into the folder OUT, and an index of them, for the machines of a cluster. "
    "Run again, it writes those that are missing.",
)
@skip_bad_option
@cluster_options
@force_option
@json_option
@quiet_option
def pack(
    data: Path,
    output: Path,
    positive: str | None,
    resize: str | None,
    side: int | None,
    shards: int | None,
    skip_bad: bool,
    scheduler: str | None,
    scheduler_file: Path | None,
    patience: float,
    as_json: bool,
) -> None:
    """Scale the labelled images of DATA to one size, and write them to the HDF5 file OUT.

    All commands take the file like any data set, without decoding anything again, and without
    loading it whole: it may be larger than memory. It has the layout of the course's files, so that
    other programs for these can read it.
    """
    is_file = output.suffix.lower() in HDF5_ENDINGS
    if shards is None and not is_file:
        raise click.UsageError(
            f"{output}: the file's name must end in {' or '.join(HDF5_ENDINGS)}; for a folder, say "
            "how many files with --shards"
        )
    if shards and is_file:
        raise click.UsageError(f"{output}: with --shards, OUT is a folder")
    if not shards:
        check_outputs({"DATA": data}, {"OUT": output}, HDF5)
    if (scheduler or scheduler_file) and not shards:
        raise click.UsageError("a cluster writes several files: say how many with --shards")
    cluster = chosen_cluster(scheduler, scheduler_file, patience)
    source = open_source(data, positive)
    preprocessing = source.packing(resize, side)
    with progress_bar("Packing", "image") as update:
        if shards:
            packed = catclf.pack_shards(
                source,
                output,
                shards,
                preprocessing,
                skip_bad=skip_bad,
                progress=update,
                run=written_by(cluster) if cluster else None,
            )
        else:
            packed = catclf.pack(source, output, preprocessing, skip_bad=skip_bad, progress=update)
    note_skipped(packed.skipped)
    files = [path for path in output.iterdir() if path.is_file()] if shards else [output]
    size = sum(path.stat().st_size for path in files)
    if as_json:
        say_json(
            {
                "folder" if shards else "file": str(output),
                "bytes": size,
                "splits": packed.images,
                "skipped": [file._asdict() for file in packed.skipped],
            }
        )
        return
    for split, counts in packed.images.items():
        say(f"{source.where(split)}: {report.images(counts)}")
    report.say_skipped(len(packed.skipped))
    what = f"{output}: {shards} files for each split, " if shards else f"{output}: "
    say(f"Packed into {what}{size / 1e6:.1f} MB")
