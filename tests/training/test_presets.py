"""Training beyond the lecture's: features, mirror images, chosen penalties, calibration, folds."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import catclf
from catclf import Target, TrainingSettings
from catclf.datasets.dataset import Dataset
from catclf.datasets.folds import stratified_folds
from catclf.errors import CheckpointError, DataError, SettingsError, TrainingError
from catclf.evaluation.cross_validation import cross_validate
from catclf.features.pixels import Pixels
from catclf.images.preprocessing import mirrored
from catclf.logistic import sigmoid
from catclf.training.settings import PRESETS
from catclf.training.train import TrainingResult
from tests.conftest import shared, write_images

BEST = PRESETS["best"]


@pytest.fixture(scope="module")
def course() -> Any:
    return catclf.load_dataset(shared("catvnoncat"), "train")


@pytest.fixture(scope="module")
def best(course: Dataset) -> Any:
    return catclf.train(course, BEST)


@pytest.fixture
def images(data: Path) -> Any:
    return catclf.load_dataset(data)


def test_the_lecture_is_the_default() -> None:
    assert PRESETS["lecture"] == TrainingSettings()


def test_a_checkpoint_of_other_features_is_refused(images: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "run.ckpt"
    catclf.train(images, TrainingSettings(iterations=3, learning_rate="auto"), checkpoint=path)
    settings = TrainingSettings(iterations=3, learning_rate="auto", flip=True)
    with pytest.raises(CheckpointError):
        catclf.train(images, settings, resume=path)


@pytest.mark.real_data
def test_the_best_preset_recognises_cats(best: TrainingResult) -> None:
    test = catclf.load_dataset(shared("catvnoncat"), "test")
    metrics = catclf.evaluate(best.model, test).metrics
    assert metrics.accuracy >= 0.88  # of 50 images; the mean over seeds is in docs/accuracy.md
    assert metrics.roc_auc
    assert metrics.roc_auc >= 0.95
    assert best.converged


@pytest.mark.real_data
def test_the_best_model_is_small_and_comes_back_from_its_file(
    best: TrainingResult, tmp_path: Path
) -> None:
    path = tmp_path / "m.npz"
    catclf.save_model(best.model, path)
    assert path.stat().st_size < 1e6
    test = catclf.load_dataset(shared("catvnoncat"), "test")
    loaded = catclf.load_model(path)
    assert loaded.flip
    assert loaded.logits(test.images).tobytes() == best.model.logits(test.images).tobytes()


def test_the_best_preset_gives_the_same_bytes_again(images: Dataset) -> None:
    one, two = (catclf.train(images, BEST).model for _ in range(2))
    assert one.w.tobytes() == two.w.tobytes()
    assert one.b == two.b


@pytest.mark.real_data
def test_mirror_images_get_the_same_probability(best: TrainingResult, course: Dataset) -> None:
    np.testing.assert_allclose(
        best.model.probabilities(mirrored(course.images[:20])),
        best.model.probabilities(course.images[:20]),
        rtol=1e-4,
    )


@pytest.mark.real_data
@pytest.mark.parametrize("features", ["pixels", "hog"])
def test_standardised_features_lead_to_scikit_learns_optimum(
    course: Dataset, features: str
) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    settings = TrainingSettings(
        solver="lbfgs", l2=0.5, features=features, standardise=True, flip=True, tolerance=1e-7
    )
    model = catclf.train(course, settings).model
    both = np.concatenate([course.images[:], mirrored(course.images[:])])
    rows = model.features.columns(both).T
    deviations = rows.std(axis=0)
    rows = (rows - rows.mean(axis=0)) / np.where(deviations > 1e-12, deviations, 1)
    y = np.tile(course.labels, 2)
    peer = linear_model.LogisticRegression(C=1 / (0.5 * len(y)), tol=1e-8, max_iter=1000)
    peer.fit(rows, y)
    z = peer.decision_function(rows).reshape(2, -1).mean(axis=0)
    np.testing.assert_allclose(model.logits(course.images)[0], z, atol=1e-4)


@pytest.mark.real_data
def test_balanced_classes_lead_to_scikit_learns_optimum(course: Dataset) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    settings = TrainingSettings(solver="lbfgs", l2=0.1, class_weight="balanced", tolerance=1e-8)
    model = catclf.train(course, settings).model
    rows = Pixels().columns(course.images[:]).T
    peer = linear_model.LogisticRegression(
        C=1 / (0.1 * course.m), tol=1e-9, max_iter=2000, class_weight="balanced"
    ).fit(rows, course.labels)
    np.testing.assert_allclose(model.w[:, 0], peer.coef_[0], atol=1e-5)
    assert model.b == pytest.approx(peer.intercept_[0], abs=1e-3)


@pytest.mark.real_data
@pytest.mark.slow
def test_span_and_blocks_lead_to_the_same_model(course: Dataset) -> None:
    settings = replace(BEST, l2=3.0, tolerance=1e-6, calibrate=False)
    few = catclf.train(course, settings).model
    # Random weights lie outside the span.
    many = catclf.train(course, replace(settings, init="random")).model
    np.testing.assert_allclose(many.logits(course.images), few.logits(course.images), atol=2e-3)


@pytest.mark.real_data
def test_a_chosen_penalty_is_better_than_extremes(course: Dataset) -> Any:
    settings = replace(BEST, features="hog", calibrate=False)

    def held_out_log_loss(l2: Any) -> Any:
        return cross_validate(course, replace(settings, l2=l2), 3).together.log_loss

    chosen = held_out_log_loss("auto")
    assert chosen < held_out_log_loss(1000.0)
    assert chosen < held_out_log_loss(0.001)


@pytest.mark.real_data
def test_calibrated_probabilities_mean_what_they_say(course: Dataset) -> None:
    settings = replace(BEST, features="hog", l2=0.003)  # far too bold without calibration
    calibrated = cross_validate(course, settings, 5).together
    bold = cross_validate(course, replace(settings, calibrate=False), 5).together
    assert calibrated.log_loss < bold.log_loss
    assert calibrated.calibration_error < bold.calibration_error


def test_cross_validation_is_that_of_models_trained_without_the_fold(images: Dataset) -> None:
    settings = TrainingSettings(learning_rate="auto", iterations=20)
    result = cross_validate(images, settings, 3)
    folds = stratified_folds(images.labels, images.groups, 3, 0)
    model = catclf.train(images.subset(folds != 1), settings).model
    np.testing.assert_array_equal(
        result.Z[0, folds == 1], model.logits(images.images[folds == 1])[0]
    )
    mean, deviation = result.spread("accuracy")
    assert mean == pytest.approx(np.mean([fold.accuracy for fold in result.folds]))
    assert deviation == pytest.approx(np.std([fold.accuracy for fold in result.folds], ddof=1))


@pytest.mark.real_data
@pytest.mark.slow
def test_a_label_that_means_nothing_is_not_learned(course: Dataset) -> None:
    """Nothing of a fold reaches the model that is scored on it: random labels score as a coin."""
    rng = np.random.default_rng(3)
    shuffled = replace(course, labels=rng.integers(0, 2, course.m).astype(np.uint8))
    metrics = cross_validate(shuffled, BEST, 5).together
    assert metrics.roc_auc == pytest.approx(0.5, abs=0.12)
    assert metrics.log_loss < 0.75


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("precision", 0.95),
        pytest.param("recall", 0.99, marks=pytest.mark.slow),
        pytest.param("recall", 0.5, marks=pytest.mark.slow),
    ],
)
def test_a_target_sets_the_threshold(course: Dataset, metric: str, value: float) -> None:
    settings = replace(BEST, threshold=Target(metric, value))
    model = catclf.train(course, settings).model
    assert model.threshold != 0.5
    metrics = catclf.evaluate(model, course).metrics  # of training images: it must be reached
    assert getattr(metrics, metric) >= value - 0.02
    assert model.training["threshold"] == f"{metric}={value}"


@pytest.mark.parametrize("solver", ["gd", "lbfgs"])
@pytest.mark.parametrize("features", ["pixels", "hog"])
def test_choices_on_held_out_images_work_with_every_solver(
    images: Dataset, solver: str, features: str
) -> None:
    settings = TrainingSettings(
        solver=solver, features=features, l2="auto", learning_rate="auto", calibrate=True,
        flip=True, iterations=30, dtype="float32",
    )  # fmt: skip
    result = catclf.train(images, settings)
    assert result.record.l2 > 0
    assert np.isfinite(result.model.w).all()
    assert sigmoid(result.model.logits(images.images)).shape == (1, 12)


@pytest.mark.parametrize(
    "settings", [replace(BEST, features="hog"), TrainingSettings(learning_rate="auto", l2="auto",
                 iterations=20)]
)  # fmt: skip
def test_images_that_stay_in_their_file_are_trained_on_alike(
    data: Path, images: Dataset, tmp_path: Path, settings: Any
) -> None:
    catclf.pack(catclf.open_source(data), tmp_path / "packed.h5")
    stored = catclf.load_dataset(tmp_path / "packed.h5", memory_limit=0)
    assert not isinstance(stored.images, np.ndarray)
    one, two = (catclf.train(dataset, settings).model for dataset in (stored, images))
    np.testing.assert_allclose(
        one.logits(images.images), two.logits(images.images), rtol=1e-3, atol=1e-3
    )
    assert cross_validate(stored, settings, 2).Z.shape == (1, 12)


def test_a_penalty_under_which_descent_diverges_is_no_trap(images: Dataset) -> None:
    settings = TrainingSettings(learning_rate=1.0, iterations=300, l2="auto", features="hog")
    with pytest.raises(TrainingError, match="the learning rate 1 is too large"):
        catclf.train(images, replace(settings, standardise=True))


@pytest.mark.parametrize("features", ["pixels", "patches+hog"])
def test_images_that_are_all_alike(tmp_path: Path, features: str) -> None:
    for name, red in (("cat", 7), ("dog", 7)):
        folder = tmp_path / name
        folder.mkdir()
        for i in range(4):
            Image.new("RGB", (20, 20), (red, 9, 9)).save(folder / f"{i}.png")
    dataset = catclf.load_dataset(tmp_path)
    settings = replace(BEST, features=features, l2=1.0, calibrate=False)
    model = catclf.train(dataset, settings).model
    assert model.probabilities(dataset.images) == pytest.approx(0.5, abs=1e-3)
    with pytest.raises(DataError, match="one image of a class"):
        catclf.train(dataset, replace(settings, l2="auto"))


def test_one_image_of_a_class(tmp_path: Path) -> None:
    write_images(tmp_path / "cat", 1, red=200)
    write_images(tmp_path / "dog", 5, red=50)
    dataset = catclf.load_dataset(tmp_path)
    with pytest.raises(DataError, match=r"only one image of a class.*add images"):
        catclf.train(dataset, BEST)
    with pytest.raises(DataError, match="2 folds need at least 2 different images"):
        cross_validate(dataset, TrainingSettings(), 2)


@pytest.mark.parametrize(
    "change", [{"features": "magic"}, {"features": "hog+hog"}, {"features": ""}, {"threshold": 2},
               {"class_weight": "heavy"}, {"l2": -1}]
)  # fmt: skip
def test_settings_that_make_no_sense(change: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        TrainingSettings(**change)


def test_training_with_features_goes_on_from_a_checkpoint(images: Dataset, tmp_path: Path) -> None:
    settings = replace(BEST, tolerance=1e-9)
    whole = catclf.train(images, settings).model
    path = tmp_path / "run.ckpt"
    stopped = []

    def stop(*_: Any) -> None:
        stopped.append(1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        catclf.train(images, settings, on_step=stop, checkpoint=path)
    resumed = catclf.train(images, settings, resume=path).model
    assert resumed.w.tobytes() == whole.w.tobytes()
    assert resumed.b == whole.b
