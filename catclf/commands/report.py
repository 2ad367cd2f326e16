"""What train, evaluate and info say of models, trainings and scores."""

import sys
from importlib.util import find_spec
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any, NamedTuple

from catclf.commands.earlier_model import origin
from catclf.commands.options import DEFAULT_MODEL
from catclf.commands.output import note, percent, plural, say, say_json
from catclf.training.settings import LECTURE_LEARNING_RATE, PRESETS

if TYPE_CHECKING:
    from catclf.commands.scores import Scores
    from catclf.datasets.dataset import Dataset, Skipped
    from catclf.evaluation.doubtful import Doubtful
    from catclf.evaluation.evaluate import Evaluation
    from catclf.model import Model
    from catclf.training.record import CrossValidationScore, TrainingRecord
    from catclf.training.train import TrainingResult

# Features of an encoder reach 99 % on photographs (docs/accuracy.md). A score whose whole interval
# is below this share is far from that.
_FAR_BELOW = 0.9


class Training(NamedTuple):
    """What `catclf train` has to report."""

    output: Path
    """The model file."""
    replaced: "Model | None"
    """The model that was there before."""
    data: Path
    """What the user named."""
    dataset: "Dataset"
    test: "Dataset | None"
    scores: "Scores"
    result: "TrainingResult"

    @property
    def skipped(self) -> "list[Skipped]":
        """Unreadable files."""
        return [*self.dataset.skipped, *(self.test.skipped if self.test else ())]

    @property
    def groups(self) -> int | None:
        """Number of groups of images that belong together; None if no images were held out."""
        holds_out = self.result.record.settings.holds_out
        if not holds_out and not self.scores.cross_validation and not self.scores.held_out:
            return None
        return len(set(self.dataset.groups.tolist()))

    @property
    def is_far_below_transfer(self) -> bool:
        """Whether the lecture's features score far less than an encoder's do on photographs."""
        measured = [s.metrics for s in (self.scores.held_out, self.scores.test) if s]
        measured += [self.scores.cross_validation.together] if self.scores.cross_validation else []
        is_lecture = self.result.record.settings.features == PRESETS["lecture"].features
        return is_lecture and any(m.accuracy_interval[1] < _FAR_BELOW for m in measured)

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        scores = self.scores._asdict().items()
        return {
            "model": str(self.output),
            "replaced": origin(self.replaced) if self.replaced else None,
            "data": self.dataset.where,
            **self.result.record.to_dict(),
            "threshold": self.result.model.threshold,
            "groups": self.groups,
            "skipped": [file._asdict() for file in self.skipped],
            **{name: score.to_dict() if score else None for name, score in scores},
        }


def say_training(training: Training, *, as_json: bool) -> None:
    """How a training went, and how the model does."""
    note_learning_rate(training.result.record, training.result.costs)
    if as_json:
        say_json(training.to_dict())
        return
    result, dataset = training.result, training.dataset
    say(f"Trained on {dataset.where}: {images(result.record.class_counts)}")
    say_groups(training.groups, dataset.m, "are held out together")
    say_skipped(len(training.skipped))
    say_settings(result.model, result.record)
    say_steps(result.record, result.costs[0])
    say_convergence(result.record, result.gradient)
    say(f"Model written to {training.output}{_replacing(training.replaced)}")
    say_training_accuracy(result.record)
    say_scores(training.scores, has_test=training.test is not None)
    if training.is_far_below_transfer:
        how = "" if find_spec("onnxruntime") else " (pip install 'catclf[encoder]')"
        say(f"Photographs are recognised far better with --recipe transfer{how}")


def _replacing(model: "Model | None") -> str:
    if not model:
        return ""
    date, source = origin(model).values()
    trained = f", trained on {source}" if source else ""
    return f", replacing the one of {date or 'an unknown day'}{trained}"


def note_learning_rate(record: "TrainingRecord", costs: list[float]) -> None:
    """A line if the cost rose with the learning rate."""
    bound = record.learning_rate_bound
    if bound is None:
        return
    if record.replaced_learning_rate:
        note(
            f"Note: at the lecture's learning rate {LECTURE_LEARNING_RATE} the cost rises on these "
            f"images (rates below 2/L = {bound:.3g} are safe); trained at 1/L = {bound / 2:.3g}"
        )
        return
    note(
        f"Warning: after {plural(record.iterations, 'iteration')} the cost ({costs[-1]:.3g}) is "
        f"above its start ({costs[0]:.3g}): the learning rate is too large; rates below "
        f"2/L = {bound:.3g} are safe for these images; try --learning-rate auto"
    )


def say_scores(scores: "Scores", *, has_test: bool) -> None:
    """How the model does, or will do, on images that it was not trained on."""
    if held_out := scores.held_out:
        say(f"Held-out accuracy {accuracy_line(held_out)}")
        say(f"  on {held_out.m} of the images, by a model trained on the others")
    if test := scores.test:
        say(f"Test accuracy {accuracy_line(test)}")
        if warning := trained_on_warning(test):
            say(warning)
    if not any(scores):
        or_split = "" if has_test else ", or make a test split with catclf split"
        say(f"No score on other images: use --score auto or --cv 5{or_split}")


def say_next(training: Training) -> None:
    """Two commands to continue with, for a person at a terminal."""
    if not sys.stdout.isatty():
        return
    model = "" if training.output == Path(DEFAULT_MODEL) else f" -m {quote(str(training.output))}"
    data = quote(str(training.data)) if training.test else "OTHER_IMAGES/"
    say("")
    say(f"Next:  catclf evaluate {data}{model}")
    say(f"       catclf predict photo.jpg{model}")


