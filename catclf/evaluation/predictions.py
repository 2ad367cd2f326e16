"""Predictions for what the command line names: image files, folders, HDF5 files."""

from collections.abc import Callable, Iterator, Sequence

from catclf.datasets.inputs import Input, read_inputs
from catclf.errors import CatclfError
from catclf.model import IMAGES_AT_ONCE, Model, Prediction

Outcome = tuple[str, Prediction | CatclfError]
"""An image's name, and what is predicted for it, or why nothing is."""


def predict_inputs(
    model: Model,
    inputs: Sequence[Input],
    threshold: float | None = None,
    unsure: tuple[float, float] | None = None,
    strange: float | None = None,
    on_small: Callable[[str], None] | None = None,
) -> Iterator[Outcome]:
    """Predict images, while the next ones are read.

    Parameters
    ----------
    model : Model
        The classifier.
    inputs : sequence of Input
        What `find_inputs` returned.
    threshold, unsure, strange
        As for `Model.predict_images`.
    on_small : callable, optional
        Called with the name of each file that is too small to show much.

    Yields
    ------
    str, Prediction or CatclfError
        In the order of the inputs.
    """
    for names, images in read_inputs(inputs, model.preprocessing, IMAGES_AT_ONCE, on_small):
        if isinstance(images, CatclfError):
            yield names[0], images
        else:
            predictions = model.predict_images(images, threshold, unsure, strange)
            yield from zip(names, predictions, strict=True)
