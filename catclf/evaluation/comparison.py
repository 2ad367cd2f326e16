"""Two models on the same images: whether one is better, or only luckier."""

from collections.abc import Sequence
from dataclasses import replace
from math import exp, lgamma, log, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.dataset import Dataset
from catclf.errors import DataError
from catclf.evaluation.evaluate import Evaluation
from catclf.training.evidence import wilson_interval


class Comparison(NamedTuple):
    """A model beside another, on images that both have judged."""

    only_first: int
    """Images that only the other one, the first, classifies correctly."""
    only_second: int
    """Images that only this one classifies correctly."""
    difference: float
    """Accuracy of this one minus that of the first."""
    interval: tuple[float, float]
    """95 % interval of the difference."""
    p_value: float
    """Of McNemar's exact test: how likely so uneven numbers are if neither is better. With several
    models it is corrected for their number."""


def compare(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Comparison:
    """Compare which images two models classify correctly.

    Parameters
    ----------
    first, second : bool array (m,)
        For each of the same images, whether the model is right.

    Returns
    -------
    Comparison
        The second beside the first.
    """
    m, both = len(first), int((first & second).sum())
    only_first, only_second = int(first.sum()) - both, int(second.sum()) - both
    neither = m - both - only_first - only_second
    return Comparison(
        only_first,
        only_second,
        (only_second - only_first) / m,
        paired_interval(both, only_second, only_first, neither),
        mcnemar(only_first, only_second),
    )


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided p-value of McNemar's exact test.

    If neither model is better, each image that only one of them has right is as likely to be the
    other's: twice the tail of a binomial distribution with probability ½ (McNemar, "Note on the
    sampling error of the difference between correlated proportions or percentages", 1947).

    Parameters
    ----------
    only_first, only_second : int
        Images that only the one model, or only the other, has right.

    Returns
    -------
    float
        From 0 to 1.
    """
    n, fewer = only_first + only_second, min(only_first, only_second)
    terms = (
        exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) - n * log(2))
        for k in range(fewer + 1)
    )
    return min(1.0, 2 * sum(terms))


def paired_interval(
    both: int, only_this: int, only_other: int, neither: int
) -> tuple[float, float]:
    """95 % interval of the difference of two accuracies on the same images.

    Method 10 of Newcombe, "Improved confidence intervals for the difference between binomial
    proportions based on paired data" (1998): the Wilson intervals of both, combined with regard to
    their correlation φ.

    Parameters
    ----------
    both, only_this, only_other, neither : int
        Images that both models have right, only this one, only the other, and neither; together
        at least one.

    Returns
    -------
    low, high : float
        Of this one's accuracy minus the other's.
    """
    n = both + only_this + only_other + neither
    this, other = both + only_this, both + only_other
    p1, p2 = this / n, other / n
    (low1, high1), (low2, high2) = wilson_interval(this, n), wilson_interval(other, n)
    margins = this * (n - this) * other * (n - other)
    product: float = both * neither - only_this * only_other
    if product > 0:  # with a correction for continuity
        product = max(product - n / 2, 0.0)
    phi = product / sqrt(margins) if margins else 0.0

    def distance(a: float, b: float) -> float:
        return sqrt(max(a * a - 2 * phi * a * b + b * b, 0.0))

    return (
        p1 - p2 - distance(p1 - low1, high2 - p2),
        p1 - p2 + distance(high1 - p1, p2 - low2),
    )


def common_images(datasets: Sequence[Dataset]) -> list[Dataset]:
    """The images that all of several readings of a data set have, in the same order.

    Parameters
    ----------
    datasets : sequence of Dataset
        The same files, each as another model needs them; each may lack unreadable ones.

    Returns
    -------
    list of Dataset
        One for each. All name all files that any lacks.
    """
    common = set.intersection(*(set(dataset.names) for dataset in datasets))
    skipped = list(dict.fromkeys(file for dataset in datasets for file in dataset.skipped))
    return [
        replace(
            dataset
            if len(common) == len(set(dataset.names))
            else dataset.subset(np.array([name in common for name in dataset.names])),
            skipped=skipped,
        )
        for dataset in datasets
    ]


def compare_all(evaluations: Sequence[Evaluation], labels: NDArray[np.uint8]) -> list[Comparison]:
    """Compare models with the first of them.

    Their p-values are corrected for their number (Holm, "A simple sequentially rejective multiple
    test procedure", 1979): among many models, some look better by chance.

    Parameters
    ----------
    evaluations : sequence of Evaluation
        Of the models, on the same images.
    labels : uint8 array (m,)
        Labels of the images, 1 or 0.

    Returns
    -------
    list of Comparison
        One for each but the first.

    Raises
    ------
    DataError
        If the models recognise different classes.
    """
    first, *others = evaluations
    for other in others:
        if other.positive != first.positive:
            raise DataError(
                f"the models recognise different classes, {first.positive} and {other.positive}, "
                "and cannot be compared"
            )
    comparisons = [compare(first.right(labels), other.right(labels)) for other in others]
    corrected = _holm([comparison.p_value for comparison in comparisons])
    return [c._replace(p_value=p) for c, p in zip(comparisons, corrected, strict=True)]


def _holm(p_values: Sequence[float]) -> list[float]:
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[i]))
        corrected[i] = highest
    return corrected
