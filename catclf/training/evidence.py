"""How much evidence there is for a share: on how many images it rests, and its interval."""

from collections.abc import Mapping
from math import ceil, sqrt
from typing import Any, NamedTuple

from numpy.typing import NDArray

from catclf.errors import TrainingError
from catclf.logistic import Array
from catclf.training.settings import Target

_Z_95 = 1.959963984540054
"""97.5 % point of the standard normal distribution."""

# A target needs as many images as make one error a miss of it, as 20 do for 0.95: but not fewer
# than the first of these, nor more than the second.
_FEWEST, _ENOUGH = 10, 50


class Evidence(NamedTuple):
    """What a threshold for a precision or recall reached on the images that it was chosen on."""

    images: int
    """Held-out images that it rests on: for a precision those that are predicted positive, for a
    recall those that are positive."""
    reached: float
    interval: tuple[float, float]
    """95 % interval of what was reached. The threshold was chosen on these images, so it is
    slightly optimistic."""

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> "Evidence":
        """The evidence that `_asdict` gave."""
        low, high = map(float, entries["interval"])
        return cls(int(entries["images"]), float(entries["reached"]), (low, high))


def evidence_for(target: Target, threshold: float, A: Array, Y: NDArray[Any]) -> Evidence:
    """What a threshold reaches on held-out images.

    Parameters
    ----------
    target : Target
        What it was chosen for.
    threshold : float
        Images with this probability or a higher one are predicted positive.
    A : array (1, m)
        Held-out probabilities.
    Y : array (1, m)
        Labels, 1 or 0.

    Returns
    -------
    Evidence
        Its size, and the share that was reached.

    Raises
    ------
    TrainingError
        If there are too few images for the target to mean anything.
    """
    predicted, actual = A >= threshold, Y == 1
    images = int((predicted if target.metric == "precision" else actual).sum())
    share_of_errors = max(1 - target.value, 1 / _ENOUGH)
    fewest = max(_FEWEST, ceil(round(1 / share_of_errors, 6)))
    if images < fewest:
        kind = "predicted positive" if target.metric == "precision" else "of the positive class"
        raise TrainingError(
            f"a threshold for {target} would rest on {images} held-out images that are {kind}, and "
            f"{fewest} are needed for it to mean anything; ask for less, or add images"
        )
    found = int((predicted & actual).sum())
    return Evidence(images, found / images, wilson_interval(found, images))


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson, "Probable inference", 1927).

    Parameters
    ----------
    successes, trials : int
        As counted; trials > 0.

    Returns
    -------
    low, high : float
        Within [0, 1].
    """
    share = successes / trials
    z2 = _Z_95**2 / trials
    centre = share + z2 / 2
    spread = _Z_95 * sqrt(share * (1 - share) / trials + (z2 / trials) / 4)
    return max(0.0, (centre - spread) / (1 + z2)), min(1.0, (centre + spread) / (1 + z2))
