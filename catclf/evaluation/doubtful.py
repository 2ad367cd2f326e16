"""Labels that are doubtful: models that never saw the image contradict them."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from catclf.datasets.dataset import Dataset
from catclf.errors import OutputError
from catclf.logistic import Array, sigmoid
from catclf.storage import written_whole
from catclf.text import as_csv_cell


class Doubtful(NamedTuple):
    """An image whose label may be wrong."""

    name: str
    label: str
    """Its class."""
    probability: float
    """Probability of this class, by a model that was trained without the image."""


def doubtful_labels(dataset: Dataset, Z: Array) -> list[Doubtful]:
    """List the labels that are less likely than others.

    A label is doubtful if the other class is likelier, and as likely as it is for images that are
    labelled with it, on average (the confident joint of Northcutt, Jiang and Chuang, "Confident
    Learning: Estimating Uncertainty in Dataset Labels", 2021): so models that are too sure, or not
    sure enough, list no more and no fewer.

    Parameters
    ----------
    dataset : Dataset
        Images of both classes.
    Z : array (1, m)
        Logits, each from a model that was trained without the image and what belongs to it, as
        `CrossValidation.Z`.

    Returns
    -------
    list of Doubtful
        Most doubtful first.
    """
    z = Z[0].astype(np.float64)  # (m,)
    is_positive = dataset.labels == 1  # (m,)
    # By the logit: probabilities near 1 may all round to the same number.
    for_other = np.where(is_positive, -z, z)  # (m,)
    likelihood = sigmoid(for_other)  # (m,)
    usual = {label: sigmoid(-for_other[is_positive == label]).mean() for label in (True, False)}
    least = np.where(is_positive, usual[False], usual[True])  # (m,)
    chosen = np.flatnonzero((for_other > 0) & (likelihood >= least))
    names = (dataset.negative, dataset.positive)
    return [
        Doubtful(dataset.names[int(i)], names[dataset.labels[i]], float(sigmoid(-for_other[i])))
        for i in chosen[np.argsort(-for_other[chosen], kind="stable")]
    ]


def write_doubtful(doubtful: Sequence[Doubtful], path: Path) -> None:
    """Write doubtful labels to a CSV file of path, label and the probability of the label.

    Parameters
    ----------
    doubtful : sequence of Doubtful
        In any order.
    path : Path
        The file.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["path", "label", "probability"])
    writer.writerows(
        (as_csv_cell(d.name), as_csv_cell(d.label), f"{d.probability:.6g}") for d in doubtful
    )
    try:
        content = table.getvalue().encode()
    except UnicodeEncodeError:
        raise OutputError(
            f"{path} cannot be written: an image has a name that is not text"
        ) from None
    with written_whole(path) as file:
        file.write(content)
