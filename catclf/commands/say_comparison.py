"""What `catclf evaluate` prints of several models."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from catclf.commands import report
from catclf.commands.output import percent, plural, say

if TYPE_CHECKING:
    from catclf.evaluation.comparison import Comparison
    from catclf.evaluation.evaluate import Evaluation

# A difference with a smaller p-value is said to be one.
_LEVEL = 0.05


def say_comparison(
    paths: Sequence[Path], evaluations: "Sequence[Evaluation]", comparisons: "Sequence[Comparison]"
) -> None:
    """Each model in a line, and how it differs from the first."""
    first = evaluations[0]
    baseline = f"baseline {percent(first.metrics.baseline)} (always {first.majority!r})"
    say(f"{first.where}: {plural(first.m, 'image')}, {baseline}")
    report.say_skipped(len(first.skipped))
    say("")
    width = max(len(str(path)) for path in paths)
    say(f"{'model':{width}}  accuracy       95 % interval  ROC AUC  log-loss  mistakes")
    for path, evaluation in zip(paths, evaluations, strict=True):
        metrics = evaluation.metrics
        low, high = map(percent, metrics.accuracy_interval)
        interval = "" if evaluation.is_of_training_images else f"{low} to {high}"
        say(
            f"{path!s:{width}}  {percent(metrics.accuracy):>8}  {interval:>18}"
            f"  {metrics.roc_auc:7.3f}  {metrics.log_loss:8.3f}  {len(evaluation.mistakes):8}"
        )
    for path, evaluation in zip(paths, evaluations, strict=True):
        if warning := report.trained_on_warning(evaluation):
            say(f"{path}: {warning}")
    for path, comparison in zip(paths[1:], comparisons, strict=True):
        say("")
        _say_difference(path, paths[0], comparison)
    if len(comparisons) > 1:
        say("")
        say("p-values are corrected for the number of models (Holm)")


def _say_difference(path: Path, first: Path, comparison: "Comparison") -> None:
    low, high = comparison.interval
    say(
        f"{path} against {first}: {_points(comparison.difference)} points, 95 % interval "
        f"{_points(low)} to {_points(high)}"
    )
    say(
        f"  only {path} is right: {comparison.only_second}; only {first}: "
        f"{comparison.only_first}; McNemar's exact test: p = {comparison.p_value:.2g}"
    )
    if comparison.p_value >= _LEVEL:
        say("  These images do not show that either is better")
    else:
        say(f"  {path if comparison.difference > 0 else first} is better")


def _points(difference: float) -> str:
    return f"{100 * difference:+.1f}"
