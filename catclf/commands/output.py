"""Words, numbers and bars on the terminal."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from catclf.datasets.dataset import Skipped
    from catclf.datasets.source import Source
    from catclf.evaluation.evaluate import Evaluation
    from catclf.model import Model


def printable(text: str) -> str:
    r"""Escape what could harm or confuse a terminal.

    Control characters, line ends, direction marks and bytes that are no text become `\x1b` and the
    like, so that a file's name takes one line and does nothing to a terminal.

    Parameters
    ----------
    text : str
        Any text, for instance a file's name.

    Returns
    -------
    str
        The same with every unprintable character escaped.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def say(text: str) -> None:
    """Print a line of results."""
    click.echo(printable(text))


def note(text: str) -> None:
    """Print a line that is no result, on stderr."""
    if "tqdm" in sys.modules:  # a bar may be open, which has to make way
        from tqdm import tqdm

        tqdm.write(printable(text), file=sys.stderr)
    else:
        click.echo(printable(text), err=True)


def say_json(document: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(document, indent=2, allow_nan=False))


def note_understanding(source: "Source") -> None:
    """Tell what a user should know about how a data set was understood."""
    for text in source.notes:
        note(f"Note: {text}")


def note_skipped(skipped: Iterable["Skipped"]) -> None:
    """Name the files that are left out."""
    for name, reason in skipped:
        note(f"Skipped: {name}: {reason}")


def skipped_files(count: int) -> str:
    """How many files were left out."""
    return "1 file that is no image" if count == 1 else f"{count} files that are no images"


def percent(share: float) -> str:
    """A share as people write it."""
    return f"{100 * share:.1f} %"


def images(counts: dict[str, int]) -> str:
    """Numbers of images, together and by class."""
    by_class = ", ".join(f"{count} {name}" for name, count in counts.items())
    return f"{sum(counts.values())} images ({by_class})"


def score(evaluation: "Evaluation") -> str:
    """Accuracy with its interval, beside the majority baseline."""
    figures = evaluation.metrics
    low, high = figures.accuracy_interval
    positives = figures.true_positives + figures.false_negatives
    commoner = evaluation.positive if 2 * positives >= evaluation.m else evaluation.negative
    return (
        f"{percent(figures.accuracy)} (95 % interval {percent(low)} to {percent(high)}; "
        f'always answering "{commoner}" scores {percent(figures.baseline)})'
    )


def preset_in_words(model: "Model") -> str:
    """How a model was made."""
    trained = model.training
    parts = [model.features.name]
    if model.flip:
        parts.append("mirror images too")
    if trained.get("standardise"):
        parts.append("standardised")
    if trained.get("loss", "cross-entropy") != "cross-entropy":
        parts.append(trained["loss"])
    if trained.get("class_weight") == "balanced":
        parts.append("classes balanced")
    lbfgs = trained.get("solver") == "lbfgs"
    parts.append("L-BFGS" if lbfgs else "gradient descent")
    if trained.get("learning_rate"):
        parts.append(f"learning rate {trained['learning_rate']:.4g}")
    if "l2" in trained:
        chosen = " (chosen by cross-validation)" if trained.get("l2_chosen") else ""
        parts.append(f"penalty {trained['l2']:.4g}{chosen}")
    if trained.get("calibrate"):
        parts.append("calibrated")
    target = trained.get("threshold")
    chosen = f" (for {target})" if isinstance(target, str) else ""
    parts.append(f"threshold {model.threshold:.4g}{chosen}")
    return ", ".join(parts)


def warning_of_trained_on(evaluation: "Evaluation") -> str | None:
    """A sentence on the images that the model was trained on, if there are any."""
    known = len(evaluation.trained_on)
    if not known:
        return None
    share = "all" if known == evaluation.m else str(known)
    were = "was" if known == 1 else "were"
    return f"{share} of these {evaluation.m} images {were} trained on, which flatters the score"


@contextmanager
def progress_bar(
    description: str, unit: str, *, show: bool = True
) -> Iterator[Callable[..., None] | None]:
    """A bar on stderr while something runs.

    Parameters
    ----------
    description : str
        What is being done.
    unit : str
        What is being counted.
    show : bool
        False for no bar in any case.

    Yields
    ------
    callable or None
        Takes the number done, the number of all, and figures to show beside the bar. None where
        stderr is no terminal: nobody needs to be told.
    """
    if not show or not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(desc=description, unit=unit, file=sys.stderr, leave=False, dynamic_ncols=True) as bar:

        def update(done: int, total: int, **figures: str) -> None:
            bar.total = total
            if figures:
                bar.set_postfix(figures, refresh=False)
            bar.update(done - bar.n)

        yield update
