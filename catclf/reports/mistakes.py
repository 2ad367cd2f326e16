"""The mistakes of an evaluation as images, with what the model looked at."""

from pathlib import Path

from catclf.datasets.dataset import Dataset
from catclf.errors import ImageError
from catclf.evaluation.attribution import explain
from catclf.evaluation.evaluate import Evaluation, misclassified
from catclf.images.decode import load_image
from catclf.images.preprocessing import SIDE, Images
from catclf.model import Model
from catclf.progress import Progress
from catclf.reports.gallery import Picture
from catclf.reports.overlay import overlay
from catclf.reports.review import labelled_of
from catclf.reports.thumbnails import Thumbnails, image_to_show

MOST_SHOWN = 120
"""Mistakes that are shown as images."""

# Mistakes that are explained: an approximation runs the encoder 200 times for each.
_EXPLAINED, _APPROXIMATED = 24, 6


def mistaken_pictures(
    model: Model,
    evaluation: Evaluation,
    dataset: Dataset,
    thumbnails: Thumbnails,
    *,
    progress: Progress | None = None,
) -> list[Picture]:
    """The first mistakes, most confident first.

    Parameters
    ----------
    model : Model
        Made them, and explains them.
    evaluation : Evaluation
        Has the mistakes.
    dataset : Dataset
        The images that were evaluated.
    thumbnails : Thumbnails
        Makes the images of the page.
    progress : callable, optional
        Called with the number of mistakes done, and the number of all that are shown.

    Returns
    -------
    list of Picture
        At most `MOST_SHOWN`.
    """
    places = misclassified(evaluation.Z, dataset.Y, evaluation.threshold)[:MOST_SHOWN]
    explained = _EXPLAINED if model.features.is_additive else _APPROXIMATED
    pictures = []
    for rank, (i, mistake) in enumerate(zip(places, evaluation.mistakes, strict=False)):
        shown = image_to_show(dataset, i)  # (height, width, 3)
        drawn = _explained(model, dataset, i, shown) if rank < explained else None
        text = (
            f"{mistake.label}, predicted {mistake.predicted}: probability of "
            f"{evaluation.positive} {mistake.probability:.4f}"
        )
        pictures.append(
            Picture(
                mistake.name,
                thumbnails.of_array(shown),
                text,
                None if drawn is None else thumbnails.of_array(drawn),
                labelled_of(dataset, i),
            )
        )
        if progress:
            progress(rank + 1, len(places))
    return pictures


def _explained(model: Model, dataset: Dataset, i: int, shown: Images) -> Images | None:
    """The image with what the model looked at; None where the image that it saw is not at hand."""
    preprocessing = model.preprocessing
    try:
        if preprocessing.side == SIDE:
            seen = dataset.images[i : i + 1][0]
        elif dataset.has_files:
            seen = load_image(Path(dataset.names[i]), preprocessing)
        else:  # packed at the encoder's side, and reduced after it was encoded
            return None
    except ImageError:  # gone since it was read
        return None
    return overlay(shown, explain(model, seen).contributions, preprocessing)
