import base64
import hashlib
import re

from catclf.reports.markup import Markup, tag
from catclf.reports.page import Section, asset, page
from tests.reports.test_markup import HOSTILE, Reader

SECTIONS = [Section("a", "First", tag("p", "one")), Section("b", "Second", tag("p", "two"))]


def test_the_document_has_what_a_reader_and_a_screen_reader_need() -> None:
    text = page("Cats", SECTIONS).decode()
    assert text.startswith('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">')
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in text
    assert "<title>Cats</title>" in text
    assert '<a class="skip" href="#content">' in text
    for key in ("content", "a", "b"):
        assert f'href="#{key}"' in text
        assert text.count(f' id="{key}"') == 1
    ids = re.findall(r' id="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'aria-labelledby="([^"]*)"', text)) <= set(ids)


def test_a_page_of_one_section_has_no_contents() -> None:
    assert "<nav" not in page("Cats", SECTIONS[:1]).decode()


def test_titles_are_escaped() -> None:
    for name in HOSTILE:
        reader = Reader(page(name, [Section("a", name, Markup()), SECTIONS[1]]).decode())
        assert set(reader.tags) <= set(
            "html head meta link title style body a header h1 nav ul li main section h2 p "
            "footer".split()
        )
        assert "onfocus" not in reader.attributes


def test_the_policy_allows_the_own_style_and_script_and_no_network() -> None:
    text = page("Cats", SECTIONS, scripts=[asset("page.css")]).decode()  # any asset will do
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    digest = base64.b64encode(hashlib.sha256(asset("page.css").encode()).digest()).decode()
    rules = dict(rule.split(" ", 1) for rule in policy.replace("&#x27;", "'").split("; "))
    assert rules == {
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": f"'sha256-{digest}'",
        "script-src": f"'sha256-{digest}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    without = page("Cats", SECTIONS).decode()
    assert "script-src &#x27;none&#x27;" in without
    assert "<script" not in without


def test_the_style_sheet_asks_for_nothing_and_cannot_end_its_element() -> None:
    style = asset("page.css")
    assert not re.search(r"url\(|@import|https?:|</", style)
    assert "prefers-color-scheme: dark" in style


def test_the_same_input_gives_the_same_bytes() -> None:
    assert page("Cats", SECTIONS) == page("Cats", SECTIONS)
