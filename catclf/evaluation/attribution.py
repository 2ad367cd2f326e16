"""Why a model says what it says of an image: its logit as the sum of what each pixel adds."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from catclf.images.preprocessing import SIDE, Images, mirrored
from catclf.logistic import Array
from catclf.model import Model, Prediction

# Along a side of the image: squares, and those of a window.
_SQUARES = 8
_WINDOW = 3

# Radius of the blur, as a share of the image's side.
_BLUR = 0.09


class Part(NamedTuple):
    """A third of an image."""

    name: str
    contribution: float
    """What its pixels add to the logit, together."""
    share: float
    """Of the sum of all contributions, regardless of their signs."""


@dataclass(frozen=True)
class Explanation:
    """A logit, and what it is made of: z = b + Σ contributions + unexplained."""

    prediction: Prediction
    """What is explained, as `Model.predict_images` returns it."""
    logit: float
    bias: float
    """b; for Fourier features, the logit of the mean image; for an approximation, that of the image
    when it is blurred."""
    contributions: Array
    """(64, 64), float64: what each pixel adds to the logit."""
    contributor: str
    """What has a contribution: a pixel; or a field or a window, whose contribution is spread evenly
    over its pixels."""
    unexplained: float = 0.0
    """What an approximation leaves over."""
    is_exact: bool = True
    """Whether the contributions follow from the model, not from trials with blurred parts."""

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
            "label": self.prediction.label,
            "probability": self.prediction.probability,
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
    outputs = model.outputs(images)
    (prediction,) = model.predictions(outputs)
    logit = float(outputs.Z.item())
    if not model.features.is_additive:
        baseline, contributions = _by_occlusion(model, image, logit)
        unexplained = logit - baseline - float(contributions.sum())
        return Explanation(
            prediction, logit, baseline, contributions, "window", unexplained, is_exact=False
        )
    contributions = model.features.attribution(model.w, image)
    if model.flip:
        of_mirrored = model.features.attribution(model.w, mirrored(images)[0])
        contributions = (contributions + of_mirrored[:, ::-1]) / 2
    bias = logit - float(contributions.sum())
    return Explanation(prediction, logit, bias, contributions, model.features.looks_at)


def _by_occlusion(model: Model, image: Images, logit: float) -> tuple[float, Array]:
    """What is lost when a window of the image is blurred, and gained when only it is sharp.

    Blurring alone (Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV
    2014) shows little where other parts of the image say the same; so the mean of both is taken.
    Each window's share is spread over its squares, and the windows overlap. Returns the logit of
    the blurred image, and the contributions (64, 64).
    """
    blurred = _blurred(image)
    baseline = float(model.logits(blurred[np.newaxis]).item())
    edges = np.linspace(0, len(image), _SQUARES + 1).round().astype(int)
    squares = np.zeros((_SQUARES, _SQUARES))
    places = range(1 - _WINDOW, _SQUARES)
    for i, j in ((i, j) for i in places for j in places):
        rows, columns = (slice(max(k, 0), min(k + _WINDOW, _SQUARES)) for k in (i, j))
        window = np.s_[
            edges[rows.start] : edges[rows.stop], edges[columns.start] : edges[columns.stop]
        ]
        without, alone = image.copy(), blurred.copy()
        without[window], alone[window] = blurred[window], image[window]
        lost, gained = model.logits(np.stack([without, alone]))[0] * (-1, 1) + (logit, -baseline)
        share = (lost + gained) / 2 / squares[rows, columns].size
        squares[rows, columns] += share / _WINDOW**2  # so many windows cover each square
    size = SIDE // _SQUARES
    return baseline, np.kron(squares, np.full((size, size), 1 / size**2))  # (64, 64)


def _blurred(image: Images) -> Images:
    """An image (side, side, 3) of which only the colours are left."""
    from PIL import Image, ImageFilter

    blur = ImageFilter.GaussianBlur(len(image) * _BLUR)
    return np.asarray(Image.fromarray(image).filter(blur))  # (side, side, 3)
