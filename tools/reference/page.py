"""The command line as a page of the documentation."""

from itertools import groupby

from tools.reference.commands import Command, commands

_HEAD = """# Command line

Generated from the program by `make reference`. `catclf --help` and `catclf COMMAND --help` say the
same.

Exit status of all commands: 0 done, 1 something failed, 2 wrong usage, 130 interrupted, 143
terminated. Results are written to standard output, everything else to standard error.

| command | |
| --- | --- |
"""


def page() -> str:
    """The page, as Markdown."""
    all_ = list(commands())
    table = "".join(f"| [{c.name}](#{c.name}) | {c.summary} |\n" for c in all_)
    return _HEAD + table + "".join(map(_section, all_))


def _section(command: Command) -> str:
    parts = [f"\n## {command.name}\n\n```text\n{command.usage}\n```\n"]
    parts += [f"\n{_plain(paragraph)}\n" for paragraph in command.paragraphs]
    for group, options in groupby(command.options, key=lambda option: option.group):
        parts.append(f"\n| {group} | |\n| --- | --- |\n")
        parts += [f"| `{_cell(o.names)}` | {_cell(_plain(o.help))} |\n" for o in options]
    if command.examples:
        parts.append("\n```sh\n" + "\n".join(command.examples) + "\n```\n")
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _plain(text: str) -> str:
    """A text in which nothing is markup."""
    for character in "*_<":
        text = text.replace(character, f"\\{character}")
    return text
