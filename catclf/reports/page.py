"""The document around the sections of a page: one file, which asks nothing of the network."""

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import NamedTuple

from catclf._version import __version__
from catclf.reports.markup import EMPTY, Markup, join, tag


class Section(NamedTuple):
    """A part of a page, with a heading and a place in its contents."""

    key: str
    """Its id."""
    title: str
    content: Markup


def page(
    title: str,
    sections: Sequence[Section],
    *,
    lead: Markup = EMPTY,
    bar: Markup = EMPTY,
    scripts: Sequence[str] = (),
    style: str = "",
) -> bytes:
    """A whole HTML document.

    Its content security policy allows images that are in the page itself, our style sheet and the
    given scripts, by their hashes, and nothing else: no request, and no script that a name would
    smuggle in.

    Parameters
    ----------
    title : str
        Of the document, and its first heading.
    sections : sequence of Section
        In order; their titles are the contents at the top.
    lead : Markup
        What comes before the first section.
    bar : Markup
        What stays in sight below everything else.
    scripts : sequence of str
        JavaScript, one text for each element.
    style : str
        CSS that comes after that of all pages.

    Returns
    -------
    bytes
        UTF-8; the same for the same input.
    """
    style = asset("page.css") + style
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(style, scripts)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="generator", content=f"catclf {__version__}"),
        tag("link", rel="icon", href="data:,"),
        tag("title", title),
        tag("style", Markup(style)),
    )
    body = tag(
        "body",
        tag("a", "Skip to the content", class_="skip", href="#content"),
        tag("header", tag("h1", title), lead),
        _contents(sections),
        tag("main", *map(_section, sections), id="content", tabindex="-1"),
        tag("footer", tag("p", f"Made by catclf {__version__}.")),
        bar,
        *(tag("script", Markup(code)) for code in scripts),
    )
    return (Markup("<!DOCTYPE html>\n") + tag("html", head, body, lang="en") + "\n").encode()


def asset(name: str, package: str = "catclf.reports") -> str:
    """The text of a file in a package."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, scripts: Sequence[str]) -> str:
    allowed = " ".join(map(_hash, scripts)) or "'none'"
    return (
        f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {allowed}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _contents(sections: Sequence[Section]) -> Markup:
    if len(sections) < 2:
        return EMPTY
    items = [tag("li", tag("a", section.title, href=f"#{section.key}")) for section in sections]
    return tag("nav", tag("ul", *items), aria_label="Contents")


def _section(section: Section) -> Markup:
    heading = f"{section.key}-heading"
    return tag(
        "section",
        tag("h2", section.title, id=heading),
        join([section.content]),
        id=section.key,
        aria_labelledby=heading,
    )
