"""A trained classifier: w, b, and how an image becomes a feature column."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.encoders.encodings import Encodings
from catclf.errors import ImageError, SettingsError
from catclf.features.feature_map import FeatureMap
from catclf.features.pixels import Pixels
from catclf.images.preprocessing import SIDE, Images, Preprocessing, mirrored
from catclf.logistic import Array, sigmoid
from catclf.parallel import one_blas_thread
from catclf.progress import Progress
from catclf.rows import Rows
from catclf.strangeness import Strangeness

# Images in a batch: few enough for their columns to fit the processor's cache.
_BATCH = 128

IMAGES_AT_ONCE = 32
"""How many images are best predicted together: enough to keep all cores busy."""


class Prediction(NamedTuple):
    """What a model predicts for an image."""

    label: str
    """Name of the class, or "unsure" or "strange"."""
    probability: float
    """Probability of the positive class, whatever the label."""
    strangeness: float | None = None
    """Share of held-out training images that are less strange; None if the model cannot tell."""


class Outputs(NamedTuple):
    """What a model computes of images."""

    Z: Array
    """(1, m): logits."""
    strangeness: NDArray[np.float64] | None
    """(m,): ranks, as in `Prediction`; None if the model cannot tell."""


@dataclass(frozen=True)
class Model:
    """Weights and bias, and all that is needed to use them on an image.

    Parameters
    ----------
    w : array (n_x, 1)
        Weights.
    b : float
        Bias.
    positive : str
        Name of the class whose probability is predicted; the other is "non-" and this name.
    preprocessing : Preprocessing
        How an image becomes side × side; the side is 64, or that of the features' encoder.
    features : FeatureMap
        How such an image becomes a column.
    flip : bool
        Whether a logit is the mean of that of the image and that of its mirror image.
    threshold : float
        Probability at or above which an image is classified as positive.
    training : dict
        How it was trained; anything that JSON can hold.
    fingerprints : uint64 array (m,), optional
        Of the images that it was trained on.
    strangeness : Strangeness, optional
        What ranks how unlike the training images an image is; only with an encoder's features.
    """

    w: Array
    b: float
    positive: str = "cat"
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    features: FeatureMap = field(default_factory=Pixels)
    flip: bool = False
    threshold: float = 0.5
    training: dict[str, Any] = field(default_factory=dict)
    fingerprints: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))
    strangeness: Strangeness | None = None

    def without_fingerprints(self) -> "Model":
        """The same, by which nobody can find out whether an image was in the training set."""
        return replace(self, fingerprints=np.empty(0, np.uint64))

    @property
    def negative(self) -> str:
        """Name of the class of everything else."""
        return f"non-{self.positive}"

    def logits(self, images: Rows, encodings: Encodings | None = None) -> Array:
        """Logits (1, m) of images; as `outputs`."""
        return self.outputs(images, encodings).Z

    def outputs(
        self,
        images: Rows,
        encodings: Encodings | None = None,
        progress: Progress | None = None,
    ) -> Outputs:
        """Logits of images, and how strange they are.

        Parameters
        ----------
        images : uint8 array (m, side, side, 3), or what gives such arrays for slices
            Images; 64 × 64 if there are encodings.
        encodings : Encodings, optional
            What the features' encoder made of the images, if that is known.
        progress : callable, optional
            Called with the number of images done.

        Returns
        -------
        Outputs
            Z = wᵀX + b, and ranks; for a model that flips, with the mean of each image's and its
            mirror image's columns.

        Raises
        ------
        ImageError
            If the array has another shape or type.
        SettingsError
            If the encodings are those of another encoder.
        """
        _require_images(images, self.preprocessing.side if encodings is None else SIDE)
        if encodings is not None:
            self._require_same_encoder(encodings)
        Z = np.empty((1, len(images)), self.w.dtype)
        ranks = None if self.strangeness is None else np.empty(len(images))
        for start in range(0, len(images), _BATCH):
            here = slice(start, start + _BATCH)
            X = self._columns(images[here], encodings and encodings[here])
            Z[:, here] = self._logits(X)
            if self.strangeness is not None and ranks is not None:
                ranks[here] = self.strangeness.ranks(X)
            if progress:
                progress(min(here.stop, len(images)), len(images))
        return Outputs(Z, ranks)

    def _logits(self, X: Array) -> Array:
        """wᵀX + b, (1, k), in which each number is the same to the last bit in any batch."""
        with one_blas_thread():
            products = [np.dot(x, self.w[:, 0]) for x in X.T]
        return np.array([products], X.dtype) + self.b  # (1, k)

    def _require_same_encoder(self, encodings: Encodings) -> None:
        own, other = self.features.encoder, encodings.encoder
        if own is None or own.identity.function != other.identity.function:
            needed = own.identity.name if own else "no encoder"
            raise SettingsError(
                f"the images were encoded with {other.identity.name}, but the model needs {needed}"
            )

    def _columns(self, images: Images, encodings: Encodings | None) -> Array:
        """Feature columns (n_x, k) of images; for a model that flips, means with the mirrors'."""
        features, dtype = self.features, self.w.dtype
        if encodings is None:
            X = features.columns(images, dtype)
            return (X + features.columns(mirrored(images), dtype)) / 2 if self.flip else X
        X = features.columns_from(images, encodings.rows, dtype)
        if not self.flip:
            return X
        return (X + features.columns_from(mirrored(images), encodings.of_mirrored, dtype)) / 2

    def probabilities(self, images: Rows) -> Array:
        """Probabilities of the positive class.

        Parameters
        ----------
        images : uint8 array (m, side, side, 3), or what gives such arrays for slices
            Images.

        Returns
        -------
        array (1, m)
            A = σ(Z).

        Raises
        ------
        ImageError
            If the array has another shape or type.
        """
        return sigmoid(self.logits(images))

    def predict(self, image: str | Path | Images) -> Prediction:
        """Classify one image.

        Parameters
        ----------
        image : str, Path, or uint8 array (height, width, 3)
            An image file, or a decoded image of any size.

        Returns
        -------
        Prediction
            Label and probability.

        Raises
        ------
        ImageError
            If it cannot be decoded.
        """
        if isinstance(image, str | Path):
            (prediction,) = self.predict_files([Path(image)])
            if isinstance(prediction, ImageError):
                raise ImageError(f"{image}: {prediction}")
            return prediction
        from catclf.images.decode import resize_images

        images = image[np.newaxis]  # (1, h, w, 3)
        _require_images(images, self.preprocessing.side, any_size=True)
        return self.predict_images(resize_images(images, self.preprocessing))[0]

    def predict_images(
        self,
        images: Rows,
        threshold: float | None = None,
        unsure: tuple[float, float] | None = None,
        strange: float | None = None,
    ) -> list[Prediction]:
        """Classify many decoded images.

        Parameters
        ----------
        images : uint8 array (m, side, side, 3), or what gives such arrays for slices
            Images.
        threshold : float, optional
            Instead of the model's own.
        unsure : (float, float), optional
            Probabilities from the first up to, but not with, the second are labelled "unsure".
        strange : float, optional
            Images at least so strange are labelled "strange", whatever their probability.

        Returns
        -------
        list of Prediction
            One for each image.

        Raises
        ------
        ImageError
            If the array has another shape or type.
        SettingsError
            If the model cannot tell how strange an image is, or not to that share.
        """
        self.require_strange(strange)
        return self.predictions(self.outputs(images), threshold, unsure, strange)

    def predictions(
        self,
        outputs: Outputs,
        threshold: float | None = None,
        unsure: tuple[float, float] | None = None,
        strange: float | None = None,
    ) -> list[Prediction]:
        """What the outputs for m images mean: one prediction for each; as `predict_images`."""
        ranks = outputs.strangeness
        return [
            self._prediction(
                float(a), None if ranks is None else float(ranks[i]), threshold, unsure, strange
            )
            for i, a in enumerate(sigmoid(outputs.Z)[0])
        ]

    def predict_files(
        self,
        sources: Sequence[Path | bytes],
        threshold: float | None = None,
        unsure: tuple[float, float] | None = None,
        strange: float | None = None,
    ) -> Iterator[Prediction | ImageError]:
        """Classify many image files.

        Parameters
        ----------
        sources : sequence of Path or bytes
            Image files, or what is in them.
        threshold : float, optional
            Instead of the model's own.
        unsure : (float, float), optional
            Probabilities from the first up to, but not with, the second are labelled "unsure".
        strange : float, optional
            Images at least so strange are labelled "strange", whatever their probability.

        Yields
        ------
        Prediction or ImageError
            For each source, in the order given, while the next ones are being decoded.

        Raises
        ------
        SettingsError
            If the model cannot tell how strange an image is, or not to that share.
        """
        from catclf.images.decode import load_images

        self.require_strange(strange)
        decoded = load_images(sources, self.preprocessing)
        while results := list(islice(decoded, IMAGES_AT_ONCE)):
            images = [result for result in results if not isinstance(result, ImageError)]
            predictions = iter(
                self.predict_images(np.stack(images), threshold, unsure, strange) if images else ()
            )
            for result in results:
                yield result if isinstance(result, ImageError) else next(predictions)

    def require_strange(self, strange: float | None) -> None:
        """Raise `SettingsError` unless images can be labelled strange from this rank on.

        Parameters
        ----------
        strange : float or None
            As for `predict_images`; None asks for nothing.
        """
        if strange is None:
            return
        if self.strangeness is None:
            raise SettingsError(
                "the model cannot tell which images are strange; train one with --recipe transfer "
                "(another encoder's features will do, not joined with others), on at least 5 "
                "images of each class"
            )
        if strange > self.strangeness.highest:
            raise SettingsError(
                f"strange {strange:g} is too much for this model: it has held out "
                f"{len(self.strangeness.held_out)} training images, and no rank is above "
                f"{self.strangeness.highest:.6g}; ask for less, or train on more images"
            )

    def _prediction(
        self,
        probability: float,
        strangeness: float | None,
        threshold: float | None,
        unsure: tuple[float, float] | None,
        strange: float | None,
    ) -> Prediction:
        threshold = self.threshold if threshold is None else threshold
        if strange is not None and strangeness is not None and strangeness >= strange:
            label = "strange"
        elif unsure and unsure[0] <= probability < unsure[1]:
            label = "unsure"
        else:
            label = self.positive if probability >= threshold else self.negative
        return Prediction(label, probability, strangeness)


def _require_images(images: Rows, side: int, *, any_size: bool = False) -> None:
    fits = len(images.shape) == 4 and images.shape[3] == 3 and images.dtype == np.uint8
    if not fits or not (any_size or images.shape[1:] == (side, side, 3)):
        raise ImageError(
            f"an array of images must be (m, {side}, {side}, 3) of uint8, "
            f"this is {images.shape} of {images.dtype}"
        )
