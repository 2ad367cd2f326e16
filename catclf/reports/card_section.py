"""The model card as a section of a page."""

from catclf.model import Model
from catclf.reports.markup import join, tag
from catclf.reports.model_card import model_card
from catclf.reports.page import Section


def card_section(model: Model) -> Section:
    """What `model_card` says of a model."""
    parts = [
        tag(
            "div",
            tag("h3", section.title),
            tag("ul", *(tag("li", line) for line in section.lines)),
        )
        for section in model_card(model)
    ]
    return Section("card", "Model card", tag("div", join(parts), class_="card"))
