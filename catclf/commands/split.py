"""`catclf split`."""

from pathlib import Path

import click

import catclf
from catclf.commands import report
from catclf.commands.options import (
    TABLE,
    DataPath,
    check_outputs,
    force_option,
    group_by_option,
    json_option,
    positive_option,
    skip_bad_option,
)
from catclf.commands.output import say, say_json
from catclf.commands.progress import progress_bar, quiet_option
from catclf.commands.reading import note_skipped, open_source


@click.command(
    epilog="\b\nExamples:\n"
    "  catclf split photos/ divided/\n"
    "  catclf split photos/ divided.csv --test 0.3 --validation 0\n"
    "  catclf split photos/ divided/ --link --group-by folder",
)
@click.argument("data", type=DataPath())
@click.argument("output", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--test",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.2,
    show_default=True,
    help="Share of the images for the test split.",
)
@click.option(
    "--validation",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.1,
    show_default=True,
    help="Share of the images for the validation split; 0 for none.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Random seed.")
@click.option("--link", is_flag=True, help="Make hard links, which take no room, not copies.")
@group_by_option
@positive_option
@skip_bad_option
@force_option
@json_option
@quiet_option
def split(
    data: Path,
    output: Path,
    test: float,
    validation: float,
    seed: int,
    link: bool,
    group_by: str | None,
    positive: str | None,
    skip_bad: bool,
    as_json: bool,
) -> None:
    """Divide the labelled images of DATA at random into train, validation and test.

    OUT is a new folder with copies of the images, or a .csv file that names them and their splits;
    train and evaluate take both. Images that belong together, such as near duplicates, photographs
    of one burst, or what --group-by says, come to the same split. An image keeps its split when
    more images are added to DATA and it is divided again, since a hash of its pixels decides; for
    that, shares are met only on average. Nothing in DATA is changed.
    """
    is_table = output.suffix.lower() == ".csv"
    if is_table and link:
        raise click.UsageError("--link is for folders; a .csv file names the images where they are")
    if is_table:
        check_outputs({"DATA": data}, {"OUT": output}, TABLE)
    else:
        from catclf.datasets.write_division import check_new_folder

        check_new_folder(output)
    source = open_source(data, positive, group_by)
    with progress_bar("Dividing", "image") as update:
        division = catclf.split(
            source,
            output,
            {"validation": validation, "test": test},
            seed,
            link=link,
            skip_bad=skip_bad,
            progress=update,
        )
    note_skipped(division.skipped)
    if as_json:
        say_json({"output": str(output), **division.to_dict()})
        return
    for name, counts in division.images.items():
        say(f"{name}: {report.images(counts)}")
    m = sum(sum(counts.values()) for counts in division.images.values())
    report.say_groups(division.groups, m, "come to the same split")
    report.say_skipped(len(division.skipped))
    say(f"Written to {output}" + " (hard links)" * link)
