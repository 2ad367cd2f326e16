from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import catclf
from catclf import TrainingSettings
from catclf.datasets.dataset import Dataset
from catclf.errors import DataError, SettingsError, TrainingError
from tests.conftest import shared


@pytest.fixture(scope="module")
def course() -> Any:
    return catclf.load_dataset(shared("catvnoncat"), "train")


@pytest.fixture
def images(data: Path) -> Any:
    return catclf.load_dataset(data)


@pytest.mark.real_data
def test_golden_values_of_the_course(course: Dataset) -> None:
    result = catclf.train(course)
    golden = {
        0: 0.693147,
        100: 0.584508,
        200: 0.466949,
        300: 0.376007,
        1000: 0.214820,
        1900: 0.140872,
    }
    assert {i: round(result.costs[i], 6) for i in golden} == golden
    assert round(100 * result.accuracy, 4) == 99.0431
    assert result.model.b == pytest.approx(-0.0159062, abs=5e-8)
    assert len(result.costs) == 2001
    test = catclf.evaluate(result.model, catclf.load_dataset(shared("catvnoncat"), "test"))
    assert test.metrics.accuracy == pytest.approx(0.70)
    assert test.metrics.baseline == pytest.approx(0.66)
    # The course's own files have one image in both splits.
    assert len(test.trained_on) == 1


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("learning_rate", "cost", "test_accuracy"),
    [(0.01, 0.072809, None), (0.001, 0.340877, 0.68), (0.0001, 0.558891, 0.40)],
)
def test_golden_values_of_other_learning_rates(
    course: Dataset, learning_rate: float, cost: float, test_accuracy: Any
) -> None:
    result = catclf.train(course, TrainingSettings(learning_rate=learning_rate))
    assert result.costs[1900] == pytest.approx(cost, abs=5e-7)
    if test_accuracy:
        test = catclf.load_dataset(shared("catvnoncat"), "test")
        assert catclf.evaluate(result.model, test).metrics.accuracy == pytest.approx(test_accuracy)


def test_the_same_settings_give_the_same_bytes(images: Dataset) -> None:
    settings = TrainingSettings(iterations=50, init="random", seed=7)
    one, two = catclf.train(images, settings).model, catclf.train(images, settings).model
    assert one.w.tobytes() == two.w.tobytes()
    assert one.b == two.b
    other = catclf.train(images, TrainingSettings(iterations=50, init="random", seed=8)).model
    assert other.w.tobytes() != one.w.tobytes()


@pytest.mark.real_data
def test_auto_learning_rate_goes_down_at_every_step(course: Dataset) -> None:
    costs = catclf.train(course, TrainingSettings(learning_rate="auto", iterations=200)).costs
    assert (np.diff(costs) < 0).all()


