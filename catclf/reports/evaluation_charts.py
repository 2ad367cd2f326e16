"""What an evaluation looks like: curves, calibration and the distribution of probabilities."""

from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catclf.evaluation.curves import precision_recall_curve, roc_curve
from catclf.evaluation.evaluate import Evaluation
from catclf.logistic import Array, sigmoid
from catclf.reports.charts import Axis, Chart, Key, count_step, share_axis
from catclf.reports.markup import Markup
from catclf.reports.tables import table
from catclf.text import percent, plural
from catclf.training.evidence import wilson_interval

_BARS = 20

# Rows of a table of a curve.
_ROWS = 21

# The area of a bin's dot grows with its share of the images.
_SMALLEST_DOT, _LARGEST_DOT = 2.5, 8.0


def roc_chart(evaluation: Evaluation, Y: NDArray[Any]) -> Markup:
    """The ROC curve, with the decision threshold."""
    metrics = evaluation.metrics
    curve = roc_curve(evaluation.Z, Y)
    rate = metrics.false_positives / (metrics.false_positives + metrics.true_negatives)
    recall = metrics.true_positives / metrics.positives
    chart = Chart(share_axis("False positive rate"), share_axis("Recall"))
    chart.line([(0, 0), (1, 1)], "reference")
    chart.line(_pairs(curve.false_positive_rate, curve.recall), "curve")
    chart.dot(rate, recall, "dot threshold")
    chart.text(rate, recall, f"threshold {evaluation.threshold:.3g}", down=16)
    return chart.figure(
        "roc",
        "ROC curve",
        f"Area under the curve {metrics.roc_auc:.3f}. At the threshold, recall is "
        f"{percent(recall)} and the false positive rate {percent(rate)}.",
        [Key("curve", "this model"), Key("reference", "guessing")],
        _curve_table(
            ("threshold", "false positive rate", "recall"),
            (_probabilities(curve.logits), curve.false_positive_rate, curve.recall),
        ),
    )


def precision_recall_chart(evaluation: Evaluation, Y: NDArray[Any]) -> Markup:
    """Precision against recall, with the decision threshold."""
    metrics = evaluation.metrics
    curve = precision_recall_curve(evaluation.Z, Y)
    share = metrics.positives / metrics.m
    chart = Chart(share_axis("Recall"), share_axis("Precision"))
    chart.line([(0, share), (1, share)], "reference")
    chart.line(_steps(curve.recall, curve.precision), "curve")
    at_threshold = "At the threshold, nothing is classified as positive."
    if metrics.precision is not None:
        recall = metrics.true_positives / metrics.positives
        chart.dot(recall, metrics.precision, "dot threshold")
        chart.text(recall, metrics.precision, f"threshold {evaluation.threshold:.3g}", down=16)
        at_threshold = (
            f"At the threshold, precision is {percent(metrics.precision)} and recall "
            f"{percent(recall)}."
        )
    return chart.figure(
        "precision-recall",
        "Precision and recall",
        f"Average precision {curve.average_precision:.3f}. {at_threshold}",
        [Key("curve", "this model"), Key("reference", f"guessing ({percent(share)})")],
        _curve_table(
            ("threshold", "recall", "precision"),
            (_probabilities(curve.logits), curve.recall, curve.precision),
        ),
    )


