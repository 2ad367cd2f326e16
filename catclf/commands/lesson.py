"""`catclf lesson`."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catclf.commands.exercises import EXERCISE, show_exercise
from catclf.commands.options import (
    FIGURE,
    check_outputs,
    file_option,
    force_option,
    json_option,
    positive_option,
    skip_bad_option,
)
from catclf.commands.output import note, say, say_json
from catclf.errors import DataError, OutputError, reason_of
from catclf.lessons.register import LESSONS, find_lesson, run_lesson

if TYPE_CHECKING:
    from catclf.lessons.lesson import Lesson, Table

_ALL = "all"
_WIDTH = 88


def _completions(_: click.Context, __: click.Parameter, start: str) -> list[str]:
    return [name for name in (*LESSONS, _ALL, EXERCISE) if name.startswith(start)]


@click.command(
    epilog="\b\nExamples:\n"
    "  catclf lesson\n"
    "  catclf lesson sigmoid\n"
    "  catclf lesson learning-rate --data photos/ --figure rates.png\n"
    "  catclf lesson all --figures figures/\n"
    "  catclf lesson exercise 1 > sigmoid.py\n"
    "  catclf lesson exercise 1 --check sigmoid.py",
)
@click.argument("name", required=False, shell_complete=_completions)
@click.argument("number", metavar="[N]", required=False, type=int)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Data set for the lessons that need images (at most 500 of its training set).  "
    "[default: data, and where there is none, 64 drawn images]",
)
@positive_option
@skip_bad_option
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Random seed.",
)
@file_option("--figure", help="Also draw the lesson, to FILE (.png, .svg or .pdf).")
@file_option("--figures", metavar="DIR", help="Also draw all lessons, to DIR/NAME.png.")
@file_option("--check", help="Check a solution of exercise N.")
@force_option
@json_option
def lesson(
    name: str | None,
    number: int | None,
    data: Path | None,
    positive: str | None,
    skip_bad: bool,
    seed: int,
    figure: Path | None,
    figures: Path | None,
    check: Path | None,
    as_json: bool,
) -> None:
    """Run the lesson NAME of the lecture "Neural Networks Basics", or all of them.

    Without NAME, list them. Each lesson explains one topic, shows its formulas with shapes, and
    computes tables of numbers on the spot, most of them from images. "all" leaves out, with a line,
    what needs images that cannot be read.

    "exercise" lists exercises; with N, it prints the file in which to fill in a function, and with
    --check, it says what is right and what is wrong. The file runs in a process of its own, for at
    most 10 seconds.
    """
    if name == EXERCISE:
        show_exercise(number, check, as_json=as_json)
        return
    if number is not None or check:
        raise click.UsageError("N and --check are for catclf lesson exercise")
    if name is None:
        _list(as_json=as_json)
        return
    if name != _ALL:
        name = find_lesson(name)
    files = _figure_of_each(name, figure, figures, data)

    from catclf.lessons.lesson import LessonSettings

    settings = LessonSettings(data, positive, seed, skip_bad, on_note=note)
    documents = []
    for each, file in files.items():
        try:
            result = run_lesson(each, settings)
        except DataError as error:
            if name != _ALL:
                raise
            note(f"Skipped: {each}: {error}")
            continue
        if file:
            from catclf.plots.figure import PROJECTED, save_figure

            save_figure(result.draw, file, dots_per_inch=PROJECTED)
        if as_json:
            documents.append({"lesson": each, **result.to_dict()})
        else:
            _say(each, result, file)
    if as_json:
        say_json(documents if name == _ALL else documents[0])


def _list(*, as_json: bool) -> None:
    if as_json:
        say_json([{"lesson": name, "about": about} for name, about in LESSONS.items()])
        return
    width = max(map(len, LESSONS))
    for name, about in LESSONS.items():
        say(f"{name:{width}}  {about}")


def _figure_of_each(
    name: str, figure: Path | None, figures: Path | None, data: Path | None
) -> dict[str, Path | None]:
    """The lessons to run, and the file for the figure of each, which can be written."""
    if figures and name != _ALL:
        raise click.UsageError("--figures is for `catclf lesson all`; use --figure FILE")
    if figure and name == _ALL:
        raise click.UsageError("--figure is for one lesson; use --figures DIR")
    if figures:
        _make_folder(figures)
    names = list(LESSONS) if name == _ALL else [name]
    files = {each: figures / f"{each}.png" if figures else figure for each in names}
    for file in filter(None, files.values()):
        from catclf.plots.figure import check_figure

        check_figure(file)
        check_outputs({"--data": data}, {"--figures" if figures else "--figure": file}, FIGURE)
    return files


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be created: {reason_of(error)}; use another folder"
        ) from error


def _say(name: str, result: "Lesson", file: Path | None) -> None:
    title = f"{name}: {LESSONS[name]}"
    say(title)
    say("=" * len(title))
    _say_paragraph(result.explanation)
    say("")
    for line in result.formula.splitlines():
        say(f"    {line}")
    for table in result.tables:
        say("")
        _say_table(table)
    _say_paragraph(f"What to notice: {result.see}")
    if result.note:
        _say_paragraph(f"Note: {result.note}")
    say("")
    if file:
        say(f"Figure written to {file}")
        say("")


def _say_paragraph(text: str) -> None:
    say("")
    for line in textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False):
        say(line)


def _say_table(table: "Table") -> None:
    for line in textwrap.wrap(f"{table.title}:", _WIDTH):
        say(line)
    rows = table.rows_as_text()
    header = [column.name for column in table.columns]
    widths = [max(map(len, cells)) for cells in zip(header, *rows, strict=True)]
    # Words are aligned to the left, numbers to the right.
    words = [table.is_of_words(i) for i in range(len(header))]
    for cells in (header, *rows):
        line = "  ".join(
            cell.ljust(width) if is_words else cell.rjust(width)
            for cell, width, is_words in zip(cells, widths, words, strict=True)
        )
        say(f"  {line.rstrip()}")
