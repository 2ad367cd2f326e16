"""catclf's training as an estimator of scikit-learn: for pipelines, searches and cross-validation.

With the extra `sklearn`. X has one row an example here, as everywhere in scikit-learn.
"""

from dataclasses import replace
from math import isqrt
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.utils.multiclass import check_classification_targets, type_of_target
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise ImportError(
        "catclf.sklearn needs scikit-learn; install it with: pip install 'catclf[sklearn]'"
    ) from error

from catclf.datasets.dataset import Dataset
from catclf.encoders.encodings import ImageEncoder, encode
from catclf.errors import SettingsError
from catclf.features.pixels import Pixels
from catclf.images.decode import reduce_images
from catclf.images.preprocessing import SIDE, Images, Preprocessing
from catclf.logistic import sigmoid
from catclf.training.design_matrix import DesignMatrix
from catclf.training.optimise import pose, span_pays, steps
from catclf.training.settings import PRESETS, TrainingSettings
from catclf.training.train import train

Numbers = NDArray[Any]

# Bytes stay bytes, an eighth of the size; what is none of these becomes the first.
_DTYPES = (np.float64, np.float32, np.uint8)

_FITTED = ("model_", "coef_", "intercept_")


class CatClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """Logistic regression as `catclf train` does it, of two classes.

    Rows of 12 288 numbers are images of 64 × 64 pixels, red, green and blue, from 0 to 255, as
    `images.reshape(m, -1)` makes them; (m, 64, 64, 3) is taken too. For an encoder, images have its
    side. Rows of any other length are features of another kind, which only a recipe of pixels
    takes: they are used as they are.

    Parameters
    ----------
    recipe : {"lecture", "best", "transfer"}
        Settings by name, as in `catclf train --recipe`.
    features, flip, l2, solver, learning_rate, iterations, calibrate : optional
        Instead of the recipe's, as in `TrainingSettings`.
    class_weight : {"balanced", None}
        Whether both classes count alike, however many examples they have.
    encoder : ImageEncoder, optional
        For features of an encoder; by default the built-in one.
    random_state : int
        Random seed.

    Attributes
    ----------
    classes_ : array (2,)
        The classes; the second is the positive one.
    model_ : Model
        What was trained, if the rows are images.
    coef_, intercept_ : array (1, n), array (1,)
        Weights and bias, if the features are the rows themselves.
    n_iter_ : int
        Steps that the solver made.
    """

    def __init__(
        self,
        recipe: str = "lecture",
        *,
        features: str | None = None,
        flip: bool | None = None,
        l2: float | str | None = None,
        solver: str | None = None,
        learning_rate: float | str | None = None,
        iterations: int | None = None,
        class_weight: str | None = None,
        calibrate: bool | None = None,
        encoder: ImageEncoder | None = None,
        random_state: int = 0,
    ) -> None:
        self.recipe = recipe
        self.features = features
        self.flip = flip
        self.l2 = l2
        self.solver = solver
        self.learning_rate = learning_rate
        self.iterations = iterations
        self.class_weight = class_weight
        self.calibrate = calibrate
        self.encoder = encoder
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Train.

        Parameters
        ----------
        X : array (m, n) or (m, side, side, 3)
            Images or other features, one row each.
        y : array (m,)
            Two classes.

        Returns
        -------
        CatClassifier
            Itself.

        Raises
        ------
        ValueError
            If there are not two classes, or the rows do not suit the recipe.
        """
        X, y = validate_data(self, _rows(X), y, dtype=_DTYPES)
        check_classification_targets(y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        kind = type_of_target(y, input_name="y", raise_unknown=True)
        if len(self.classes_) > 2:
            raise ValueError(
                f"Only binary classification is supported. The type of the target is {kind}."
            )
        if len(self.classes_) < 2:
            raise ValueError(
                f"catclf tells two classes apart, and y has one class only: {self.classes_[0]!r}"
            )
        for name in _FITTED:
            self.__dict__.pop(name, None)  # of an earlier fit, perhaps of another kind
        settings = self._settings()
        if _is_plain(settings):
            self._fit_rows(X, labels.astype(np.uint8), settings)
        else:
            self._fit_images(X, labels.astype(np.uint8), settings)
        return self

    def decision_function(self, X: Any) -> Numbers:
        """Logits (m,): above 0 for the second class."""
        check_is_fitted(self)
        X = validate_data(self, _rows(X), dtype=_DTYPES, reset=False)
        if hasattr(self, "coef_"):
            z: Numbers = X @ self.coef_[0] + self.intercept_[0]
            return z
        images = _images(X, self.model_.preprocessing.side)
        logits: Numbers = self.model_.logits(images)[0].astype(np.float64)
        return logits

    def predict_proba(self, X: Any) -> Numbers:
        """Probabilities (m, 2) of the classes."""
        A = sigmoid(self.decision_function(X))
        return np.stack([1 - A, A], axis=1)

    def predict(self, X: Any) -> Numbers:
        """Classes (m,)."""
        is_second = self.decision_function(X) >= 0
        predicted: Numbers = self.classes_[is_second.astype(int)]
        return predicted

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def _settings(self) -> TrainingSettings:
        names = (
            "features",
            "flip",
            "l2",
            "solver",
            "learning_rate",
            "iterations",
            "calibrate",
            "class_weight",
        )
        given = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        if self.recipe not in PRESETS:
            raise ValueError(f"recipe must be one of {', '.join(PRESETS)}, not {self.recipe!r}")
        try:
            return replace(PRESETS[self.recipe], **given, seed=self.random_state)
        except SettingsError as error:
            raise ValueError(str(error)) from error

    def _fit_rows(self, X: Numbers, labels: NDArray[np.uint8], settings: TrainingSettings) -> None:
        """Train on rows as they are; pixels are scaled to the range from 0 to 1."""
        scale = Pixels.scale if X.shape[1] == Pixels.n_x else 1.0
        design = DesignMatrix(X, labels[np.newaxis], 1, scale)
        assert settings.l2 != "auto"
        in_span = span_pays(design, settings)
        problem = pose(design, settings, settings.l2, in_span=in_span)
        for last in steps(problem, problem.start, settings):
            state = last.state
        w, b = problem.carry_back(state.w, state.b)
        self.coef_, self.intercept_ = scale * w.T, np.array([b])
        self.n_iter_ = state.steps

    def _fit_images(
        self, X: Numbers, labels: NDArray[np.uint8], settings: TrainingSettings
    ) -> None:
        """Train on features of images."""
        encoder = None
        if settings.feature_specification.has_encoder:
            encoder = self.encoder or _builtin_encoder()
        images = _images(X, encoder.identity.preprocessing.side if encoder else SIDE)
        dataset = Dataset(
            reduce_images(images),
            labels,
            [f"row {i}" for i in range(len(X))],
            str(self.classes_[1]),
            "X",
            Preprocessing(side=images.shape[1]),
            encodings=encode(encoder, images, flip=settings.flip) if encoder else None,
        )
        result = train(dataset, settings)
        self.model_, self.n_iter_ = result.model, result.record.iterations


def _rows(X: Any) -> Any:
    """Images (m, side, side, 3) as rows; anything else as it is."""
    shape: tuple[int, ...] = getattr(X, "shape", ())
    if len(shape) == 4 and shape[1:] == (shape[1], shape[1], 3):
        return np.asarray(X).reshape(shape[0], -1)  # (m, n)
    return X


def _images(X: Numbers, side: int) -> Images:
    """Rows as images (m, side, side, 3)."""
    if X.shape[1] != side * side * 3:
        found = isqrt(X.shape[1] // 3)
        size = f" ({found} × {found} pixels)" if found * found * 3 == X.shape[1] else ""
        raise ValueError(
            f"rows of {side * side * 3} numbers are needed, images of {side} × {side} pixels, not "
            f"of {X.shape[1]}{size}"
        )
    if ((X < 0) | (X > 255) | (X != np.rint(X))).any():
        raise ValueError("pixels must be whole numbers from 0 to 255, not scaled ones")
    return X.astype(np.uint8).reshape(len(X), side, side, 3)  # (m, side, side, 3)


def _is_plain(settings: TrainingSettings) -> bool:
    """Whether all that is trained is w and b, on the rows themselves."""
    return settings.features == "pixels" and not settings.flip and not settings.holds_out


def _builtin_encoder() -> ImageEncoder:
    from catclf.encoders.lookup import load_encoder

    return load_encoder()
