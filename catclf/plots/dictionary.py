"""The dictionary of patches that a model has learned."""

from typing import TYPE_CHECKING

import numpy as np

from catclf.errors import ModelError
from catclf.features.feature_map import FeatureMap
from catclf.features.fourier import Fourier
from catclf.features.joined import Joined
from catclf.features.patches import Patches
from catclf.logistic import Array
from catclf.model import Model
from catclf.plots.figure import image_axes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS = 20
_TITLES = ("patches of 6 × 6 pixels", "patches of 12 × 12 pixels, at half size")


def patches_of(model: Model, where: str) -> Patches:
    """Find the feature map with a dictionary of patches in a model.

    Parameters
    ----------
    model : Model
        A model.
    where : str
        Name of the model, for the error message.

    Returns
    -------
    Patches
        The feature map.

    Raises
    ------
    ModelError
        If the model does not use patches.
    """
    features: FeatureMap = model.features
    if isinstance(features, Fourier):
        features = features.inner
    parts = features.parts if isinstance(features, Joined) else [features]
    for part in parts:
        if isinstance(part, Patches):
            return part
    raise ModelError(
        f"{where} has no dictionary: its features are {model.features.name}; train with "
        "--recipe best or --features patches"
    )


def draw(figure: "Figure", patches: Patches) -> None:
    """Draw the atoms of both scales.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        An empty figure.
    patches : Patches
        Whose dictionary to draw.
    """
    figure.set_size_inches(10, 3.3)
    for axes, atoms, title in zip(figure.subplots(1, 2), patches.atoms, _TITLES, strict=True):
        axes.imshow(_sheet(atoms), interpolation="nearest")
        image_axes(axes, title)
    counts = " and ".join(str(len(atoms)) for atoms in patches.atoms)
    figure.suptitle(f"The dictionary: {counts} patches that images are compared with; 0 is grey")


def _sheet(atoms: Array) -> Array:
    """Atoms (K, 6, 6, 3) in rows of 20, each scaled to its own largest value; 0 is grey."""
    count, height, width, _ = atoms.shape
    rows = -(-count // _COLUMNS)
    sheet = np.ones((rows * (height + 1) - 1, _COLUMNS * (width + 1) - 1, 3))
    for i, atom in enumerate(atoms):
        top, left = i // _COLUMNS * (height + 1), i % _COLUMNS * (width + 1)
        largest = float(np.abs(atom).max()) or 1.0
        sheet[top : top + height, left : left + width] = 0.5 + atom / (2 * largest)
    return sheet
