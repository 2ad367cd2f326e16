"""The drawing of computation graphs."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from catclf.lessons import backward, computation_graph
from catclf.lessons.lesson import Lesson, LessonSettings
from catclf.plots.figure import BLUE, RED

Lecture = Callable[[LessonSettings], Lesson]


def drawn(lesson: Lecture) -> tuple[list[str], int, int]:
    """Texts of a lesson's figure, and how many arrows lead forward and back."""
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    lesson(LessonSettings()).draw(figure)
    (axes,) = figure.axes
    arrows = [text for text in axes.texts if isinstance(text, Annotation)]
    colours = [str((arrow.arrowprops or {})["color"]) for arrow in arrows]
    texts = [text.get_text() for text in axes.texts if text.get_text()]
    return texts, colours.count(BLUE), colours.count(RED)


def test_numbers_flow_both_ways_through_the_graph_of_the_chain_rule() -> None:
    texts, forward, back = drawn(computation_graph.lesson)
    assert forward == back == 5
    assert {"5", "3", "2", "6", "11", "33"} <= set(texts)
    derivatives = {
        text.split(" ")[0]: float(text.split("= ")[-1])
        for text in texts
        if text.startswith("d") and "/" not in text
    }
    assert {n: derivatives[n] for n in ("da", "db", "dc", "du", "dv")} == {
        "da": 3, "db": 6, "dc": 9, "du": 3, "dv": 3,
    }  # fmt: skip


def test_numbers_flow_both_ways_through_the_graph_of_logistic_regression() -> None:
    texts, forward, back = drawn(backward.lesson)
    # x1, x2 and y are given: no derivative leads back to them.
    assert (forward, back) == (8, 5)
    a = 1 / (1 + np.exp(-0.35))
    derivatives = {
        text.split(" ")[0]: float(text.split("= ")[-1])
        for text in texts
        if text.startswith("d") and "dL" not in text
    }
    expected = {"dz": a - 1, "dw1": 2 * (a - 1), "dw2": -3 * (a - 1), "db": a - 1, "da": -1 / a}
    assert derivatives == pytest.approx(expected, abs=6e-4)


@pytest.mark.parametrize("lesson", [computation_graph.lesson, backward.lesson])
def test_no_text_covers_another(lesson: Lecture) -> None:
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    lesson(LessonSettings()).draw(figure)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    boxes = {t.get_text(): t.get_window_extent() for t in axes.texts if t.get_text()}
    overlapping = [
        (one, other) for one in boxes for other in boxes if one < other
        and boxes[one].overlaps(boxes[other])
    ]  # fmt: skip
    assert not overlapping
