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
    """Raise `ModelError` unless a model's weights belong to pixels."""
    if not isinstance(model.features, Pixels):
        raise ModelError(
            f"{where} has weights for {model.features.name}, which are no image; train with "
            "--features pixels, or see `catclf explain`"
        )


def draw(figure: "Figure", model: Model) -> None:
    """Draw w for each channel, and together.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        An empty figure.
    model : Model
        A model of pixels.
    """
    from matplotlib.ticker import MaxNLocator

    figure.set_size_inches(10, 4)
    channels = model.w.reshape(SIDE, SIDE, 3)  # (64, 64, 3)
    together = channels.sum(axis=2)
    places = figure.subplots(1, 4)
    # The channels share their scale, so that they can be compared.
    largest = float(np.abs(channels).max()) or 1.0
    for c, name in enumerate(_CHANNELS):
        image = places[c].imshow(channels[:, :, c], cmap=DIVERGING, vmin=-largest, vmax=largest)
        image_axes(places[c], f"w, {name}")
    figure.colorbar(image, ax=places[:3], location="bottom", pad=0.03, ticks=MaxNLocator(6))
    largest = float(np.abs(together).max()) or 1.0
    image = places[3].imshow(together, cmap=DIVERGING, vmin=-largest, vmax=largest)
    image_axes(places[3], "all three together")
    figure.colorbar(image, ax=places[3], location="bottom", pad=0.03, ticks=MaxNLocator(4))
    figure.suptitle(
        f"Light pixels speak for {label(model.positive)} where w is orange, against it where purple"
    )
