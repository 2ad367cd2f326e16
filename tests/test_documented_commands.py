"""Every command line that a document shows is one that catclf takes."""

import re
import shlex

import click
import pytest

from catclf.commands.cli import cli
from tests.conftest import ROOT

DOCUMENTS = sorted(
    path.relative_to(ROOT)
    for pattern in ("*.md", "docs/**/*.md", "data/*.md", "benchmarks/*.md")
    for path in ROOT.glob(pattern)
)


def command_lines(text: str) -> list[list[str]]:
    """Words of each call of catclf in the blocks of a document, but for pipes and the like."""
    blocks = re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL)
    calls = []
    for line in "\n".join(blocks).splitlines():
        words = shlex.shlex(line.removeprefix("$ "), posix=True, punctuation_chars="|&;<>")
        words.whitespace_split = True
        if not re.match(r"(\$ )?(catclf|\w+ .*\| catclf)\b", line):
            continue
        call: list[str] = []
        for word in [*words, "|"]:
            if word in ("|", "&&", ">", "<", ";"):
                if call and call[0] == "catclf":
                    calls.append(call[1:])
                call = []
            else:
                call.append(word)
    return calls


CALLS = [
    pytest.param(call, id=f"{document}: {' '.join(call)}")
    for document in DOCUMENTS
    for call in command_lines((ROOT / document).read_text(encoding="utf-8"))
]


def test_there_are_many() -> None:
    assert len(CALLS) > 60


@pytest.mark.parametrize("call", CALLS)
def test_it_is_taken(call: list[str]) -> None:
    context = click.Context(cli, info_name="catclf", **cli.context_settings)
    command = cli.get_command(context, call[0])
    assert command, f"there is no command {call[0]}"
    command.make_context(call[0], call[1:], parent=context)
