"""HTML that is hard to get wrong: whatever is not made here is text, and is escaped.

`tag("p", name)` escapes the name; `tag("p", tag("b", name))` does so once. A `Markup` that is put
together in another way, by `+` or an f-string, is a plain `str` again, and would be escaped: a
mistake shows on the page, and does no harm.
"""

import html
from collections.abc import Iterable

from catclf.text import printable

_VOID = frozenset(["br", "col", "hr", "img", "input", "link", "meta"])


class Markup(str):
    """HTML, as opposed to text that still has to be escaped."""

    __slots__ = ()


EMPTY = Markup()
"""Nothing."""


def escape(text: str) -> Markup:
    r"""A text as HTML.

    Parameters
    ----------
    text : str
        Any text, for instance a file's name. A `Markup` is returned as it is.

    Returns
    -------
    Markup
        Shows the text; what is not printable (control characters, direction marks, undecodable
        bytes) shows as `\x1b` and the like.
    """
    return text if isinstance(text, Markup) else Markup(html.escape(printable(text)))


def tag(element: str, /, *children: str, **attributes: str | float | bool | None) -> Markup:
    """An element.

    Parameters
    ----------
    element : str
        Its name, such as "p".
    *children : str or Markup
        What is in it: text, which is escaped, or elements.
    **attributes : str, number, bool or None
        `class_` is class, and `data_name` data-name. True stands for an attribute without a value;
        those that are None or False are left out.

    Returns
    -------
    Markup
        The element.
    """
    opening = element + "".join(map(_attribute, attributes, attributes.values()))
    if element in _VOID:
        return Markup(f"<{opening}>")
    return Markup(f"<{opening}>{join(children)}</{element}>")


def join(parts: Iterable[str], between: str = "") -> Markup:
    """Some texts and elements, one after the other."""
    return Markup(escape(between).join(map(escape, parts)))


def name_tag(name: str) -> Markup:
    """A name from outside, such as a file's: it may break anywhere, and turns no text around it."""
    return tag("bdi", name, class_="name")


def _attribute(key: str, value: str | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    key = key.rstrip("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{escape(str(value))}"'
