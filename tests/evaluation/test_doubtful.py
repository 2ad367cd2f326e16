import csv
import json
from dataclasses import replace
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import catclf
from catclf.datasets.dataset import Dataset
from catclf.evaluation.doubtful import doubtful_labels
from catclf.images.preprocessing import Preprocessing
from tests.conftest import Runner, write_images


def labelled(labels: list[int]) -> Dataset:
    images = np.zeros((len(labels), 64, 64, 3), np.uint8)
    names = [str(i) for i in range(len(labels))]
    return Dataset(images, np.array(labels, np.uint8), names, "cat", "here", Preprocessing())


EXAMPLES = st.lists(st.tuples(st.integers(0, 1), st.floats(-30, 30)), min_size=2, max_size=40)


@given(EXAMPLES.filter(lambda examples: len({label for label, _ in examples}) == 2))
def test_it_is_the_confident_joint(examples: list[tuple[int, float]]) -> None:
    """By the definition of Northcutt, Jiang and Chuang, example by example."""
    labels, z = zip(*examples, strict=True)
    p = [(1 / (1 + exp(value)), 1 / (1 + exp(-value))) for value in z]
    mean = [np.mean([p[i][c] for i in range(len(z)) if labels[i] == c]) for c in (0, 1)]
    near = 1e-9
    surely, perhaps = set(), set()
    for i, label in enumerate(labels):
        other = p[i][1 - label]
        if other > 0.5 + near and other >= mean[1 - label] + near:
            surely.add(i)
        if other >= 0.5 - near and other >= mean[1 - label] - near:
            perhaps.add(i)
    found = doubtful_labels(labelled(list(labels)), np.array([z]))
    assert surely <= {int(label.name) for label in found} <= perhaps
    assert [label.probability for label in found] == sorted(label.probability for label in found)
    for label in found:
        i = int(label.name)
        assert label.label == ("non-cat", "cat")[labels[i]]
        assert label.probability == pytest.approx(p[i][labels[i]], abs=1e-12)


@pytest.fixture
def mislabelled(tmp_path: Path) -> Path:
    data = tmp_path / "pets"
    write_images(data / "cat", 15, red=190)
    write_images(data / "dog", 15, red=80)
    wrong = write_images(tmp_path / "dog", 16, red=80, start=15)[-1]
    wrong.rename(data / "cat" / "wrong.png")
    return data


def test_train_lists_them(catclf_run: Runner, mislabelled: Path, tmp_path: Path) -> None:
    arguments = ("train", mislabelled, "-o", tmp_path / "m.npz", "--solver", "lbfgs", "--l2", 0.1)
    table = tmp_path / "doubtful.csv"
    out = catclf_run(*arguments, "--cv", 4, "--doubtful", table).out
    assert f"1 doubtful label of 31, in {table}" in out
    (row,) = csv.DictReader(table.read_text().splitlines())
    assert (Path(row["path"]).name, row["label"]) == ("wrong.png", "cat")
    assert 0 < float(row["probability"]) < 0.5
    json.loads(catclf_run(*arguments, "--cv", 4, "--doubtful", table, "--json").out)
    error = catclf_run(*arguments, "--doubtful", table, status=2).err
    assert "--doubtful needs --cv" in error


def test_check_lists_them(catclf_run: Runner, mislabelled: Path) -> None:
    out = catclf_run("check", mislabelled, "--labels", "--recipe", "lecture").out
    lines = out.splitlines()
    assert lines[-2] == "1 doubtful label, most doubtful first"
    assert lines[-1].startswith("  cat (probability 0.")
    assert lines[-1].endswith("wrong.png")
    document = json.loads(
        catclf_run("check", mislabelled, "--labels", "--recipe", "lecture", "--json").out
    )
    assert [Path(label["name"]).name for label in document["doubtful"]] == ["wrong.png"]
    assert "doubtful" not in json.loads(catclf_run("check", mislabelled, "--json").out)
    assert "is for --labels" in catclf_run("check", mislabelled, "--recipe", "best", status=2).err


def test_cross_validation_judges_at_the_thresholds_of_its_models(data: Path) -> None:
    settings: Any = catclf.TrainingSettings(learning_rate="auto", iterations=20, threshold=1.0)
    images = catclf.load_dataset(data)
    result = catclf.cross_validate(images, settings, 3)
    assert result.together.accuracy == 0.5  # all are negative
    assert catclf.cross_validate(images, replace(settings, threshold=0.5), 3).together.accuracy == 1