@pytest.mark.parametrize("loss", ["cross-entropy", "squared-error"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_losses_and_types(images: Dataset, loss: str, dtype: str) -> None:
    settings = TrainingSettings(learning_rate="auto", iterations=100, loss=loss, dtype=dtype)
    result = catclf.train(images, settings)
    assert result.model.w.dtype == dtype
    assert result.costs[-1] < result.costs[0]
    assert result.accuracy == 1
    assert result.costs[0] == pytest.approx(
        {"cross-entropy": np.log(2), "squared-error": 1 / 8}[loss]
    )


def test_penalty_shrinks_the_weights(images: Dataset) -> None:
    norms = [
        np.linalg.norm(
            catclf.train(images, TrainingSettings("auto", iterations=300, l2=l2)).model.w
        )
        for l2 in (0.0, 1.0, 10.0)
    ]
    assert norms[0] > norms[1] > norms[2] > 0


def test_tolerance_stops_early(images: Dataset) -> None:
    settings = TrainingSettings("auto", iterations=5000, l2=1.0, tolerance=0.01)
    result = catclf.train(images, settings)
    assert 1 < len(result.costs) < 5000
    assert result.record.iterations == len(result.costs) - 1


@pytest.fixture
def bright(course: Dataset) -> Dataset:
    """Images so bright that the cost rises with the lecture's learning rate."""
    return replace(course, images=255 - course.images[:] // 3)


@pytest.mark.real_data
def test_where_the_lectures_learning_rate_is_too_large_it_is_1_over_l(bright: Dataset) -> None:
    steps: list[int] = []
    result = catclf.train(
        bright, on_step=lambda step, *_: steps.append(step), seconds_between_calls=0.0
    )
    assert steps == [*range(51), *range(2001)]  # noticed after 50 steps, then begun again
    safe = catclf.train(bright, TrainingSettings(learning_rate="auto"))
    assert result.record.learning_rate == safe.record.learning_rate
    assert safe.record.learning_rate
    assert result.record.learning_rate_bound == pytest.approx(2 * safe.record.learning_rate)
    assert result.record.replaced_learning_rate
    assert result.costs == safe.costs
    assert safe.record.learning_rate_bound is None


@pytest.mark.real_data
def test_few_steps_that_end_above_the_start_are_made_again(bright: Dataset) -> None:
    result = catclf.train(bright, TrainingSettings(iterations=9))
    assert len(result.costs) == 10
    assert result.costs[-1] < result.costs[0]


@pytest.mark.real_data
def test_a_learning_rate_that_was_given_is_kept(bright: Dataset) -> None:
    result = catclf.train(bright, TrainingSettings(learning_rate=0.005, iterations=60))
    assert len(result.costs) == 61
    assert result.costs[-1] > result.costs[0]
    assert result.record.learning_rate == 0.005
    assert 0 < (result.record.learning_rate_bound or 0) < 0.005
    assert not result.record.replaced_learning_rate


@pytest.mark.real_data
def test_cross_validation_and_penalties_find_a_learning_rate_too(bright: Dataset) -> None:
    settings = TrainingSettings(iterations=60, l2="auto")
    result = catclf.train(bright, settings)
    assert result.record.replaced_learning_rate
    score = catclf.cross_validate(bright, replace(settings, l2=0.0), 2).score()
    assert score.log_loss.mean < 0.75  # above 1 at the lecture's learning rate


@pytest.mark.parametrize("learning_rate", [1e300, 1e200])
def test_a_cost_that_is_no_number_names_the_learning_rate_and_its_bound(
    images: Dataset, learning_rate: float
) -> None:
    settings = TrainingSettings(learning_rate=learning_rate, iterations=25, l2=1.0)
    with pytest.raises(TrainingError, match=r"rate 1.* is too large; rates below 2/L = 0\.00"):
        catclf.train(images, settings)


@pytest.mark.parametrize("red", range(60, 200, 10))
def test_images_that_are_all_alike_leave_the_cost_where_it_was(images: Dataset, red: Any) -> None:
    # Which way the cost is rounded depends on the colour, the loss and the processor.
    same = replace(images, images=np.full_like(images.images, (red, 80, 70)))
    costs = catclf.train(same, TrainingSettings("auto", iterations=50)).costs
    assert costs == pytest.approx([np.log(2)] * 51)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_rate", 0),
        ("learning_rate", -1),
        ("learning_rate", float("nan")),
        ("learning_rate", float("inf")),
        ("learning_rate", "fast"),
        ("l2", -0.1),
        ("tolerance", float("nan")),
        ("iterations", -1),
        ("iterations", 1.5),
        ("seed", -1),
        ("init", "ones"),
        ("loss", "hinge"),
        ("dtype", "float16"),
    ],
)
def test_settings_that_make_no_sense(name: str, value: Any) -> None:
    with pytest.raises(SettingsError, match=name.replace("_", " ")):
        TrainingSettings(**{name: value})


def test_one_class_is_not_enough(data: Path) -> None:
    for path in (data / "train" / "dog").iterdir():
        path.unlink()
    with pytest.raises(DataError, match="only cat images"):
        catclf.train(catclf.load_dataset(data))


def test_progress_is_told(images: Dataset) -> None:
    told = []
    catclf.train(
        images,
        TrainingSettings("auto", iterations=20),
        on_step=lambda *step: told.append(step),
    )
    assert told[0] == (0, pytest.approx(np.log(2)), 0.5)


def test_every_stage_is_told_from_its_first_part_to_its_last(images: Dataset) -> None:
    told: dict[str, list[tuple[int, int]]] = {}
    settings = TrainingSettings(
        features="fourier:patches", l2="auto", solver="lbfgs", iterations=5, standardise=True
    )
    catclf.train(
        images, settings, on_stage=lambda stage, *part: told.setdefault(stage, []).append(part)
    )
    assert list(told) == ["dictionary", "standardising", "features", "penalties"]
    for parts in told.values():
        done, totals = zip(*parts, strict=True)
        assert list(done) == sorted(done)
        assert set(totals) == {done[-1]}
    assert len(told["dictionary"]) == 20


def test_the_model_knows_how_it_was_trained(images: Dataset) -> None:
    record = catclf.train(images, TrainingSettings("auto", iterations=20, l2=0.5)).record
    assert record.class_counts == {"cat": 6, "non-cat": 6}
    assert (record.iterations, record.l2) == (20, 0.5)
    assert record.learning_rate
    assert record.learning_rate < 0.1
