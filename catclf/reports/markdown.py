"""A model card as Markdown, to stand beside a model that is passed on."""

from catclf.model import Model
from catclf.reports.model_card import model_card
from catclf.text import as_markdown


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
    parts = [f"# {as_markdown(name)}"]
    for section in model_card(model):
        parts.append(f"## {section.title}")
        parts.append("\n".join(f"- {as_markdown(line)}" for line in section.lines))
    return "\n\n".join(parts)
