"""Whether images, as a whole, are unlike those that a model was trained on."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.model import Model
from catclf.training.evidence import wilson_interval

RANK = 0.95
"""Images with at least this rank count as strange."""

# Only where certainly more than so many times the expected share are strange is it worth a warning.
_TIMES = 2


class StrangeShare(NamedTuple):
    """The share of images that are stranger than 95 % of the held-out training images."""

    images: int
    """Those that the model was not trained on."""
    share: float
    interval: tuple[float, float]
    """95 % confidence interval (Wilson)."""

    @property
    def expected(self) -> float:
        """The share to expect of images like the training images, or somewhat less."""
        return 1 - RANK

    @property
    def is_unlike(self) -> bool:
        """Whether far more are strange than to be expected."""
        return self.interval[0] > _TIMES * self.expected

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**self._asdict(), "rank": RANK, "unlike_training": self.is_unlike}


def strange_share(
    model: Model, ranks: NDArray[np.float64] | None, seen: NDArray[np.bool_]
) -> StrangeShare | None:
    """The share of strange images.

    Parameters
    ----------
    model : Model
        The classifier.
    ranks : array (m,) or None
        What it gave for the images.
    seen : bool array (m,)
        Whether it was trained on an image.

    Returns
    -------
    StrangeShare or None
        None where the model cannot tell, or was trained on all of the images.
    """
    if ranks is None or model.strangeness is None or model.strangeness.highest < RANK:
        return None
    others = ranks[~seen]
    if not len(others):
        return None
    strange = int((others >= RANK).sum())
    return StrangeShare(len(others), strange / len(others), wilson_interval(strange, len(others)))
