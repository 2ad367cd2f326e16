import re

import click
import pytest

from catclf import __version__
from catclf.commands.cli import cli
from tests.conftest import ROOT, Runner

CONTEXT = click.Context(cli)
COMMANDS = {
    name: command
    for name in cli.list_commands(CONTEXT)
    if (command := cli.get_command(CONTEXT, name))
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(catclf_run: Runner, name: str) -> None:
    out = catclf_run(name, "--help").out
    assert f"catclf {name} " in out.split("Examples:")[1]
    assert catclf_run(name, "-h").out == out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_help(name: str) -> None:
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_shows_every_command(name: str) -> None:
    assert f"catclf {name} " in (ROOT / "README.md").read_text()


def test_the_group_lists_its_commands(catclf_run: Runner) -> None:
    out = catclf_run("--help").out
    assert all(f"  {name} " in out for name in COMMANDS)
    assert catclf_run().out == out


def test_version(catclf_run: Runner) -> None:
    assert catclf_run("--version").out == f"catclf {__version__}\n"
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_an_unknown_command_is_wrong_usage(catclf_run: Runner) -> None:
    assert catclf_run("purr", status=2).err == (
        "Error: no such command 'purr'; see 'catclf --help'\n"
    )


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["trian"], "no such command 'trian'; did you mean train; see 'catclf --help'"),
        (
            ["train", "x", "--class_weigth", "1"],
            "no such option --class_weigth; did you mean --class-weight; see 'catclf train --help'",
        ),
        (
            ["evaluate", "--splt"],
            "no such option --splt; did you mean --split; see 'catclf evaluate --help'",
        ),
        (["train", "x", "--qqq"], "no such option --qqq; see 'catclf train --help'"),
        (["check", "x", "y"], "Got unexpected extra argument (y); see 'catclf check --help'"),
    ],
)
def test_what_is_mistyped_gets_the_nearest_name(
    catclf_run: Runner, arguments: list[str], error: str
) -> None:
    assert catclf_run(*arguments, status=2).err == f"Error: {error}\n"


def test_the_help_of_train_is_in_groups(catclf_run: Runner) -> None:
    lines = catclf_run("train", "--help").out.splitlines()
    headings = [line for line in lines if re.fullmatch(r"[A-Z].*:", line)]
    assert headings == [
        "Presets (--recipe NAME):", "Preset:", "Data:", "Features:", "Solver:", "Honesty:",
        "Cluster:", "Output:", "Other:",
    ]  # fmt: skip
    place = {line.split()[0]: i for i, line in enumerate(lines) if line.startswith("  ")}
    for heading, options in (
        ("Presets (--recipe NAME):", ("lecture", "best", "transfer")),
        ("Data:", ("--positive", "--group-by")),
        ("Features:", ("--features", "--flip", "--encoder-mean")),
        ("Solver:", ("--solver", "--learning-rate", "--checkpoint")),
        ("Honesty:", ("--cv", "--score", "--threshold", "--calibrate")),
        ("Output:", ("-o,", "--json")),
    ):
        start = lines.index(heading)
        end = lines.index(headings[headings.index(heading) + 1])
        assert all(start < place[option] < end for option in options), heading
