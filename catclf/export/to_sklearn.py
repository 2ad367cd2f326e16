"""A trained model as a pipeline of scikit-learn, with the extra `sklearn`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from catclf.errors import ExportError
from catclf.export.pixel_weights import pixel_weights
from catclf.features.pixels import Pixels
from catclf.model import Model


def to_sklearn(model: Model) -> Any:
    """A model of pixels as a fitted pipeline of scikit-learn's own parts.

    Parameters
    ----------
    model : Model
        Of pixels, with the threshold 0.5.

    Returns
    -------
    Pipeline
        Takes rows of 12 288 pixels from 0 to 255. Its classes are the names of the model's.

    Raises
    ------
    ExportError
        If the model has other features, or another threshold, for which `LogisticRegression` has no
        place; or if scikit-learn is not installed.
    """
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import Pipeline
        from sklearn.preprocessing import FunctionTransformer
    except ImportError:
        raise ExportError(
            "a pipeline needs scikit-learn; install it with: pip install 'catclf[sklearn]'"
        ) from None
    if not isinstance(model.features, Pixels):
        raise ExportError(
            f"features {model.features.name} cannot become a pipeline of scikit-learn, which has "
            "pixels; use catclf.sklearn.CatClassifier"
        )
    if model.threshold != 0.5:
        raise ExportError(
            f"the threshold {model.threshold:g} has no place in scikit-learn's LogisticRegression; "
            "train with --threshold 0.5"
        )
    regression = LogisticRegression()
    regression.classes_ = np.array([model.negative, model.positive])
    regression.coef_ = pixel_weights(model.w, flip=model.flip).reshape(1, -1)  # (1, 12288)
    regression.intercept_ = np.array([model.b])
    regression.n_features_in_ = Pixels.n_x
    regression.n_iter_ = np.array([0])
    return Pipeline(
        [("scale", FunctionTransformer(_scaled, validate=True)), ("regression", regression)]
    )


def _scaled(X: NDArray[Any]) -> NDArray[Any]:
    scaled: NDArray[Any] = X / 255
    return scaled
