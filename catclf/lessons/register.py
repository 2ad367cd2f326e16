"""The lecture's experiments, in its order, one module each."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from catclf.errors import SettingsError

if TYPE_CHECKING:
    from catclf.lessons.lesson import Lesson, LessonSettings

LESSONS = {
    "unroll": "an image as three matrices, and as one column of 12 288 numbers",
    "sigmoid": "the curve that makes a probability of any number, and how to compute it",
    "bias": "what w and b do to the curve: steepness and shift",
    "loss": "why the cross-entropy, and not the squared error",
    "brute-force": "why nobody tries all weights",
    "derivative": "slopes, by a step of 0.001",
    "computation-graph": "J = 3(a + bc), forward step by step and back by the chain rule",
    "backward": "the derivatives of logistic regression, for one example with two features",
    "gradient-descent": "one step, many steps, and where they lead from different starts",
    "learning-rate": "which learning rates crawl, which climb, which diverge",
    "vectorization": "the same step with two loops, with one, and with none",
}
"""What each lesson is about, by name, in the lecture's order."""


def run_lesson(name: str, settings: "LessonSettings") -> "Lesson":
    """Run a lesson.

    Parameters
    ----------
    name : str
        One of `LESSONS`.
    settings : LessonSettings
        What it works on.

    Returns
    -------
    Lesson
        Explanation, formula, tables, and what to see in them.

    Raises
    ------
    SettingsError
        If there is no such lesson.
    DataError
        If it needs images and there are none, or of one class only.
    """
    if name not in LESSONS:
        raise SettingsError(f"there is no lesson {name}; there are {', '.join(_nearest(name))}")
    module = import_module(f"catclf.lessons.{name.replace('-', '_')}")
    run: Callable[[LessonSettings], Lesson] = module.lesson
    return run(settings)


def _nearest(name: str) -> list[str]:
    """All lessons, those with similar names first."""
    from difflib import SequenceMatcher

    return sorted(LESSONS, key=lambda known: -SequenceMatcher(None, name, known).ratio())
