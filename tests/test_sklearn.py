"""The estimator is one of scikit-learn's, and trains what catclf trains."""

import sys
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.calibration import CalibratedClassifierCV, CalibrationDisplay
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import catclf
from catclf.errors import ExportError
from catclf.export.to_sklearn import to_sklearn
from catclf.sklearn import CatClassifier
from tests.conftest import ROOT
from tests.encoders.fake import FakeEncoder
from tests.export.models import model_of


def expected_failures(_: object) -> dict[str, str]:
    return {
        "check_class_weight_classifiers": "a weight for each class is not supported, only balance"
    }


@parametrize_with_checks(  # type: ignore[untyped-decorator, unused-ignore]
    [CatClassifier(), CatClassifier(solver="lbfgs", l2=0.1)],
    expected_failed_checks=expected_failures,
)
def test_scikit_learns_own_checks(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.fixture(scope="module")
def drawn() -> Any:
    train, test = (catclf.load_dataset(ROOT / "data", split) for split in ("train", "test"))
    return train, test


@pytest.mark.parametrize(
    "settings",
    [
        {"solver": "lbfgs", "l2": 0.05},
        {"solver": "lbfgs", "l2": 0.05, "flip": True},
        {"features": "hog", "solver": "lbfgs", "l2": 0.05},
        {"features": "hog", "solver": "lbfgs", "l2": "auto", "calibrate": True},
        {"iterations": 50, "learning_rate": 0.001, "class_weight": "balanced"},
    ],
)
def test_it_trains_what_catclf_trains(drawn: Any, settings: dict[str, Any]) -> None:
    train, test = drawn
    result = catclf.train(train, catclf.TrainingSettings(**settings))
    labels = np.array(["dog", "a cat"])[train.labels]  # sorted, the cat comes first
    estimator = CatClassifier(**settings).fit(train.images[:], train.labels)
    Z = result.model.logits(test.images)[0]
    np.testing.assert_allclose(estimator.decision_function(test.images[:]), Z, atol=1e-3)
    rows = test.images[:].reshape(test.m, -1)
    np.testing.assert_allclose(estimator.predict_proba(rows)[:, 1], 1 / (1 + np.exp(-Z)), atol=1e-3)
    named = CatClassifier(**settings).fit(train.images[:], labels)
    assert named.classes_.tolist() == ["a cat", "dog"]
    assert named.score(rows, np.array(["dog", "a cat"])[test.labels]) > 0.5


def test_pipelines_searches_and_calibration(drawn: Any) -> None:
    train, _ = drawn
    X, y = train.images[:].reshape(train.m, -1)[::4], train.labels[::4]
    search = GridSearchCV(CatClassifier(features="hog", solver="lbfgs"), {"l2": [0.01, 1.0]}, cv=3)
    assert search.fit(X, y).best_params_["l2"] in (0.01, 1.0)
    assert cross_val_score(CatClassifier(solver="lbfgs", l2=0.1), X, y, cv=3).mean() > 0.5
    small = X[:, :300].astype(float)
    assert make_pipeline(StandardScaler(), CatClassifier()).fit(small, y).score(small, y) > 0.6
    display = CalibrationDisplay.from_estimator(
        search.best_estimator_, X, y, ax=Figure().subplots()
    )
    assert len(display.prob_true)
    calibrated = CalibratedClassifierCV(CatClassifier(solver="lbfgs", l2=0.1), cv=3).fit(X, y)
    assert calibrated.predict_proba(X).shape == (len(X), 2)


def test_cleanlab_takes_it(drawn: Any) -> None:
    classification = pytest.importorskip("cleanlab.classification")
    train, _ = drawn
    X, y = train.images[:].reshape(train.m, -1)[::4], train.labels[::4]
    learning = classification.CleanLearning(CatClassifier(solver="lbfgs", l2=0.1), cv_n_folds=3)
    assert len(learning.find_label_issues(X, y)) == len(y)


def test_nothing_remains_of_an_earlier_fit(drawn: Any) -> None:
    train, _ = drawn
    X, y = train.images[:].reshape(train.m, -1)[::4], train.labels[::4]
    estimator = CatClassifier(solver="lbfgs", l2=0.1).fit(X, y)
    estimator.set_params(features="hog").fit(X, y)
    expected = CatClassifier(features="hog", solver="lbfgs", l2=0.1).fit(X, y)
    np.testing.assert_allclose(estimator.decision_function(X), expected.decision_function(X))
    assert not hasattr(estimator, "coef_")


def test_plain_rows_are_fitted_as_by_logistic_regression() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 5))
    y = X[:, 0] + 0.5 * rng.standard_normal(200) > 0
    ours = CatClassifier(solver="lbfgs", l2=0.05).fit(X, y)
    theirs = LogisticRegression(C=1 / (0.05 * len(X)), tol=1e-8).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-3)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, atol=1e-3)


def test_an_encoder_takes_images_of_its_side() -> None:
    encoder = FakeEncoder(32)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 32, 32, 3), np.uint8)
    y = (images.mean(axis=(1, 2, 3)) > 127).astype(int)
    settings: dict[str, Any] = {"recipe": "transfer", "l2": 0.1, "calibrate": False}
    estimator = CatClassifier(**settings, encoder=encoder).fit(images, y)
    assert estimator.predict(images).shape == (40,)
    with pytest.raises(ValueError, match=r"rows of 3072 numbers are needed, images of 32 × 32"):
        CatClassifier(**settings, encoder=encoder).fit(np.zeros((40, 12288)), y)


@pytest.mark.parametrize(
    ("settings", "X", "message"),
    [
        ({"recipe": "nope"}, np.zeros((4, 5)), "recipe must be one of lecture, best, transfer"),
        ({"l2": -1}, np.zeros((4, 5)), "l2|penalty"),
        ({"recipe": "best"}, np.zeros((4, 5)), "rows of 12288 numbers are needed"),
        ({"features": "hog"}, np.full((4, 12288), 0.5), "whole numbers from 0 to 255"),
    ],
)
def test_errors_say_what_is_wrong(settings: dict[str, Any], X: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CatClassifier(**settings).fit(X, [0, 1, 0, 1])


@pytest.mark.parametrize("flip", [False, True])
def test_a_model_of_pixels_becomes_a_pipeline(drawn: Any, flip: bool) -> None:
    _, test = drawn
    model = model_of("pixels", flip=flip)
    pipeline = to_sklearn(model)
    rows = test.images[:].reshape(test.m, -1)
    A = model.probabilities(test.images)[0]
    np.testing.assert_allclose(pipeline.predict_proba(rows)[:, 1], A, atol=1e-9)
    assert pipeline.predict(rows).tolist() == [p.label for p in model.predict_images(test.images)]


def test_what_cannot_become_a_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ExportError, match="features hog cannot become a pipeline"):
        to_sklearn(model_of("hog"))
    with pytest.raises(ExportError, match=r"the threshold 0\.3 has no place"):
        to_sklearn(model_of("pixels", threshold=0.3))
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(ExportError, match=r"pip install 'catclf\[sklearn\]'"):
        to_sklearn(model_of("pixels"))
