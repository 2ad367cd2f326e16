"""The list of lessons, and how to run one by its name."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from catclf.errors import SettingsError

if TYPE_CHECKING:
    from catclf.lessons.lesson import Lesson, LessonSettings

LESSONS = {
    "unroll": "an image as three matrices, and as one column of 12 288 numbers",
    "sigmoid": "the curve that maps any number to a probability, and how to compute it",
    "bias": "how w and b change the curve: slope and shift",
    "loss": "why the cross-entropy, and not the squared error",
    "brute-force": "why nobody tries all weights",
    "derivative": "slopes, approximated with a step of 0.001",
    "computation-graph": "J = 3(a + bc), forward step by step and backward by the chain rule",
    "backward": "the derivatives of logistic regression, for one example with two features",
    "gradient-descent": "one step, many steps, and different starting points",
    "learning-rate": "which learning rates are too small, which too large, and which diverge",
    "vectorization": "the same step with two loops, with one loop, and without loops",
}
"""A short description of each lesson, by name, in the order of the lecture."""


def run_lesson(name: str, settings: "LessonSettings") -> "Lesson":
    """Run a lesson.

    Parameters
    ----------
    name : str
        One of `LESSONS`.
    settings : LessonSettings
        Data set and random seed.

    Returns
    -------
    Lesson
        Explanation, formula, tables, and what to notice in them.

    Raises
    ------
    SettingsError
        If no lesson has this name.
    DataError
        If the lesson needs images and there are none, or only images of one class.
    """
    if name not in LESSONS:
        raise SettingsError(f"there is no lesson {name}; there are {', '.join(_nearest(name))}")
    module = import_module(f"catclf.lessons.{name.replace('-', '_')}")
    run: Callable[[LessonSettings], Lesson] = module.lesson
    return run(settings)


def _nearest(name: str) -> list[str]:
    """All lessons, most similar names first."""
    from difflib import SequenceMatcher

    return sorted(LESSONS, key=lambda known: -SequenceMatcher(None, name, known).ratio())
