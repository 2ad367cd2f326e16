import io

import numpy as np
import pytest
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

import catclf
from tests.conftest import ROOT
from tools.drawn_images.dataset import KINDS, SPLITS, Entry, draw_file

DATA = ROOT / "data"
FILES = sorted(DATA.glob("t*/*/*.jpg"))


@pytest.fixture(scope="module")
def drawn():
    return {split: catclf.load_dataset(DATA, split) for split in ("train", "test")}


def test_number_and_size_of_the_pictures(drawn):
    assert drawn["train"].m >= 300
    assert drawn["test"].m >= 100
    assert sum(path.stat().st_size for path in FILES) < 4_000_000
    for path in FILES:
        with Image.open(path) as image:
            assert image.format == "JPEG"
            assert 80 <= min(image.size) <= max(image.size) <= 200


def simple_features(path):
    """What must not tell the classes apart: sizes, format, mean colours of picture and border."""
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"), float)
    border = np.concatenate([pixels[:4].reshape(-1, 3), pixels[-4:].reshape(-1, 3)])
    return {
        "mean colour": pixels.mean(axis=(0, 1)),
        "border": border.mean(axis=0),
        "size": np.array([*pixels.shape[:2], path.stat().st_size]),
    }


def test_neither_class_is_told_by_anything_simple():
    features = [simple_features(path) for path in FILES]
    y = np.array([path.parent.name == "cat" for path in FILES])
    assert y.mean() == 0.5
    order = np.random.default_rng(0).permutation(len(y))
    for name in features[0]:
        rows = np.stack([feature[name] for feature in features])
        rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
        accuracy = cross_val_score(LogisticRegression(), rows[order], y[order], cv=5).mean()
        assert accuracy < 0.58, name


def test_the_lectures_model_learns_something_but_not_all(drawn):
    model = catclf.train(drawn["train"]).model
    evaluation = catclf.evaluate(model, drawn["test"])
    low, high = evaluation.metrics.accuracy_interval
    assert low > evaluation.metrics.baseline
    assert high < 0.95
    assert evaluation.trained_on == []


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("label", KINDS)
@pytest.mark.parametrize("number", [1, 5])
def test_drawing_again_gives_the_same_images(split, label, number):
    entry = Entry(split, label, number)
    with Image.open(io.BytesIO(draw_file(entry))) as new, Image.open(DATA / entry.path) as old:
        difference = np.abs(np.asarray(new, int) - np.asarray(old, int))
    # Other versions of Pillow may round a little differently.
    assert difference.mean() < 2
