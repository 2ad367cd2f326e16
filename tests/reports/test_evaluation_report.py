import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import catclf
from catclf.datasets.dataset import Dataset
from catclf.evaluation.doubtful import Doubtful
from catclf.evaluation.evaluate import Evaluation
from catclf.model import Model
from catclf.reports.evaluation_report import write_evaluation_report
from tests.conftest import write_images
from tests.encoders.fake import FakeEncoder
from tests.reports.test_markup import HOSTILE, Reader


@pytest.fixture
def model(model_path: Path) -> Model:
    return catclf.load_model(model_path)


def report(model: Model, dataset: Dataset, path: Path, **options: Any) -> str:
    evaluation = catclf.evaluate(model, dataset)
    write_evaluation_report(path, model, evaluation, dataset, name="a.npz", **options)
    return path.read_text(encoding="utf-8")


def text_of(page: str) -> str:
    return Reader(page).text


def test_the_page_has_every_section(model: Model, data: Path, tmp_path: Path) -> None:
    (mistake,) = write_images(data / "test" / "cat", 1, red=20, start=300)
    page = report(model, catclf.load_dataset(data, "test"), tmp_path / "a.html")
    titles = re.findall(r"<h2[^>]*>([^<]*)</h2>", page)
    assert titles == ["Score", "Curves", "Mistakes", "Leaks", "Recipe", "Model card"]
    text = text_of(page)
    assert "a.npz on" in text
    assert "88.9 % accuracy" in text
    assert "95 % interval 56.5 % to 98.0 %. Majority baseline 55.6 % (always" in text
    assert page.count('role="img"') == 5  # four charts and the line of the score
    assert str(mistake) in text
    assert "cat, predicted non-cat: probability of cat 0.0" in text
    assert page.count("<img ") == 2  # the mistake, and what the model looked at
    assert "The model that was scored was trained on none of these images." in text


def test_nothing_is_asked_of_the_network_and_every_id_is_there_once(
    model: Model, data: Path, tmp_path: Path
) -> None:
    write_images(data / "test" / "cat", 3, red=20, start=300)
    page = report(model, catclf.load_dataset(data, "test"), tmp_path / "a.html")
    links = re.findall(r'\b(?:src|href|action|data|poster)="([^"]*)"', page)
    assert links
    assert all(link.startswith(("#", "data:")) for link in links)
    assert not re.search(r"https?:|url\(|@import", page)
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(set(ids)) == len(ids)
    named = [key for keys in re.findall(r'labelledby="([^"]*)"', page) for key in keys.split()]
    assert set(named) <= set(ids)
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert all(re.findall(r"<img [^>]*alt=\"[^\"]+\"", page))


def test_images_that_were_trained_on_give_a_warning_and_no_headline(
    model: Model, data: Path, tmp_path: Path
) -> None:
    dataset = catclf.load_dataset(data, "train")
    text = text_of(report(model, dataset, tmp_path / "a.html"))
    assert "Warning: All 12 images were used for training: what follows is not a score." in text
    assert "Training accuracy" in text
    assert "95 % interval 7" not in text
    assert "Majority baseline" not in text
    assert dataset.names[0] in text
    copied = data / "test" / "cat" / "a copy.png"
    copied.write_bytes(Path(dataset.names[0]).read_bytes())
    text = text_of(report(model, catclf.load_dataset(data, "test"), tmp_path / "a.html"))
    assert "Warning: 1 of these 9 images was used for training: the score is optimistic." in text
    assert "Majority baseline" in text
    assert str(copied) in text


def test_doubtful_labels_and_near_duplicates_are_shown(
    model: Model, data: Path, tmp_path: Path
) -> None:
    dataset = catclf.load_dataset(data, "test")
    page = report(
        model,
        dataset,
        tmp_path / "a.html",
        doubtful=[Doubtful(dataset.names[0], "cat", 0.125), Doubtful(dataset.names[1], "cat", 0.2)],
        near_duplicates=[(dataset.names[1], "original.jpg")],
    )
    text = text_of(page)
    assert "2 labels that models contradict" in text
    assert "cat: probability 0.1250" in text
    assert page.count("<img ") == 2
    assert "1 image looks like a training image" in text
    assert "original.jpg" in text
    assert "Doubtful" not in report(model, dataset, tmp_path / "a.html")
    assert "Doubtful labelsNone." in text_of(
        report(model, dataset, tmp_path / "a.html", doubtful=[])
    )


def test_unreadable_files_are_named(model: Model, data: Path, tmp_path: Path) -> None:
    (data / "test" / "cat" / "bad.jpg").write_text("no image")
    dataset = catclf.load_dataset(data, "test", skip_bad=True)
    text = text_of(report(model, dataset, tmp_path / "a.html"))
    assert "bad.jpgunsupported or damaged image" in text