def reliability_chart(evaluation: Evaluation) -> Markup:
    """Observed shares against predicted probabilities, with their intervals."""
    metrics = evaluation.metrics
    chart = Chart(share_axis("Mean predicted probability"), share_axis("Observed share"))
    chart.line([(0, 0), (1, 1)], "reference")
    rows = []
    for bin_ in metrics.reliability:
        low, high = wilson_interval(round(bin_.share * bin_.images), bin_.images)
        chart.interval(bin_.probability, low, high, "interval")
        size = _LARGEST_DOT * sqrt(bin_.images / metrics.m)
        chart.dot(bin_.probability, bin_.share, "dot", max(_SMALLEST_DOT, size))
        rows.append(
            [
                f"{bin_.low:.1f} to {bin_.high:.1f}",
                f"{bin_.images}",
                f"{bin_.probability:.3f}",
                f"{bin_.share:.3f}",
                f"{low:.3f} to {high:.3f}",
            ]
        )
    return chart.figure(
        "reliability",
        "Calibration",
        f"Expected calibration error {metrics.calibration_error:.3f}. Where a dot lies below the "
        f"line, {evaluation.positive} is rarer than predicted. Larger dots stand for more images.",
        [
            Key("dot", "images with similar probabilities"),
            Key("interval", "95 % interval"),
            Key("reference", "calibrated"),
        ],
        table(("probability", "images", "mean predicted", "observed", "95 % interval"), rows),
    )


def histogram(evaluation: Evaluation, Y: NDArray[Any]) -> Markup:
    """How many images of each class got which probability: one class up, the other down."""
    edges = np.linspace(0, 1, _BARS + 1)
    a = sigmoid(evaluation.Z[0].astype(np.float64))  # (m,)
    positives, negatives = (np.histogram(a[Y[0] == label], edges)[0] for label in (1, 0))
    step = count_step(int(max(positives.max(), negatives.max())), 3)
    above = -(-int(positives.max()) // step) or 1
    below = -(-int(negatives.max()) // step) or 1
    ticks = [(i * step, str(abs(i * step))) for i in range(-below, above + 1)]
    probability = share_axis(f"Probability of {evaluation.positive}")
    chart = Chart(probability, Axis("Images", -below * step, above * step, ticks))
    for left, up, down in zip(edges, positives, negatives, strict=False):
        left, right = float(left) + 0.003, float(left) + 1 / _BARS - 0.003
        if up:
            chart.bar(left, right, float(up), "bar positive")
        if down:
            chart.bar(left, right, -float(down), "bar negative")
    chart.line([(0, 0), (1, 0)], "axis")
    threshold = evaluation.threshold
    chart.line([(threshold, -below * step), (threshold, above * step)], "rule")
    chart.text(threshold, above * step, f"threshold {threshold:.3g}", down=10)
    sure = int(positives[-2:].sum() + negatives[:2].sum())
    wrong = int(positives[:2].sum() + negatives[-2:].sum())
    return chart.figure(
        "histogram",
        "Probabilities by class",
        f"Above the axis: {evaluation.positive}; below it: {evaluation.negative}. The model is at "
        f"least 90 % sure of {plural(sure + wrong, 'image')}"
        + (f", and wrong about {wrong or 'none'} of them." if sure + wrong else "."),
        [
            Key("bar positive", evaluation.positive),
            Key("bar negative", evaluation.negative),
            Key("rule", "threshold"),
        ],
        table(
            ("probability", evaluation.positive, evaluation.negative),
            [
                [f"{left:.2f} to {left + 1 / _BARS:.2f}", f"{up}", f"{down}"]
                for left, up, down in zip(edges, positives, negatives, strict=False)
            ],
        ),
    )


def _probabilities(logits: Array) -> Array:
    return sigmoid(logits.astype(np.float64))


def _pairs(x: Array, y: Array) -> list[tuple[float, float]]:
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _steps(recall: Array, precision: Array) -> list[tuple[float, float]]:
    """Corners of a curve whose precision holds from the recall before to its own."""
    starts = np.concatenate([[0], recall[:-1]])
    corners = np.stack([starts, precision, recall, precision], axis=1)  # (k, 4)
    return _pairs(corners[:, 0::2].ravel(), corners[:, 1::2].ravel())  # (2k,)


def _curve_table(heads: Sequence[str], columns: Sequence[Array]) -> Markup:
    """Some points of a curve, at about equal distances in recall."""
    chosen = np.unique(np.linspace(0, len(columns[0]) - 1, _ROWS).round().astype(int))
    rows = [[f"{column[i]:.3f}" for column in columns] for i in chosen]
    return table(heads, rows)
