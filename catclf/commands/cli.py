"""The group of commands."""

from importlib import import_module

import click

from catclf._version import __version__
from catclf.errors import did_you_mean

_COMMANDS = {
    "train": "Train a classifier on labelled images.",
    "predict": "Classify images.",
    "evaluate": "Score a model on labelled images.",
    "sort": "Sort images into folders by label, and undo that.",
    "label": "Make a page on which to label images.",
    "explain": "Show what each part of an image contributes.",
    "plot": "Draw costs, weights, a learning curve, or a dictionary.",
    "lesson": "Run an experiment of the lecture.",
    "check": "Look for duplicates, leaks and broken files.",
    "split": "Divide a data set into train, validation and test.",
    "pack": "Put a data set into one file that is quick to read.",
    "info": "Show details of a model.",
    "export": "Write a model in a form that works without catclf.",
    "verify": "Compare an exported model with the model.",
}
"""What each command does; its module, of the same name, is loaded when it is called."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(import_module(f"catclf.commands.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of that name; a usage error with the nearest one if there is none."""
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            near = did_you_mean(args[0], _COMMANDS)
            raise click.UsageError(f"no such command {args[0]!r}{near}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: catclf train data/ && catclf evaluate && catclf predict photo.jpg",
)
@click.version_option(__version__, prog_name="catclf", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Classify images: cat or non-cat.

    catclf trains the logistic regression of the lecture "Neural Networks Basics" on 64 x 64
    images, or on what a pre-trained network makes of them, reports honest scores, and labels new
    images.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
