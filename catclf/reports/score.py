"""The score of an evaluation: accuracy with interval and baseline, confusion matrix, metrics."""

from catclf.evaluation.evaluate import Evaluation
from catclf.reports.markup import EMPTY, Markup, join, tag
from catclf.reports.tables import table
from catclf.text import percent

# Ends of the line on which the accuracy is drawn, in the drawing's units.
_LEFT, _RIGHT = 22, 338


def score(evaluation: Evaluation) -> Markup:
    """The score.

    Parameters
    ----------
    evaluation : Evaluation
        If all of its images were trained on, there is a warning instead of a headline.

    Returns
    -------
    Markup
        What stands first on the page.
    """
    headline = EMPTY if evaluation.is_of_training_images else _headline(evaluation)
    parts = [_confusion_matrix(evaluation), _metrics(evaluation)]
    return join([_warning(evaluation), headline, tag("div", *parts, class_="columns")])


def _warning(evaluation: Evaluation) -> Markup:
    known, m = len(evaluation.trained_on), evaluation.m
    if not known:
        return EMPTY
    were = "was" if known == 1 else "were"
    text = (
        f"All {m} images were used for training: what follows is not a score."
        if evaluation.is_of_training_images
        else f"{known} of these {m} images {were} used for training: the score is optimistic."
    )
    return tag("p", tag("strong", "Warning: "), text, class_="warning", role="note")


def _headline(evaluation: Evaluation) -> Markup:
    metrics = evaluation.metrics
    low, high = metrics.accuracy_interval
    unproven = low <= metrics.baseline <= high
    text = (
        f"95 % interval {percent(low)} to {percent(high)}. Majority baseline "
        f'{percent(metrics.baseline)} (always "{evaluation.majority}").'
    )
    if unproven:
        text += (
            " The interval includes the baseline: these images do not show that the model is "
            "better than it."
        )
    accuracy = tag("p", tag("strong", percent(metrics.accuracy)), " accuracy", class_="accuracy")
    return tag("div", tag("div", accuracy, tag("p", text)), _strip(evaluation), class_="headline")


def _strip(evaluation: Evaluation) -> Markup:
    """The accuracy, its interval and the baseline on a line from 0 to 1."""
    metrics = evaluation.metrics
    low, high, accuracy, baseline, *ticks = (
        f"{_LEFT + (_RIGHT - _LEFT) * share:.1f}"
        for share in (
            *metrics.accuracy_interval,
            metrics.accuracy,
            metrics.baseline,
            *(i / 5 for i in range(6)),
        )
    )
    return tag(
        "svg",
        tag("path", class_="axis", d=f"M{_LEFT} 26H{_RIGHT}"),
        *(tag("text", f"{20 * i} %", class_="tick middle", x=x, y=48) for i, x in enumerate(ticks)),
        tag("path", class_="rule", d=f"M{baseline} 16V36"),
        tag("text", "baseline", class_="tick middle", x=baseline, y=11),
        tag("path", class_="band", d=f"M{low} 26H{high}"),
        tag("circle", class_="dot", cx=accuracy, cy=26, r=5),
        viewBox="0 0 360 52",
        class_="strip",
        role="img",
        aria_label="Accuracy with its interval, and the majority baseline",
    )


def _confusion_matrix(evaluation: Evaluation) -> Markup:
    metrics, positive, negative = evaluation.metrics, evaluation.positive, evaluation.negative
    negatives = evaluation.m - metrics.positives
    rows = [
        [
            f"actual {positive}",
            _cell(metrics.true_positives, metrics.positives, is_right=True),
            _cell(metrics.false_negatives, metrics.positives, is_right=False),
        ],
        [
            f"actual {negative}",
            _cell(metrics.false_positives, negatives, is_right=False),
            _cell(metrics.true_negatives, negatives, is_right=True),
        ],
    ]
    heads = ("", f"predicted {positive}", f"predicted {negative}")
    return tag("div", tag("h3", "Confusion matrix"), table(heads, rows), class_="confusion")


def _cell(count: int, of: int, *, is_right: bool) -> Markup:
    return tag(
        "span",
        tag("b", f"{count}"),
        " ",
        tag("small", percent(count / of)),
        class_="right" if is_right else "wrong",
    )


def _metrics(evaluation: Evaluation) -> Markup:
    metrics = evaluation.metrics
    rows = metrics.shown()
    if evaluation.is_of_training_images:
        rows.insert(0, ("Training accuracy", percent(metrics.accuracy)))
    title = "Metrics on training images" if evaluation.is_of_training_images else "Metrics"
    return tag("div", tag("h3", title), table((), rows))
