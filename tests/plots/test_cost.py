"""Costs as lines, and as bands where they go up and down."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from catclf.plots.cost import draw
from catclf.plots.figure import PROJECTED, save_figure


def test_costs_that_fall_are_a_line_through_all_of_them() -> None:
    figure = Figure()
    costs = np.geomspace(1, 0.1, 200).tolist()
    draw(figure, {"falls": costs})
    (axes,) = figure.axes
    assert np.array_equal(axes.lines[0].get_ydata(), costs)
    assert not axes.collections


def test_costs_that_go_up_and_down_are_a_band_from_the_least_to_the_largest() -> None:
    figure = Figure()
    costs = [1.0, 3.0] * 100
    draw(figure, {"swings": costs})
    (axes,) = figure.axes
    heights = np.asarray(axes.collections[0].get_paths()[0].vertices)[:, 1]
    assert (heights.min(), heights.max()) == (1, 3)
    highest, lowest = (np.asarray(line.get_ydata()) for line in axes.lines)
    assert np.array_equal(highest, [1, *[3] * 199])
    assert np.array_equal(lowest, [1] * 200)
    assert len(axes.get_legend_handles_labels()[0]) == 1


@pytest.mark.parametrize("costs", [[0.7, np.inf, np.inf], [np.nan] * 3, []])
def test_any_costs_can_be_drawn(costs: list[float]) -> None:
    draw(Figure(), {"odd": costs})


def test_costs_that_rise_once_are_a_line() -> None:
    figure = Figure()
    draw(figure, {"climbs, then falls": [0.7, 1.5, *np.geomspace(1.4, 0.1, 200).tolist()]})
    assert not figure.axes[0].collections


@pytest.mark.parametrize("count", [2, 4, 9])
def test_the_legend_of_several_trainings_is_beside_the_curves(count: int) -> None:
    figure = Figure(layout="constrained")
    draw(figure, {f"training {i}": [0.7, 0.5, 0.4] for i in range(count)})
    figure.draw_without_rendering()
    (legend,), (axes,) = figure.legends, figure.axes
    assert axes.get_legend() is None
    assert not legend.get_window_extent().overlaps(axes.get_window_extent())
    assert [text.get_text() for text in legend.get_texts()] == [
        f"training {i}" for i in range(count)
    ]


def test_a_figure_to_be_projected_has_twice_the_pixels(tmp_path: Path) -> None:
    def width(path: Path, **resolution: int) -> int:
        save_figure(lambda figure: draw(figure, {"a": [0.7, 0.5]}), path, **resolution)
        with Image.open(path) as image:
            return image.width

    page = width(tmp_path / "page.png")
    assert width(tmp_path / "hall.png", dots_per_inch=PROJECTED) == pytest.approx(2 * page, abs=2)
