"""Images of a page, each with its name and what there is to say of it."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from catclf.reports.markup import EMPTY, Markup, join, name_tag, tag
from catclf.reports.review import Labelled

# Names that are listed where there are no more thumbnails.
_MOST_NAMES = 1000


class Picture(NamedTuple):
    """An image on a page."""

    name: str
    thumbnail: str | None
    """A URI; None if the image cannot be shown."""
    text: str
    """What there is to say of it."""
    overlay: str | None = None
    """A URI of the image with what the model looked at."""
    labelled: Labelled | None = None
    """What a review needs to know of it; None if it cannot be reviewed."""


def gallery(pictures: Sequence[Picture], *, large: bool = False) -> Markup:
    """Images side by side.

    Parameters
    ----------
    pictures : sequence of Picture
        In the order in which they are shown.
    large : bool
        Show them twice as large.

    Returns
    -------
    Markup
        A list.
    """
    if not pictures:
        return EMPTY
    is_single = not any(picture.overlay for picture in pictures)
    classes = "gallery" + " single" * is_single + " large" * large
    return tag("ol", *map(_item, pictures), class_=classes)


def names_list(names: Sequence[str], summary: str) -> Markup:
    """Names that fold away; of very many the first.

    Parameters
    ----------
    names : sequence of str
        Of images.
    summary : str
        What they are.

    Returns
    -------
    Markup
        Nothing if there are none.
    """
    if not names:
        return EMPTY
    items = [tag("li", name_tag(name)) for name in names[:_MOST_NAMES]]
    left = len(names) - len(items)
    more = tag("p", f"And {left} more.") if left else EMPTY
    return tag(
        "details",
        tag("summary", summary),
        tag("div", tag("ul", *items), more, class_="scroll", tabindex="0"),
    )


def _item(picture: Picture) -> Markup:
    images = [
        tag("img", src=uri, alt=alt, loading="lazy", decoding="async")
        for uri, alt in (
            (picture.thumbnail, "the image"),
            (picture.overlay, "what the model looked at"),
        )
        if uri
    ]
    shown = join(images) if images else tag("span", "not shown", class_="muted")
    reviewed, decision = {}, EMPTY
    if image := picture.labelled:
        # JSON, which keeps a path that is not printable as it is.
        reviewed = {"data_path": json.dumps(image.path), "data_label": json.dumps(image.label)}
        decision = tag("p", class_="decision", hidden=True)
    return tag(
        "li",
        tag("div", shown, class_="images"),
        tag("p", picture.text),
        tag("small", name_tag(picture.name)),
        decision,
        tabindex="-1" if reviewed else None,
        **reviewed,
    )
