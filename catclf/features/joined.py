"""Several feature maps, their columns stacked."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from catclf.encoders.encodings import Floats
from catclf.features.feature_map import FeatureMap
from catclf.images.preprocessing import Images
from catclf.logistic import Array


class Joined(FeatureMap):
    """Stacks the columns of several feature maps.

    Parameters
    ----------
    parts : sequence of FeatureMap
        In the order of their features in a column; already learned or restored. At most one of
        them is an encoder's.
    """

    def __init__(self, parts: Sequence[FeatureMap]) -> None:
        self.parts = parts
        self.encoder = next((part.encoder for part in parts if part.encoder), None)

    @property
    def name(self) -> str:
        """The names of the parts, joined with a plus sign."""
        return "+".join(part.name for part in self.parts)

    @property
    def n_x(self) -> int:
        """Number of features of all parts."""
        return sum(part.n_x for part in self.parts)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """What all parts learned."""
        return {name: array for part in self.parts for name, array in part.arrays.items()}

    @property
    def is_additive(self) -> bool:
        """Whether those of all parts are."""
        return all(part.is_additive for part in self.parts)

    @property
    def looks_at(self) -> str:
        """What the features of the parts look at."""
        return " and ".join(dict.fromkeys(part.looks_at for part in self.parts))

    def columns(self, images: Images, dtype: DTypeLike = np.float64) -> Array:
        """Feature columns of the parts, the first part's on top."""
        from catclf.images.decode import reduce_images

        encodings = self.encoder.encode(images) if self.encoder else None
        return self.columns_from(reduce_images(images), encodings, dtype)

    def columns_from(
        self, images: Images, encodings: Floats | None, dtype: DTypeLike = np.float64
    ) -> Array:
        """Feature columns of the parts, the first part's on top."""
        rows = np.empty((len(images), self.n_x), dtype)
        for part, place in zip(self.parts, self._places(), strict=True):
            rows[:, place] = part.columns_from(images, encodings, dtype).T
        return rows.T  # (n_x, m)

    def attribution(self, w: Array, image: Images) -> Array:
        """The sum of those of the parts."""
        from catclf.images.decode import reduce_images

        small = reduce_images(image[np.newaxis])[0]  # (64, 64, 3)
        pixels: Array = np.sum(
            [
                part.attribution(w[place], image if part.encoder else small)
                for part, place in zip(self.parts, self._places(), strict=True)
            ],
            axis=0,
        )
        return pixels

    def spread(self, contributions: Array) -> Array:
        """The sum of what each part spreads."""
        pixels: Array = np.sum(
            [
                part.spread(contributions[place])
                for part, place in zip(self.parts, self._places(), strict=True)
            ],
            axis=0,
        )
        return pixels

    def _places(self) -> list[slice]:
        """Where the features of each part are in a column."""
        ends = np.cumsum([part.n_x for part in self.parts]).tolist()
        return [slice(end - part.n_x, end) for part, end in zip(self.parts, ends, strict=True)]
