"""The weights of a model of pixels, as an image."""

from typing import TYPE_CHECKING

import numpy as np

from catclf.errors import ModelError
from catclf.features.pixels import Pixels
from catclf.images.preprocessing import SIDE
from catclf.model import Model
from catclf.plots.figure import DIVERGING, image_axes, label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_CHANNELS = ("red", "green", "blue")


def require_pixels(model: Model, where: str) -> None:
    """Raise `ModelError` unless the features of a model are pixels."""
    if not isinstance(model.features, Pixels):
        raise ModelError(
            f"{where} has weights for {model.features.name}, which cannot be drawn as an image; "
            "train with --features pixels, or use `catclf explain`"
        )


def draw(figure: "Figure", model: Model) -> None:
    """Draw w for each colour channel, and their sum.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        An empty figure.
    model : Model
        A model whose features are pixels.
    """
    from matplotlib.ticker import MaxNLocator

    figure.set_size_inches(10, 4)
    channels = model.w.reshape(SIDE, SIDE, 3)  # (64, 64, 3)
    total = channels.sum(axis=2)
    axes = figure.subplots(1, 4)
    # The channels share their scale, so that they can be compared.
    largest = float(np.abs(channels).max()) or 1.0
    for c, name in enumerate(_CHANNELS):
        image = axes[c].imshow(channels[:, :, c], cmap=DIVERGING, vmin=-largest, vmax=largest)
        image_axes(axes[c], f"weights of {name}")
    bar = figure.colorbar(image, ax=axes[:3], location="bottom", pad=0.03, ticks=MaxNLocator(6))
    bar.set_label("w")
    largest = float(np.abs(total).max()) or 1.0
    image = axes[3].imshow(total, cmap=DIVERGING, vmin=-largest, vmax=largest)
    image_axes(axes[3], "their sum (its own scale)")
    bar = figure.colorbar(image, ax=axes[3], location="bottom", pad=0.03, ticks=MaxNLocator(4))
    bar.set_label("sum of w")
    figure.suptitle(
        f"Bright pixels count for {label(model.positive)} where w is orange, "
        "against it where w is purple"
    )
