"""Going through the images of a page by keys, and saving their labels as a CSV file."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from catclf.datasets.dataset import Dataset
from catclf.reports.markup import EMPTY, Markup, tag

SCRIPTS = ("save_csv.js", "review.js")
"""What makes the bar work."""


class Key(NamedTuple):
    """A key of a review, and what it does."""

    key: str
    text: str


class Labelled(NamedTuple):
    """An image that a review can label."""

    path: str
    """The whole path, since browsers save `labels.csv` where they like."""
    label: int | None
    """1 for the positive class, 0 for the other; None if it has none yet."""


def labelled(name: str, label: int | None) -> Labelled | None:
    """An image as a review needs it.

    Parameters
    ----------
    name : str
        Path of its file.
    label : int or None
        1 for the positive class, 0 for the other; None if it has none yet.

    Returns
    -------
    Labelled or None
        None if its name is not text (bytes that are no UTF-8), which a CSV file cannot hold.
    """
    path = str(Path(name).absolute())
    return Labelled(path, label) if _is_text(path) else None


def labelled_of(dataset: Dataset, i: int) -> Labelled | None:
    """An image of a data set as a review needs it; None if it has no file, or as `labelled`."""
    return labelled(dataset.names[i], int(dataset.labels[i])) if dataset.has_files else None


def review_keys(positive: str, negative: str) -> list[Key]:
    """The keys of a review, in the order of its buttons."""
    return [
        Key("1", positive),
        Key("0", negative),
        Key("x", "leave out"),
        Key("u", "undo"),
        Key("s", "save labels.csv"),
    ]


def review_bar(
    positive: str, negative: str, shown: Sequence[Labelled], others: Sequence[Labelled] = ()
) -> Markup:
    """The buttons of a review, and what it has to know.

    Parameters
    ----------
    positive, negative : str
        Names of the classes.
    shown : sequence of Labelled
        What the galleries of the page show.
    others : sequence of Labelled
        More labelled images, which are saved with the labels that they have.

    Returns
    -------
    Markup
        To stand below everything else; nothing if there is nothing to review.
    """
    if not shown or not _is_text(positive + negative):
        return EMPTY
    known = "\0".join([positive, negative, *(image.path for image in (*shown, *others))])
    return tag(
        "div",
        tag("p", role="status"),
        tag(
            "div",
            tag("button", "Start review", type="button", data_key="start"),
            *(_button(*key) for key in review_keys(positive, negative)),
            class_="buttons",
        ),
        id="review",
        role="region",
        aria_label="Review",
        hidden=True,
        data_classes=json.dumps([negative, positive]),
        data_others=json.dumps(others),
        data_key=hashlib.sha256(known.encode()).hexdigest(),
    )


def _button(key: str, text: str) -> Markup:
    return tag(
        "button",
        tag("bdi", text),
        " ",
        tag("kbd", key, aria_hidden="true"),
        type="button",
        data_key=key,
        aria_keyshortcuts=key,
        hidden=True,
    )


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
