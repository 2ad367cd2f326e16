"""The contract of all feature maps."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.encoders.encodings import Floats, ImageEncoder
from catclf.images.preprocessing import SIDE, Images
from catclf.logistic import Array
from catclf.progress import Progress
from catclf.rows import Rows


class FeatureMap(ABC):
    """Turns images into feature columns, and contributions of features into those of pixels."""

    array_names: ClassVar[tuple[str, ...]] = ()
    """Names of the arrays that this class learns, without those of feature maps inside it."""

    encoder: ImageEncoder | None = None
    """The encoder that makes all, or some, of its features."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Its name in settings, model files and output."""

    @property
    @abstractmethod
    def n_x(self) -> int:
        """Number of features of an image."""

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that it learned, by name; nothing, unless a subclass learns."""
        return {}

    @property
    def side(self) -> int:
        """Width and height, in pixels, of the images that it takes: 64 without an encoder."""
        return self.encoder.identity.preprocessing.side if self.encoder else SIDE

    @property
    def is_additive(self) -> bool:
        """Whether `attribution` is exact."""
        return True

    @property
    def looks_at(self) -> str:
        """What of an image each feature looks at: a field of it, or a pixel."""
        return "field"

    @abstractmethod
    def columns(self, images: Images, dtype: DTypeLike = np.float64) -> Array:
        """Feature columns of images.

        Parameters
        ----------
        images : uint8 array (m, side, side, 3)
            Images.
        dtype : float64 or float32
            Type of the columns. Only pixels are computed in this type, all others in float32.

        Returns
        -------
        array (n_x, m)
            A transposed view: in memory, the features of an image are contiguous. A column is
            bit-identical whatever other images there are.
        """

    def columns_from(
        self, images: Images, encodings: Floats | None, dtype: DTypeLike = np.float64
    ) -> Array:
        """Feature columns of images that the encoder, if there is one, has seen before.

        Parameters
        ----------
        images : uint8 array (m, 64, 64, 3)
            Images, reduced to 64 × 64.
        encodings : float32 array (m, n), optional
            What the encoder made of them.
        dtype : float64 or float32
            Type of the columns.

        Returns
        -------
        array (n_x, m)
            As `columns` returns it for the images before they were reduced.
        """
        return self.columns(images, dtype)

    def contributions(self, w: Array, image: Images) -> Array:
        """What each feature of an image contributes to the logit: here the products w·x.

        Parameters
        ----------
        w : array (n_x, 1)
            Weights.
        image : uint8 array (side, side, 3)
            An image.

        Returns
        -------
        float64 array
            One number for each feature that `spread` knows how to place: (n_x,) here.
        """
        x = self.columns(image[np.newaxis], np.float64)  # (n_x, 1)
        products: Array = (w * x)[:, 0]
        return products

    @abstractmethod
    def spread(self, contributions: Array) -> Array:
        """Distribute contributions over the pixels that each feature looks at.

        Parameters
        ----------
        contributions : array (n,)
            As `contributions` returns them.

        Returns
        -------
        array (64, 64)
            With the same sum.
        """

    def attribution(self, w: Array, image: Images) -> Array:
        """What each pixel of an image contributes to the logit.

        Parameters
        ----------
        w : array (n_x, 1)
            Weights.
        image : uint8 array (side, side, 3)
            An image.

        Returns
        -------
        array (64, 64)
            With the same sum as `contributions`.
        """
        return self.spread(self.contributions(w, image))


class BasicFeatureMap(FeatureMap):
    """A feature map that is made from images alone, not on top of others.

    These are the ones that have a line in `FEATURE_MAPS`. The methods here serve those that have
    nothing to learn.
    """

    @classmethod
    def learn(cls, images: Rows, seed: int, progress: Progress | None = None) -> Self:
        """Learn from training images.

        Parameters
        ----------
        images : uint8 array (m, 64, 64, 3), or anything that gives such arrays for slices
            Training images.
        seed : int
            Random seed.
        progress : callable, optional
            Called with the number of passes made over what is learned from.

        Returns
        -------
        FeatureMap
            Ready to make columns; bit-identical for the same images and seed.
        """
        return cls()

    @classmethod
    def restore(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Restore what `learn` made.

        Parameters
        ----------
        arrays : mapping of str to array
            Those of `array_names`, and perhaps others; they may come from a damaged file.

        Returns
        -------
        FeatureMap
            Makes the same columns as the one whose `arrays` they are.

        Raises
        ------
        ValueError
            If an array has the wrong shape or type, or holds values out of range. The text begins
            with "its", for the model file.
        """
        return cls()
