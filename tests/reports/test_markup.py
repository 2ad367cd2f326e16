from html.parser import HTMLParser

import pytest

from catclf.reports.markup import Markup, join, name_tag, tag

HOSTILE = (
    "<img src=x onerror=alert(1)>.jpg",
    "</script><script>alert(1)</script>",
    "\" onfocus=alert(1) autofocus x='",
    "a & b &lt; c",
    "\u202egpj.exe",
    "line\nend\x00\x1b[31m",
    "undecodable \udcff bytes",
    "猫 Katze χάτα",
)


class Reader(HTMLParser):
    """Elements, attributes and text, as a browser understands them."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= dict(attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text_in_elements_and_attributes(name: str) -> None:
    reader = Reader(tag("p", name, title=name))
    assert reader.tags == ["p"]
    assert list(reader.attributes) == ["title"]
    assert reader.text == reader.attributes["title"]
    assert reader.text.isprintable()
    if name.isprintable():
        assert reader.text == name
    reader.text.encode()  # no lone surrogate is left


def test_a_name_is_isolated_from_the_direction_of_the_text_around_it() -> None:
    assert name_tag("חתול.jpg") == '<bdi class="name">חתול.jpg</bdi>'


def test_what_is_markup_stays_and_what_was_pasted_together_is_escaped() -> None:
    bold = tag("b", "x < y")
    assert tag("p", bold) == "<p><b>x &lt; y</b></p>"
    assert tag("p", bold + " & z") == "<p>&lt;b&gt;x &amp;lt; y&lt;/b&gt; &amp; z</p>"
    assert join([bold, "&"], ", ") == "<b>x &lt; y</b>, &amp;"
    assert isinstance(join([]), Markup)


def test_attributes() -> None:
    assert tag("input", type="checkbox", checked=True, disabled=False, id=None) == (
        '<input type="checkbox" checked>'
    )
    assert tag("label", "a", for_="b", data_name="c", tabindex=0) == (
        '<label for="b" data-name="c" tabindex="0">a</label>'
    )
