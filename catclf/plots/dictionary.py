"""The dictionary of patches that a model has learned."""

from typing import TYPE_CHECKING

import numpy as np

from catclf.errors import ModelError
from catclf.features import FeatureMap
from catclf.features.fourier import Fourier
from catclf.features.joined import Joined
from catclf.features.patches import Patches
from catclf.logistic import Array
from catclf.model import Model
from catclf.plots.figure import image_axes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS = 20
_TITLES = ("patches of 6 × 6 pixels", "patches of 12 × 12 pixels, halved")


def patches_of(model: Model, where: str) -> Patches:
    """The patches among a model's features.

    Parameters
    ----------
    model : Model
        A model.
    where : str
        Its name, for people.

    Returns
    -------
    Patches
        With its dictionary.

    Raises
    ------
    ModelError
        If it has none.
    """
    features: FeatureMap = model.features
    if isinstance(features, Fourier):
        features = features.inner
    parts = features.parts if isinstance(features, Joined) else [features]
    for part in parts:
        if isinstance(part, Patches):
            return part
    raise ModelError(
        f"{where} has no dictionary, as its features are {features.name}; train with --recipe best "
        "or --features patches"
    )


def draw(figure: "Figure", patches: Patches) -> None:
    """Draw all atoms of both scales.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        An empty figure.
    patches : Patches
        With a dictionary.
    """
    figure.set_size_inches(10, 3.2)
    for axes, atoms, title in zip(figure.subplots(1, 2), patches.atoms, _TITLES, strict=True):
        axes.imshow(_sheet(atoms), interpolation="nearest")
        image_axes(axes, title)


def _sheet(atoms: Array) -> Array:
    """Atoms (K, 6, 6, 3) in rows of 20, each from grey to its own strongest colour."""
    count, height, width, _ = atoms.shape
    rows = -(-count // _COLUMNS)
    sheet = np.ones((rows * (height + 1) - 1, _COLUMNS * (width + 1) - 1, 3))
    for i, atom in enumerate(atoms):
        top, left = i // _COLUMNS * (height + 1), i % _COLUMNS * (width + 1)
        strongest = float(np.abs(atom).max()) or 1.0
        sheet[top : top + height, left : left + width] = 0.5 + atom / (2 * strongest)
    return sheet
