"""An image, what the model sees of it, and the contribution of each pixel to the logit."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from catclf.evaluation.attribution import Explanation
from catclf.images.preprocessing import Images
from catclf.plots.figure import DIVERGING, image_axes, label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Of the colours, so that the image shows through.
_OPACITY = 0.85


def draw(
    figure: "Figure",
    explanation: Explanation,
    original: NDArray[np.uint8],
    seen: Images,
    positive: str,
) -> None:
    """Draw an explanation.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        An empty figure.
    explanation : Explanation
        The contributions of the pixels.
    original : uint8 array (height, width, 3)
        The image as it is in the file.
    seen : uint8 array (side, side, 3)
        The image as the model sees it.
    positive : str
        Name of the positive class.
    """
    figure.set_size_inches(9.5, 3.6)
    positive = label(positive)
    first, second, third = figure.subplots(1, 3)
    first.imshow(original)
    image_axes(first, "image")
    second.imshow(seen)
    image_axes(second, f"what the model sees, {len(seen)} × {len(seen)}")
    contributions = explanation.contributions
    largest = float(np.abs(contributions).max()) or 1.0
    whole = (0, 1, 1, 0)  # both cover the axes, whatever their numbers of pixels
    third.imshow(seen.mean(axis=2), cmap="gray", vmin=0, vmax=255, extent=whole)  # (side, side)
    overlay = third.imshow(
        contributions, cmap=DIVERGING, vmin=-largest, vmax=largest, alpha=_OPACITY, extent=whole
    )
    image_axes(third, f"contribution of each {explanation.contributor} to z")
    bar = figure.colorbar(overlay, ax=third, shrink=0.8)
    per_pixel = "" if explanation.contributor == "pixel" else "   (per pixel)"
    bar.set_label(f"against {positive}   ·   for {positive}{per_pixel}")
    for axes in (first, second, third):
        axes.set_anchor("N")  # the titles at one height, also above a wide image
    total = float(contributions.sum())
    terms = [explanation.bias, total] + [explanation.unexplained] * (not explanation.is_exact)
    sum_of_terms = " ".join(
        [f"{terms[0]:.3f}", *(f"{'+' if term >= 0 else '-'} {abs(term):.3f}" for term in terms[1:])]
    )
    names = "b + contributions"
    if not explanation.is_exact:
        names = "blurred + contributions + unexplained"
    figure.suptitle(
        f"Predicted: {label(explanation.prediction.label)}.   "
        f"z = {names} = {sum_of_terms} = {explanation.logit:.3f},   "
        f"probability of {positive}: {explanation.prediction.probability:.4f}"
    )