def test_hostile_names_do_nothing(model: Model, data: Path, tmp_path: Path) -> None:
    write_images(data / "test" / "cat", len(HOSTILE), red=20, start=300)
    dataset = catclf.load_dataset(data, "test")
    plain = Reader(report(model, dataset, tmp_path / "a.html"))
    wrong = iter(HOSTILE)
    names = [next(wrong) if "cat-3" in name else name for name in dataset.names]
    hostile = replace(dataset, names=names, where=HOSTILE[0], has_files=False)
    page = report(
        replace(model, positive=HOSTILE[1]),
        hostile,
        tmp_path / "a.html",
        doubtful=[Doubtful(name, name, 0.1) for name in HOSTILE],
        near_duplicates=[(name, name) for name in HOSTILE],
    )
    reader = Reader(page)
    assert set(reader.tags) - set(plain.tags) == set()
    assert set(reader.attributes) <= set(plain.attributes)
    for name in HOSTILE:
        if name.isprintable():
            assert name in reader.text
    assert "\u202e" not in page
    assert "\\u202egpj.exe" in page
    assert "<script" not in page


def test_the_same_input_gives_the_same_bytes(model: Model, data: Path, tmp_path: Path) -> None:
    write_images(data / "test" / "cat", 3, red=20, start=300)
    first = report(model, catclf.load_dataset(data, "test"), tmp_path / "a.html")
    assert report(model, catclf.load_dataset(data, "test"), tmp_path / "b.html") == first


def many_mistakes(model: Model, dataset: Dataset, m: int) -> tuple[Evaluation, Dataset]:
    """An evaluation of m noisy images, all misclassified."""
    rng = np.random.default_rng(1)
    Y = np.arange(m) % 2
    images = np.where(Y[:, None, None, None], 0, 100) + rng.integers(0, 156, (m, 64, 64, 3))
    many = replace(
        dataset,
        images=images.astype(np.uint8),
        labels=Y.astype(np.uint8),
        names=[f"{'a long folder/' * 5}{i}.jpg" for i in range(m)],
        has_files=False,
    )
    evaluation = catclf.evaluate(model, many)
    return evaluation, many


def test_a_thousand_mistakes_give_a_page_under_10_megabytes(
    model: Model, data: Path, tmp_path: Path
) -> None:
    evaluation, many = many_mistakes(model, catclf.load_dataset(data, "test"), 1000)
    assert len(evaluation.mistakes) > 400
    done = []
    path = tmp_path / "a.html"
    write_evaluation_report(
        path,
        model,
        evaluation,
        many,
        name="a.npz",
        doubtful=[Doubtful(name, "cat", 0.1) for name in many.names],
        progress=lambda i, total: done.append((i, total)),
    )
    assert path.stat().st_size < 10e6
    page = path.read_text(encoding="utf-8")
    assert done[-1] == (120, 120)
    assert page.count("<img ") == 24 + 120 + 60
    assert f"{len(evaluation.mistakes) - 120} more, by name" in page


@pytest.mark.parametrize("kind", ["map", "pooled"])
def test_an_encoder_sees_the_file_of_a_mistake_again(data: Path, tmp_path: Path, kind: str) -> None:
    encoder = FakeEncoder(kind=kind)
    train, test = (catclf.load_dataset(data, s, encoder=encoder) for s in ("train", "test"))
    settings = catclf.TrainingSettings(features="encoder", learning_rate="auto", iterations=20)
    model = catclf.train(train, settings).model
    wrong = replace(test, labels=1 - test.labels)  # fewer than are explained
    assert (
        report(model, wrong, tmp_path / "a.html").count("<img ") == {"map": 16, "pooled": 14}[kind]
    )
    packed = replace(wrong, has_files=False)
    assert report(model, packed, tmp_path / "a.html").count("<img ") == 8
    Path(test.names[0]).unlink()
    page = report(model, wrong, tmp_path / "a.html")
    assert page.count("<img ") == {"map": 15, "pooled": 13}[kind]


def test_without_mistakes_and_without_a_record(model: Model, data: Path, tmp_path: Path) -> None:
    page = report(
        replace(model, training={}), catclf.load_dataset(data, "test"), tmp_path / "a.html"
    )
    assert "MistakesNone." in text_of(page)
    assert "Recipe" not in page
    assert "Not recorded." in page


def test_a_threshold_that_nothing_reaches(model: Model, data: Path, tmp_path: Path) -> None:
    dataset = catclf.load_dataset(data, "test")
    evaluation = catclf.evaluate(model, dataset, 1.0)
    write_evaluation_report(tmp_path / "a.html", model, evaluation, dataset, name="a.npz")
    text = text_of((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert "nothing is classified as positive" in text
    assert "undefined" in text
