import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

import catclf
from tests.conftest import ROOT
from tools.drawn_images.dataset import Entry, draw_file, entries
from tools.drawn_images.files import CHECKSUMS, drawn_with, read_checksums, write_files

DATA = ROOT / "data"
PARTS = 24  # that pytest-xdist can share


@pytest.fixture(scope="module")
def files() -> Any:
    return sorted(DATA.glob("t*/*/*.jpg"))


@pytest.fixture(scope="module")
def drawn() -> Any:
    return {split: catclf.load_dataset(DATA, split) for split in ("train", "test")}


def test_number_and_size_of_the_images(drawn: Any, files: Any) -> None:
    assert drawn["train"].m >= 300
    assert drawn["test"].m >= 100
    assert sum(path.stat().st_size for path in files) < 4_000_000
    for path in files:
        with Image.open(path) as image:
            assert image.format == "JPEG"
            assert 80 <= min(image.size) <= max(image.size) <= 200


def simple_features(path: Path) -> Any:
    """What must not tell the classes apart: sizes, format, mean colours of image and border."""
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"), float)
    border = np.concatenate([pixels[:4].reshape(-1, 3), pixels[-4:].reshape(-1, 3)])
    return {
        "mean colour": pixels.mean(axis=(0, 1)),
        "border": border.mean(axis=0),
        "size": np.array([*pixels.shape[:2], path.stat().st_size]),
    }


def test_nothing_simple_tells_the_classes_apart(files: Any) -> None:
    features = [simple_features(path) for path in files]
    y = np.array([path.parent.name == "cat" for path in files])
    assert y.mean() == 0.5
    order = np.random.default_rng(0).permutation(len(y))
    for name in features[0]:
        rows = np.stack([feature[name] for feature in features])
        rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
        accuracy = cross_val_score(LogisticRegression(), rows[order], y[order], cv=5).mean()
        assert accuracy < 0.58, name


def test_the_lectures_model_learns_something_but_not_all(drawn: Any) -> None:
    model = catclf.train(drawn["train"]).model
    evaluation = catclf.evaluate(model, drawn["test"])
    low, high = evaluation.metrics.accuracy_interval
    assert low > evaluation.metrics.baseline
    assert high < 0.95
    assert evaluation.trained_on == []


def test_the_files_match_the_checksum_list(files: Any) -> None:
    _, digests = read_checksums(DATA)
    found = {
        path.relative_to(DATA).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
    assert found == digests
    assert list(digests) == sorted(entry.path for entry in entries())


# Two parts show it; all of them are drawn by `make test-slow`.
@pytest.mark.parametrize(
    "part", [0, *(pytest.param(i, marks=pytest.mark.slow) for i in range(1, PARTS))]
)
def test_drawing_again_gives_the_same_images(part: Any) -> None:
    note, _ = read_checksums(DATA)
    for entry in list(entries())[part::PARTS]:
        new, old = draw_file(entry), (DATA / entry.path).read_bytes()
        if drawn_with() == note:
            assert new == old, entry.path
        # Other versions and systems may round differently: numpy 1.26 with Pillow 11 differs by
        # up to 1.9 in the mean.
        assert mean_difference(new, old) < 5, entry.path


def mean_difference(first: Any, second: Any) -> Any:
    """The mean difference of two JPEG files, in steps of 255; they must have one size."""
    with Image.open(io.BytesIO(first)) as one, Image.open(io.BytesIO(second)) as other:
        assert one.size == other.size
        return np.abs(np.asarray(one, int) - np.asarray(other, int)).mean()


def test_drawing_into_a_folder_replaces_what_was_drawn_there_and_nothing_else(
    tmp_path: Path,
) -> None:
    photograph = tmp_path / "train" / "cat" / "mine.jpg"
    photograph.parent.mkdir(parents=True)
    photograph.write_bytes(b"mine")
    first, second = Entry("train", "cat", 1), Entry("test", "non-cat", 2)
    reports = []
    write_files(tmp_path, [first, second], lambda *report: reports.append(report))
    sizes = [(tmp_path / entry.path).stat().st_size for entry in (first, second)]
    assert reports == [(1, sizes[0]), (2, sum(sizes))]
    write_files(tmp_path, [second], lambda *_: None)
    assert not (tmp_path / first.path).exists()
    assert photograph.read_bytes() == b"mine"
    digest = hashlib.sha256((tmp_path / second.path).read_bytes()).hexdigest()
    assert (tmp_path / CHECKSUMS).read_bytes().decode() == (
        f"# {drawn_with()}\n{digest}  {second.path}\n"
    )
