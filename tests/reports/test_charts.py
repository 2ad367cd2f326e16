import re
import xml.etree.ElementTree as ET

import pytest

from catclf.reports.charts import Axis, Chart, Key, count_step, share_axis
from catclf.reports.markup import Markup
from catclf.reports.page import asset
from catclf.reports.tables import table


def drawn(chart: Chart, title: str = "A & B") -> ET.Element:
    return ET.fromstring(
        chart.figure("key", title, "<what> it shows", [Key("curve", "a")], Markup("<p></p>"))
    )


def test_a_chart_can_be_read_without_being_seen() -> None:
    figure = drawn(Chart(share_axis("x"), share_axis("y")))
    svg = figure.find("svg")
    assert svg is not None
    assert svg.get("role") == "img"
    texts = {child.get("id"): child.text for child in svg if child.tag in ("title", "desc")}
    assert [texts[key] for key in str(svg.get("aria-labelledby")).split()] == [
        "A & B",
        "<what> it shows",
    ]
    assert figure.find("details/summary") is not None
    assert [text.text for text in svg.iter("text")][-2:] == ["x", "y"]


def test_marks_lie_where_the_axes_say() -> None:
    chart = Chart(Axis("x", 0, 10, [(0, "0"), (10, "10")]), Axis("y", -5, 5, [(-5, "5"), (5, "5")]))
    chart.dot(0, -5, "dot")
    chart.dot(10, 5, "dot")
    chart.bar(0, 5, -5, "bar")
    chart.line([(0, 0), (0.001, 0), (10, 0)], "curve")
    figure = drawn(chart)
    first, last = (
        (float(str(dot.get("cx"))), float(str(dot.get("cy"))))
        for dot in figure.findall("svg/circle")
    )
    ticks = {text.text: text for text in figure.iter("text") if "middle" in str(text.get("class"))}
    assert (float(str(ticks["0"].get("x"))), float(str(ticks["10"].get("x")))) == (
        first[0],
        last[0],
    )
    assert first[1] > last[1]  # up is down in SVG
    bar = figure.find("svg/rect")
    assert bar is not None
    x, y, width, height = (float(str(bar.get(k))) for k in ("x", "y", "width", "height"))
    assert (x, y + height) == pytest.approx(first)
    assert x + width == pytest.approx((first[0] + last[0]) / 2)
    assert y == pytest.approx((first[1] + last[1]) / 2)
    (line,) = figure.findall("svg/polyline")
    assert len(str(line.get("points")).split()) == 4  # equal places are left out


@pytest.mark.parametrize(("largest", "step"), [(0, 1), (3, 1), (4, 1), (5, 2), (9, 5), (1234, 500)])
def test_steps_of_counts_are_round(largest: int, step: int) -> None:
    assert count_step(largest) == step


def test_every_kind_of_mark_has_a_style() -> None:
    style = asset("page.css")
    for kind in ("grid", "axis", "reference", "curve", "rule", "interval", "dot", "band"):
        assert f".{kind} " in style


def variables(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(a: str, b: str) -> float:
    """The contrast ratio of WCAG 2."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_colours_have_contrast_in_light_and_dark() -> None:
    light, dark = asset("page.css").split("@media (prefers-color-scheme: dark)")[:2]
    assert variables(light).keys() == variables(dark).keys()
    for colours in (variables(light), variables(dark)):
        for name in ("ink", "muted", "link", "accent", "positive", "negative"):
            assert contrast(colours[name], colours["paper"]) >= 4.5, name
        for name in ("neutral", "focus"):
            assert contrast(colours[name], colours["paper"]) >= 3, name
        assert contrast(colours["ink"], colours["warning-paper"]) >= 4.5
        assert contrast(colours["ink"], colours["panel"]) >= 4.5


def test_the_columns_of_a_table_that_hold_numbers_are_known() -> None:
    root = ET.fromstring(table(("name", "a"), [("x < y", "1")]))
    assert [cell.get("class") for cell in root.iter("th")] == [None, "number", None]
    assert [cell.text for cell in root.iter("td")] == ["1"]
    assert root.get("tabindex") == "0"
