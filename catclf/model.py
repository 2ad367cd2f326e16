"""A trained classifier: w, b, and the recipe that made the columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from catclf.errors import PictureError
from catclf.features import FeatureMap, Pixels
from catclf.images.preprocessing import Images, PictureRecipe, Pictures, mirrored
from catclf.logistic import Array, sigmoid

# Pictures that are turned to columns at a time: few enough for the processor's cache to hold.
_BLOCK = 128


class Prediction(NamedTuple):
    """What a model says of a picture."""

    label: str
    """Name of the class, or "unsure"."""
    probability: float
    """Probability of the positive class, whatever the label."""


@dataclass(frozen=True)
class Model:
    """Weights and bias, and all that is needed to use them on a picture.

    Parameters
    ----------
    w : array (n_x, 1)
        Weights.
    b : float
        Bias.
    positive : str
        Name of the class whose probability is predicted; the other is "non-" and this name.
    recipe : PictureRecipe
        How a picture becomes 64 × 64.
    features : FeatureMap
        How a 64 × 64 picture becomes a column.
    flip : bool
        Whether a logit is the mean of that of the picture and that of its mirror image.
    threshold : float
        Probability from which on a picture is called positive.
    training : dict
        How it was trained; anything that JSON can hold.
    fingerprints : uint64 array (m,), optional
        Of the pictures that it was trained on.
    """

    w: Array
    b: float
    positive: str = "cat"
    recipe: PictureRecipe = field(default_factory=PictureRecipe)
    features: FeatureMap = field(default_factory=Pixels)
    flip: bool = False
    threshold: float = 0.5
    training: dict[str, Any] = field(default_factory=dict)
    fingerprints: Any = field(default_factory=lambda: np.empty(0, np.uint64))

    @property
    def negative(self) -> str:
        """Name of the class of everything else."""
        return f"non-{self.positive}"

    def logits(self, pictures: Images) -> Array:
        """Logits of pictures.

        Parameters
        ----------
        pictures : uint8 array (m, 64, 64, 3), or what gives such arrays for slices
            Pictures.

        Returns
        -------
        array (1, m)
            Z = wᵀX + b; for a model that flips, with the mean of each picture's and its mirror
            image's columns.

        Raises
        ------
        PictureError
            If the array has another shape or type.
        """
        _require_pictures(pictures)
        Z = np.empty((1, len(pictures)), self.w.dtype)
        for start in range(0, len(pictures), _BLOCK):
            block = pictures[start : start + _BLOCK]
            X = self.features.columns(block, self.w.dtype)
            if self.flip:
                X = (X + self.features.columns(mirrored(block), self.w.dtype)) / 2
            Z[:, start : start + _BLOCK] = self.w.T @ X + self.b
        return Z

    def probabilities(self, pictures: Images) -> Array:
        """Probabilities of the positive class.

        Parameters
        ----------
        pictures : uint8 array (m, 64, 64, 3), or what gives such arrays for slices
            Pictures.

        Returns
        -------
        array (1, m)
            A = σ(Z).

        Raises
        ------
        PictureError
            If the array has another shape or type.
        """
        return sigmoid(self.logits(pictures))

    def predict(self, picture: str | Path | Pictures) -> Prediction:
        """Say what one picture shows.

        Parameters
        ----------
        picture : str, Path, or uint8 array (height, width, 3)
            A picture file, or a decoded picture of any size.

        Returns
        -------
        Prediction
            Label and probability.

        Raises
        ------
        PictureError
            If it is no picture.
        """
        if isinstance(picture, str | Path):
            (prediction,) = self.predict_files([Path(picture)])
            if isinstance(prediction, PictureError):
                raise PictureError(f"{picture}: {prediction}")
            return prediction
        from catclf.images.decode import resize_pictures

        pictures = picture[np.newaxis]  # (1, h, w, 3)
        _require_pictures(pictures, any_size=True)
        return self.predict_pictures(resize_pictures(pictures, self.recipe))[0]

    def predict_pictures(
        self,
        pictures: Images,
        threshold: float | None = None,
        unsure: tuple[float, float] | None = None,
    ) -> list[Prediction]:
        """Say what each of many decoded pictures shows.

        Parameters
        ----------
        pictures : uint8 array (m, 64, 64, 3), or what gives such arrays for slices
            Pictures.
        threshold : float, optional
            Instead of the model's own.
        unsure : (float, float), optional
            Probabilities from the first up to, but not with, the second are labelled "unsure".

        Returns
        -------
        list of Prediction
            One for each picture.

        Raises
        ------
        PictureError
            If the array has another shape or type.
        """
        return [self._prediction(a, threshold, unsure) for a in self.probabilities(pictures)[0]]

    def predict_files(
        self,
        sources: Sequence[Path | bytes],
        threshold: float | None = None,
        unsure: tuple[float, float] | None = None,
    ) -> Iterator[Prediction | PictureError]:
        """Say what each of many pictures shows.

        Parameters
        ----------
        sources : sequence of Path or bytes
            Picture files, or what is in them.
        threshold : float, optional
            Instead of the model's own.
        unsure : (float, float), optional
            Probabilities from the first up to, but not with, the second are labelled "unsure".

        Yields
        ------
        Prediction or PictureError
            For each source, in the order given, while the next ones are being decoded.
        """
        from catclf.images.decode import load_pictures

        for picture in load_pictures(sources, self.recipe):
            if isinstance(picture, PictureError):
                yield picture
            else:
                # (1, 64, 64, 3)
                yield from self.predict_pictures(picture[np.newaxis], threshold, unsure)

    def _prediction(
        self, probability: Any, threshold: float | None, unsure: tuple[float, float] | None
    ) -> Prediction:
        if unsure and unsure[0] <= probability < unsure[1]:
            return Prediction("unsure", float(probability))
        threshold = self.threshold if threshold is None else threshold
        is_positive = probability >= threshold
        return Prediction(self.positive if is_positive else self.negative, float(probability))


def _require_pictures(pictures: Images, *, any_size: bool = False) -> None:
    side = PictureRecipe().shape[0]
    fits = len(pictures.shape) == 4 and pictures.shape[3] == 3 and pictures.dtype == np.uint8
    if not fits or not (any_size or pictures.shape[1:3] == (side, side)):
        raise PictureError(
            f"an array of pictures must be (m, {side}, {side}, 3) of uint8, "
            f"this is {pictures.shape} of {pictures.dtype}"
        )
