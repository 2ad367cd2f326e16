import json
from itertools import product
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, multinomial

import catclf
from catclf.evaluation.comparison import compare, mcnemar, paired_interval
from tests.conftest import Runner, write_images


@given(st.integers(0, 400), st.integers(0, 400))
def test_mcnemars_test_is_the_binomial_test(a: int, b: int) -> None:
    expected = binomtest(a, a + b).pvalue if a + b else 1.0
    assert mcnemar(a, b) == pytest.approx(expected, rel=1e-9)


def test_mcnemars_test_of_many_images() -> None:
    exact = 2 * sum(comb(3000, k) for k in range(1401)) / 2**3000
    assert mcnemar(1400, 1600) == pytest.approx(float(exact), rel=1e-8)


def test_the_interval_equals_a_published_one() -> None:
    # Newcombe (1998), method 10
    assert paired_interval(36, 12, 2, 0) == pytest.approx((0.0569, 0.3404), abs=5e-5)


@pytest.mark.parametrize("shares", [(0.5, 0.2, 0.1, 0.2), (0.8, 0.1, 0.05, 0.05)])
def test_the_interval_covers_the_true_difference(shares: tuple[float, ...]) -> None:
    n, truth, covered = 24, shares[1] - shares[2], 0.0
    for both, this, other in product(range(n + 1), repeat=3):
        if (neither := n - both - this - other) >= 0:
            low, high = paired_interval(both, this, other, neither)
            if low <= truth <= high:
                covered += multinomial.pmf((both, this, other, neither), n, shares)
    assert 0.93 < covered < 0.995


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_comparing_is_symmetric(right: list[tuple[bool, bool]]) -> None:
    first, second = np.array(right).T
    one, other = compare(first, second), compare(second, first)
    assert one.difference == pytest.approx(second.mean() - first.mean())
    assert one.difference == pytest.approx(-other.difference)
    assert one.interval == pytest.approx((-other.interval[1], -other.interval[0]))
    assert one.interval[0] - 1e-12 <= one.difference <= one.interval[1] + 1e-12
    assert one.p_value == other.p_value


@pytest.fixture
def models(data: Path, tmp_path: Path) -> list[Path]:
    """One that tells reddish from others, and two that hardly can."""
    paths = []
    for name, iterations in (("good", 60), ("poor", 1), ("same", 1)):
        settings = catclf.TrainingSettings(
            learning_rate="auto", iterations=iterations, features="hog" if name != "good" else
            "pixels",
        )  # fmt: skip
        paths.append(tmp_path / f"{name}.npz")
        catclf.save_model(catclf.train(catclf.load_dataset(data), settings).model, paths[-1])
    write_images(data / "test" / "cat", 20, red=190, start=300)
    write_images(data / "test" / "dog", 20, red=80, start=300)
    return paths


def test_models_side_by_side(catclf_run: Runner, data: Path, models: list[Path]) -> None:
    good, poor, same = models
    arguments = ("evaluate", data, "-m", poor, "-m", good, "-m", same)
    out = catclf_run(*arguments).out
    assert out.startswith(f"{data} (test split): 48 images, baseline 50.0 % (always 'cat')")
    assert f"{good} against {poor}: +" in out
    assert f"  {good} is better" in out
    assert f"  only {same} is right: 0; only {poor}: 0; McNemar's exact test: p = 1" in out
    assert "These images do not show that either is better" in out
    assert "corrected for the number of models (Holm)" in out
    document = json.loads(catclf_run(*arguments, "--json").out)
    assert [entry["model"] for entry in document["models"]] == [str(poor), str(good), str(same)]
    better, equal = document["comparisons"]
    assert better["with"] == str(poor)
    accuracies = [entry["accuracy"] for entry in document["models"]]
    assert better["difference"] == pytest.approx(accuracies[1] - accuracies[0])
    single = mcnemar(better["only_first"], better["only_second"])
    assert better["p_value"] == pytest.approx(2 * single)  # Holm's correction for two
    assert equal["p_value"] == 1


def test_models_that_see_images_differently(
    catclf_run: Runner, data: Path, models: list[Path], tmp_path: Path
) -> None:
    catclf_run("train", data, "-o", tmp_path / "crop.npz", "--resize", "crop", "--iterations", 3)
    (data / "test" / "cat" / "bad.jpg").write_text("no image")
    arguments = ("evaluate", data, "-m", models[0], "-m", tmp_path / "crop.npz")
    result = catclf_run(*arguments, status=1)
    assert result.err.count("bad.jpg") == 1
    assert "48 images" in result.out
    assert "Skipped 1 unreadable file" in result.out
    catclf_run(*arguments, "--skip-bad")


def test_what_cannot_be_compared(
    catclf_run: Runner, data: Path, models: list[Path], tmp_path: Path
) -> None:
    catclf_run("train", data, "-o", tmp_path / "dog.npz", "--positive", "dog", "--iterations", 3)
    arguments = ("evaluate", data, "-m", models[0], "-m", tmp_path / "dog.npz")
    assert "recognise different classes, cat and dog" in catclf_run(*arguments, status=1).err
    two = ("evaluate", data, "-m", models[0], "-m", models[1])
    assert "are for one model" in catclf_run(*two, "--mistakes", status=2).err
