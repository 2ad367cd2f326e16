"""A page that asks for the labels of images."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from catclf.errors import DataError, ImageError
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


def least_sure_first(
    predictions: Mapping[Path, Prediction], model: Model
) -> list[tuple[Path, str]]:
    """Images, first those that the model is least sure of, and what it says of each."""
    ranked = sorted(
        predictions.items(), key=lambda of: _sureness(of[1].probability, model.threshold)
    )
    return [
        (path, f"probability of {model.positive} {prediction.probability:.4f}")
        for path, prediction in ranked
    ]


def write_label_page(
    path: Path,
    images: Sequence[tuple[Path, str]],
    *,
    folder: Path,
    positive: str,
    negative: str,
    order: str,
    on_unreadable: Callable[[Path, ImageError], None],
    progress: Progress | None = None,
) -> int:
    """Ask for labels: a page without any other file, which saves them as `labels.csv`.

    The same input gives the same bytes.

    Parameters
    ----------
    path : Path
        The HTML file to write.
    images : sequence of (Path, str)
        Images in the order in which they are shown, and what is said of each.
    folder : Path
        Where the images are; their names on the page are relative to it.
    positive, negative : str
        Names of the classes.
    order : str
        Says in which order the images come.
    on_unreadable : callable
        Called with images that cannot be read.
    progress : callable, optional
        Called with the number of images drawn, and the number of all that will be.

    Returns
    -------
    int
        How many images the page shows: the first ones, up to 1000.

    Raises
    ------
    DataError
        If none of the images can be read.
    OutputError
        If the page cannot be written.
    """
    large = len(images) <= _FEW
    side = 2 * SIDE if large else SIDE
    pictures, rest = _pictures(images, folder, side, on_unreadable, progress)
    if not pictures and not rest:
        raise DataError(f"{folder} has no images that can be read; name another folder")
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
        lead=_lead(order, positive, negative),
        bar=review_bar(positive, negative, shown),
        scripts=[*map(asset, SCRIPTS)] if shown else [],
    )
    with written_whole(path) as file:
        file.write(document)
    return len(pictures)


def _lead(order: str, positive: str, negative: str) -> Markup:
    keys = [
        join([tag("kbd", key), " ", tag("bdi", text), "; "])
        for key, text in review_keys(positive, negative)
    ]
    return tag(
        "p",
        f"{order}. Keys: ",
        *keys,
        "arrows move on and back. The saved file is for catclf train labels.csv.",
    )


def _pictures(
    images: Sequence[tuple[Path, str]],
    folder: Path,
    side: int,
    on_unreadable: Callable[[Path, ImageError], None],
    progress: Progress | None,
) -> tuple[list[Picture], list[str]]:
    """The first images, as many as a page holds, and the names of the others."""
    thumbnails = Thumbnails()
    pictures, rest = [], []
    for done, (path, text) in enumerate(images, start=1):
        image = labelled(str(path), None)
        name = str(path.relative_to(folder))
        try:
            thumbnail = thumbnails.of_file(path, side) if image else None
        except ImageError as error:
            on_unreadable(path, error)
        else:
            if thumbnail:
                pictures.append(Picture(name, thumbnail, text, labelled=image))
            else:
                rest.append(name)
        if progress:
            progress(done, len(images))
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
