"""Why a model says what it says of an image: its logit as the sum of what each pixel adds."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from catclf.images.preprocessing import SIDE, Images, mirrored
from catclf.logistic import Array, sigmoid
from catclf.model import Model

# Along a side: squares that are covered, one at a time.
_SQUARES = 8
_GREY = 127


class Part(NamedTuple):
    """A third of an image."""

    name: str
    contribution: float
    """What its pixels add to the logit, together."""
    share: float
    """Of all that is added or taken anywhere, regardless of the sign."""


@dataclass(frozen=True)
class Explanation:
    """A logit, and what it is made of: z = b + Σ contributions + unexplained."""

    logit: float
    bias: float
    """b; for Fourier features, the logit of the mean image; for an approximation, that of an image
    that is grey all over."""
    contributions: Array
    """(64, 64), float64: what each pixel adds to the logit."""
    unexplained: float = 0.0
    """What an approximation leaves over."""
    is_exact: bool = True
    """Whether the contributions follow from the model, rather than from covering the image."""

    @property
    def probability(self) -> float:
        """Probability σ(z) of the positive class."""
        return float(sigmoid(np.array(self.logit)))

    @property
    def thirds(self) -> list[Part]:
        """The upper, middle and lower third of the image; its left, middle and right third."""
        whole = float(np.abs(self.contributions).sum())
        parts = []
        for axis, names in enumerate((("top", "middle", "bottom"), ("left", "centre", "right"))):
            for name, third in zip(
                names, np.array_split(self.contributions, 3, axis=axis), strict=True
            ):
                share = float(np.abs(third).sum()) / whole if whole else 0.0
                parts.append(Part(name, float(third.sum()), share))
        return parts

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "probability": self.probability,
            "logit": self.logit,
            "bias": self.bias,
            "thirds": [part._asdict() for part in self.thirds],
            "contributions": self.contributions.tolist(),
            "exact": self.is_exact,
            "unexplained": self.unexplained,
        }


def explain(model: Model, image: Images) -> Explanation:
    """Take a logit apart.

    Parameters
    ----------
    model : Model
        What to explain.
    image : uint8 array (side, side, 3)
        An image, as the model sees it.

    Returns
    -------
    Explanation
        With the contribution of each pixel: for a model of pixels the sum of w·x over its three
        channels; for another, what each feature adds, spread over the pixels that it looks at; with
        Fourier features, relative to those of a mean image. For a model that flips, a pixel
        and its mirror image share the work. Where an encoder gives no map of places, an
        approximation by occlusion.

    Raises
    ------
    ImageError
        If the array has another shape or type.
    """
    images = image[np.newaxis]  # (1, side, side, 3)
    logit = float(model.logits(images).item())
    if not model.features.is_additive:
        return _by_occlusion(model, image, logit)
    contributions = model.features.attribution(model.w, image)
    if model.flip:
        of_mirrored = model.features.attribution(model.w, mirrored(images)[0])
        contributions = (contributions + of_mirrored[:, ::-1]) / 2
    return Explanation(logit, logit - float(contributions.sum()), contributions)


def _by_occlusion(model: Model, image: Images, logit: float) -> Explanation:
    """How much the logit falls when a square of the image is covered with grey.

    Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks" (ECCV 2014). Squares
    act together, so what they add one by one is not all.
    """
    side = len(image)
    edges = np.linspace(0, side, _SQUARES + 1).round().astype(int)
    covered = np.repeat(image[np.newaxis], _SQUARES**2 + 1, axis=0)  # (squares + 1, side, side, 3)
    squares = [(i, j) for i in range(_SQUARES) for j in range(_SQUARES)]
    for one, (i, j) in zip(covered, squares, strict=False):
        one[edges[i] : edges[i + 1], edges[j] : edges[j + 1]] = _GREY
    covered[-1] = _GREY
    Z = model.logits(covered).astype(np.float64)  # (1, squares + 1)
    bias = float(Z[0, -1])
    falls = (logit - Z[0, :-1]).reshape(_SQUARES, _SQUARES)  # (squares, squares)
    size = SIDE // _SQUARES
    contributions = np.kron(falls, np.full((size, size), 1 / size**2))  # (64, 64)
    unexplained = logit - bias - float(contributions.sum())
    return Explanation(logit, bias, contributions, unexplained, is_exact=False)
