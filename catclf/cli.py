"""The program `catclf`: a group of commands."""

import sys

import click

from catclf import __version__
from catclf.commands.evaluate import evaluate
from catclf.commands.predict import predict
from catclf.commands.process import prepare, run
from catclf.commands.train import train


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: catclf train data/ && catclf evaluate && catclf predict photo.jpg",
)
@click.version_option(__version__, prog_name="catclf", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Tell pictures of cats from pictures of anything else.

    catclf trains the logistic regression of the lecture "Neural Networks Basics" on 64 x 64
    pictures, says honestly how good it is, and labels new pictures.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for command in (train, predict, evaluate):
    cli.add_command(command)


def main() -> None:
    """Run the program: the entry point of `catclf` and of `python -m catclf`."""
    prepare()
    sys.exit(run(cli))