def say_groups(groups: int | None, m: int, how: str) -> None:
    """How many groups m images form, if some belong together."""
    if groups not in (None, m):
        say(f"Groups: {groups} (near duplicates, bursts and the like {how})")


def say_skipped(count: int) -> None:
    """How many files were left out, if any."""
    if count:
        say(f"Skipped {plural(count, 'unreadable file')}")


def images(counts: dict[str, int]) -> str:
    """Numbers of images, together and by class."""
    by_class = ", ".join(f"{count} {name}" for name, count in counts.items())
    return f"{plural(sum(counts.values()), 'image')} ({by_class})"


def interval(bounds: tuple[float, float]) -> str:
    """A 95 % interval."""
    low, high = bounds
    return f"95 % interval {percent(low)} to {percent(high)}"


def say_settings(model: "Model", record: "TrainingRecord | None") -> None:
    """How a model was made."""
    parts = record.describe() if record else [model.features.name]
    target = record.settings.target if record else None
    chosen = f" (for {target})" if target else ""
    say(f"Settings: {', '.join(parts)}, threshold {model.threshold:.4g}{chosen}")
    if target and record and (evidence := record.threshold_evidence):
        of = "predicted" if target.metric == "precision" else "actual"
        say(
            f"  {target.metric} {evidence.reached:.3f} on {evidence.images} held-out images ({of} "
            f"{model.positive}), 95 % interval {evidence.interval[0]:.3f} to "
            f"{evidence.interval[1]:.3f}"
        )


def report_cross_validation(
    scores: "Scores", dataset: "Dataset", path: Path | None, *, as_json: bool
) -> "list[Doubtful] | None":
    """Say the score at once, since training will take a while, and write the doubtful labels."""
    validation = scores.cross_validation
    if not validation:
        return None
    from catclf.evaluation.doubtful import doubtful_labels, write_doubtful

    doubtful = doubtful_labels(dataset, validation.Z)
    if not as_json:
        say_cross_validation(validation.score())
    if path:
        write_doubtful(doubtful, path)
        if not as_json:
            say(f"{plural(len(doubtful), 'doubtful label')} of {dataset.m}, in {path}")
    return doubtful


def say_cross_validation(score: "CrossValidationScore") -> None:
    """What to expect on other images."""
    say(
        f"Cross-validation, {score.folds} folds: accuracy {percent(score.accuracy.mean)}, "
        f"{interval(score.accuracy_interval)}, baseline {percent(score.baseline)}"
    )
    say(
        f"  standard deviation over the folds {percent(score.accuracy.deviation)}; "
        f"AUC {score.roc_auc.mean:.3f} ± {score.roc_auc.deviation:.3f}, "
        f"log-loss {score.log_loss.mean:.3f} ± {score.log_loss.deviation:.3f}"
    )


def say_steps(record: "TrainingRecord", first_cost: float) -> None:
    """How the solver did."""
    rate = record.learning_rate
    how = f"at learning rate {rate:.4g}" if rate else "of L-BFGS"
    say(
        f"{plural(record.iterations, 'iteration')} {how}: cost {first_cost:.6f} to "
        f"{record.cost:.6f}"
    )


def say_convergence(record: "TrainingRecord", gradient: float) -> None:
    """Whether the tolerance was met; nothing without one."""
    target = record.settings.effective_tolerance
    if not target:
        return
    norm = f"relative gradient norm {gradient:.1e} (target {target:.3g})"
    if record.converged:
        say(f"Converged: {norm}")
    elif record.iterations == record.settings.iterations:
        say(f"Warning: not converged: {norm}; raise --iterations or --tolerance")
    else:
        say(
            f"Warning: not converged: {norm}, limited by rounding; use --dtype float64, or raise "
            "--tolerance"
        )


def say_training_accuracy(record: "TrainingRecord") -> None:
    """Accuracy on the training images, which is not a score, and says so."""
    say(f"Training accuracy {percent(record.accuracy)} (on the images it was trained on)")


def accuracy_line(evaluation: "Evaluation") -> str:
    """Accuracy with its interval and the majority baseline."""
    metrics = evaluation.metrics
    return (
        f"{percent(metrics.accuracy)}, {interval(metrics.accuracy_interval)}, "
        f'baseline {percent(metrics.baseline)} (always "{evaluation.majority}")'
    )


def trained_on_warning(evaluation: "Evaluation") -> str | None:
    """A warning if the model was trained on some of the images."""
    known, m = len(evaluation.trained_on), evaluation.m
    if not known:
        return None
    if known == m:
        return f"Warning: all {m} images were used for training; this is not a test score"
    were = "was" if known == 1 else "were"
    return f"Warning: {known} of these {m} images {were} used for training; the score is optimistic"


def note_near_duplicates(dataset: "Dataset", test: "Dataset | None") -> list[tuple[str, str]]:
    """Test images that are near duplicates of training images, of which a warning is given."""
    from catclf.images.near_duplicates import near_duplicates_among

    if not test:
        return []
    leaks = near_duplicates_among(test.images, dataset.images)
    if leaks:
        are = "is a near duplicate" if len(leaks) == 1 else "are near duplicates"
        note(
            f"Warning: {len(leaks)} of the {test.m} test images {are} of training images; the "
            "score is optimistic; catclf check names them"
        )
    return [(test.names[i], dataset.names[j]) for i, j in leaks.items()]
