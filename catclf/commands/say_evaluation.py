"""What `catclf evaluate` prints of one model."""

from pathlib import Path
from typing import TYPE_CHECKING

from catclf.commands import report
from catclf.commands.output import percent, plural, say

if TYPE_CHECKING:
    from catclf.evaluation.evaluate import Evaluation
    from catclf.evaluation.metrics import Metrics
    from catclf.evaluation.strange_share import StrangeShare


def say_evaluation(
    evaluation: "Evaluation", model_path: Path, *, mistakes: bool, verbose: bool
) -> None:
    """Metrics; and if asked, mistakes, and the names of images that were used for training."""
    say(f"{model_path} on {evaluation.where}: {plural(evaluation.m, 'image')}")
    if warning := report.trained_on_warning(evaluation):
        say(warning + ("" if verbose else " (--verbose names them)"))
    report.say_skipped(len(evaluation.skipped))
    if evaluation.strange and evaluation.strange.is_unlike:
        _say_unlike(evaluation.strange)
    if evaluation.is_of_training_images:
        say(f"Training accuracy {percent(evaluation.metrics.accuracy)}")
    else:
        say(f"Accuracy {report.accuracy_line(evaluation)}")
    say("")
    _say_confusion_matrix(evaluation)
    say("")
    _say_metrics(evaluation.metrics, evaluation.threshold)
    say("")
    _say_reliability(evaluation.metrics)
    if verbose and evaluation.trained_on:
        say("")
        say("Used for training:")
        for name in evaluation.trained_on:
            say(f"  {name}")
    if mistakes:
        say("")
        _say_mistakes(evaluation)


def _say_unlike(strange: "StrangeShare") -> None:
    say(
        f"Warning: these images look unlike those that the model was trained on: "
        f"{percent(strange.share)} of them are stranger than {percent(1 - strange.expected)} of "
        "the held-out training images"
    )


def _say_confusion_matrix(evaluation: "Evaluation") -> None:
    metrics, positive, negative = evaluation.metrics, evaluation.positive, evaluation.negative
    width = len(f"predicted {negative}")
    heads = (f"predicted {positive}", f"predicted {negative}")
    say("  ".join(["".ljust(width), *(head.rjust(width) for head in heads)]))
    for name, counts in (
        (positive, (metrics.true_positives, metrics.false_negatives)),
        (negative, (metrics.false_positives, metrics.true_negatives)),
    ):
        say("  ".join([f"actual {name}".ljust(width), *(f"{count:>{width}}" for count in counts)]))


def _say_metrics(metrics: "Metrics", threshold: float) -> None:
    for name, value in metrics.shown():
        say(f"{name:28}{value}")
    if threshold != 0.5:
        say(f"{'Threshold':28}{threshold:g}")


def _say_reliability(metrics: "Metrics") -> None:
    say(f"{'probability':>14}  {'images':>8}  {'mean predicted':>14}  {'observed':>8}")
    for bin_ in metrics.reliability:
        say(
            f"    {bin_.low:.1f} to {bin_.high:.1f}  {bin_.images:>8}  {bin_.probability:>14.3f}"
            f"  {bin_.share:>8.3f}"
        )


def _say_mistakes(evaluation: "Evaluation") -> None:
    say(f"Mistakes: {len(evaluation.mistakes)}, most confident first")
    for mistake in evaluation.mistakes:
        say(
            f"  predicted {mistake.predicted:{len(evaluation.negative)}}  probability of "
            f"{evaluation.positive} {mistake.probability:.4f}  {mistake.name}"
        )
