"""What the command line says of itself, without the layout that click gives it."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

from catclf.commands.cli import cli

CONTEXT = click.Context(cli, info_name="catclf")


class Option(NamedTuple):
    """An option of a command."""

    names: str
    """As `-o, --output FILE`."""
    help: str
    group: str


class Command(NamedTuple):
    """A command."""

    name: str
    usage: str
    summary: str
    paragraphs: list[str]
    options: list[Option]
    examples: list[str]


def commands() -> Iterator[Command]:
    """All commands, in their order."""
    for name in cli.list_commands(CONTEXT):
        command = cli.get_command(CONTEXT, name)
        assert command
        text = inspect.cleandoc(command.help or "")
        paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
        arguments = [p for p in command.params if isinstance(p, click.Argument)]
        usage = " ".join(["catclf", name, "[OPTIONS]", *map(_argument, arguments)])
        options = [_option(p) for p in command.params if isinstance(p, click.Option)]
        examples = [line.strip() for line in (command.epilog or "").splitlines()[2:]]
        yield Command(name, usage, _summary(name), paragraphs, options, examples)


def _summary(name: str) -> str:
    from catclf.commands import cli as module

    return str(module._COMMANDS[name])


def _argument(argument: click.Argument) -> str:
    name = argument.metavar or (argument.name or "").upper()
    if argument.metavar:
        return name
    if not argument.required:
        name = f"[{name}]"
    return name + "..." * (argument.nargs == -1)


def _option(option: click.Option) -> Option:
    names = ", ".join([*option.opts, *option.secondary_opts])
    value = "" if option.is_flag else f" {_value(option)}"
    help_ = " ".join((option.help or "").split())
    notes = re.findall(r"\[default: .*\]$", help_)
    if not notes and option.show_default and (default := _default(option)):
        help_ += f" [default: {default}]"
    if option.envvar and option.show_envvar:
        help_ += f" [environment: {option.envvar}]"
    return Option(names + value, help_, getattr(option, "group", "Options"))


def _value(option: click.Option) -> str:
    if option.metavar:
        return option.metavar
    if isinstance(option.type, click.Choice):
        return "|".join(map(str, option.type.choices))
    if isinstance(option.type, click.types.IntParamType):
        return "INTEGER"
    if isinstance(option.type, click.types.FloatParamType):
        return "NUMBER"
    return (option.name or "value").upper() if option.type.name == "path" else "VALUE"


def _default(option: click.Option) -> str:
    if isinstance(option.show_default, str):
        return option.show_default
    default = option.default
    if isinstance(default, bool):
        name = option.opts[0] if default else next(iter(option.secondary_opts), "")
        return name.lstrip("-")
    if isinstance(default, (tuple, list)):
        return " ".join(map(str, default))
    return str(default) if isinstance(default, (str, int, float, Path)) else ""
