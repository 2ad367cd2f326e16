"""A page that asks for the labels of images, first of those that a model is least sure of."""

import math
from collections.abc import Sequence
from pathlib import Path

from catclf.errors import ImageError
from catclf.model import Model, Prediction
from catclf.progress import Progress
from catclf.reports.gallery import Picture, gallery, names_list
from catclf.reports.markup import Markup, join, tag
from catclf.reports.page import Section, asset, page
from catclf.reports.review import SCRIPTS, labelled, review_bar, review_keys
from catclf.reports.thumbnails import SIDE, Thumbnails
from catclf.storage import written_whole
from catclf.text import plural

# So few images are shown twice as large.
_FEW = 250


def write_label_page(
    path: Path,
    model: Model,
    predictions: Sequence[tuple[Path, Prediction]],
    *,
    folder: Path,
    progress: Progress | None = None,
) -> int:
    """Ask for labels: a page without any other file, which saves them as `labels.csv`.

    The same input gives the same bytes.

    Parameters
    ----------
    path : Path
        The HTML file to write.
    model : Model
        Has made the predictions.
    predictions : sequence of (Path, Prediction)
        Images, in any order.
    folder : Path
        Where the images are; their names on the page are relative to it.
    progress : callable, optional
        Called with the number of images drawn, and the number of all that will be.

    Returns
    -------
    int
        How many images the page shows: those that the model is least sure of, up to 1000.

    Raises
    ------
    OutputError
        If the page cannot be written.
    """
    large = len(predictions) <= _FEW
    ranked = sorted(predictions, key=lambda of: _sureness(of[1].probability, model.threshold))
    pictures, rest = _pictures(model, ranked, folder, 2 * SIDE if large else SIDE, progress)
    shown = [picture.labelled for picture in pictures if picture.labelled]
    more = names_list(rest, f"{plural(len(rest), 'image')} not shown, by name")
    document = page(
        f"Labels for {folder.name or folder}",
        [
            Section(
                "images",
                plural(len(pictures), "image"),
                join([gallery(pictures, large=large), more]),
            )
        ],
        lead=_lead(model),
        bar=review_bar(model.positive, model.negative, shown),
        scripts=[*map(asset, SCRIPTS)] if shown else [],
    )
    with written_whole(path) as file:
        file.write(document)
    return len(pictures)


def _lead(model: Model) -> Markup:
    keys = [
        join([tag("kbd", key), " ", tag("bdi", text), "; "])
        for key, text in review_keys(model.positive, model.negative)
    ]
    return tag(
        "p",
        "First those that the model is least sure of. Keys: ",
        *keys,
        "arrows move on and back. The saved file is for catclf train labels.csv.",
    )


def _pictures(
    model: Model,
    ranked: Sequence[tuple[Path, Prediction]],
    folder: Path,
    side: int,
    progress: Progress | None,
) -> tuple[list[Picture], list[str]]:
    """The first images, as many as a page holds, and the names of the others."""
    thumbnails = Thumbnails()
    pictures, rest = [], []
    for done, (path, prediction) in enumerate(ranked, start=1):
        image = labelled(str(path), None)
        name = str(path.relative_to(folder))
        try:
            thumbnail = thumbnails.of_file(path, side) if image else None
        except ImageError:  # gone since it was predicted
            thumbnail = None
        if thumbnail:
            text = f"probability of {model.positive} {prediction.probability:.4f}"
            pictures.append(Picture(name, thumbnail, text, labelled=image))
        else:
            rest.append(name)
        if progress:
            progress(done, len(ranked))
    return pictures, rest


def _sureness(probability: float, threshold: float) -> float:
    """Distance of the logits of a probability and of the decision threshold."""
    if threshold in (0, 1):
        return abs(probability - threshold)
    if probability in (0, 1):
        return math.inf
    return abs(_logit(probability) - _logit(threshold))


def _logit(p: float) -> float:
    return math.log(p / (1 - p))
