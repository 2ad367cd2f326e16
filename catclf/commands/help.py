"""Help in groups, for commands with many options."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def grouped(group: str, *options: Callable[[F], F]) -> Callable[[F], F]:
    """Give a command some options, which its help lists together.

    Parameters
    ----------
    group : str
        Heading of the list; options with the same one come together.
    *options : callable
        Decorators, such as `click.option` makes them, in the order of the help.
    """

    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
            # click keeps the options of a function here until it becomes a command.
            command.__click_params__[-1].group = group  # type: ignore[attr-defined]
        return command

    return decorate


class GroupedCommand(click.Command):
    """A command whose help lists its options in groups.

    Parameters
    ----------
    lists : mapping of str to sequence
        Lists that come before the options: for each heading, names and what they mean.
    """

    def __init__(
        self, *args: Any, lists: Mapping[str, Sequence[tuple[str, str]]] | None = None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self._lists = lists or {}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the lists, then the options of each group, in the order of first appearance."""
        groups = {heading: list(items) for heading, items in self._lists.items()}
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        # Those without a group come last, unless the command begins with them.
        first, *_ = options
        others = "Other" if hasattr(first, "group") else "Options"
        for option in options:
            if record := option.get_help_record(ctx):
                groups.setdefault(getattr(option, "group", others), []).append(record)
        for heading, records in groups.items():
            with formatter.section(heading):
                formatter.write_dl(records)
