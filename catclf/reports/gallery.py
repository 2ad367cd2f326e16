"""Images of a page, each with its name and what there is to say of it."""

from collections.abc import Sequence
from typing import NamedTuple

from catclf.reports.markup import EMPTY, Markup, join, name_tag, tag

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


def gallery(pictures: Sequence[Picture]) -> Markup:
    """Images side by side.

    Parameters
    ----------
    pictures : sequence of Picture
        In the order in which they are shown.

    Returns
    -------
    Markup
        A list.
    """
    is_single = not any(picture.overlay for picture in pictures)
    if not pictures:
        return EMPTY
    return tag("ol", *map(_item, pictures), class_="gallery single" if is_single else "gallery")


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
    return tag(
        "li",
        tag("div", shown, class_="images"),
        tag("p", picture.text),
        tag("small", name_tag(picture.name)),
    )
