"""A model card as Markdown, to stand beside a model that is passed on."""

import re

from catclf.model import Model
from catclf.reports.model_card import model_card
from catclf.text import printable

# What has a meaning in Markdown, wherever it stands in a line.
_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~&]")


def card_as_markdown(model: Model, name: str) -> str:
    """Describe a model, as `model_card` does.

    Parameters
    ----------
    model : Model
        The model, with the record of its training.
    name : str
        For the heading, such as the file's.

    Returns
    -------
    str
        Markdown (CommonMark), in which names from outside are plain text.
    """
    parts = [f"# {_escaped(name)}"]
    for section in model_card(model):
        parts.append(f"## {section.title}")
        parts.append("\n".join(f"- {_escaped(line)}" for line in section.lines))
    return "\n\n".join(parts)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", printable(text))
