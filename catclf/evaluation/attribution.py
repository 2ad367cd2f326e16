"""Why a model says what it says of an image: its logit as the sum of what each pixel adds."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from catclf.images.preprocessing import Images, mirrored
from catclf.logistic import Array, sigmoid
from catclf.model import Model


class Part(NamedTuple):
    """A third of an image."""

    name: str
    contribution: float
    """What its pixels add to the logit, together."""
    share: float
    """Of all that is added or taken anywhere, regardless of the sign."""


@dataclass(frozen=True)
class Explanation:
    """A logit, and what it is made of: z = b + Σ contributions."""

    logit: float
    bias: float
    """b; for Fourier features, the logit of the mean image."""
    contributions: Array
    """(64, 64), float64: what each pixel adds to the logit."""

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
        }


def explain(model: Model, image: Images) -> Explanation:
    """Take a logit apart.

    Parameters
    ----------
    model : Model
        What to explain.
    image : uint8 array (64, 64, 3)
        An image, as the model sees it.

    Returns
    -------
    Explanation
        With the contribution of each pixel: for a model of pixels the sum of w·x over its three
        channels; for another, what each feature adds, spread over the pixels that it looks at; with
        Fourier features, relative to those of a mean image. For a model that flips, a pixel
        and its mirror image share the work.

    Raises
    ------
    ImageError
        If the array has another shape or type.
    """
    images = image[np.newaxis]  # (1, 64, 64, 3)
    logit = float(model.logits(images).item())
    contributions = model.features.attribution(model.w, image)
    if model.flip:
        of_mirrored = model.features.attribution(model.w, mirrored(images)[0])
        contributions = (contributions + of_mirrored[:, ::-1]) / 2
    return Explanation(logit, logit - float(contributions.sum()), contributions)
