"""The list of lessons, and how to run one by its name."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from catclf.errors import SettingsError, did_you_mean

if TYPE_CHECKING:
    from catclf.lessons.lesson import Lesson, LessonSettings

LESSONS = {
    "unroll": "an image as three matrices, and as one column of 12 288 numbers",
    "sigmoid": "the curve that maps any number to a probability, and how to compute it",
    "bias": "how w and b change the curve: slope and shift",
    "loss": "why the cross-entropy, and not the squared error",
    "gradient-descent": "one step, many steps, and different starting points",
    "learning-rate": "which learning rates are too small, which too large, and which diverge",
    "derivative": "slopes, approximated with a step of 0.001",
    "brute-force": "why nobody tries all weights",
    "computation-graph": "J = 3(a + bc), forward step by step and backward by the chain rule",
    "backward": "the derivatives of logistic regression, for one example with two features",
    "vectorization": "the same step with two loops, with one loop, and without loops",
    "overfitting": "how long to train, and why not to choose that by the test set",
}
"""A short description of each lesson, by name, in the order of the lecture."""


def find_lesson(name: str) -> str:
    """The lesson that a name means, whatever its case, and with hyphens or underscores.

    Raises
    ------
    SettingsError
        If there is none.
    """
    found = name.casefold().replace("_", "-")
    if found not in LESSONS:
        near = did_you_mean(name, LESSONS)
        raise SettingsError(f"there is no lesson {name}{near or '; there are ' + _names()}")
    return found


def run_lesson(name: str, settings: "LessonSettings") -> "Lesson":
    """Run a lesson.

    Parameters
    ----------
    name : str
        Name of a lesson, as `catclf lesson` lists them.
    settings : LessonSettings
        Data set and random seed.

    Returns
    -------
    Lesson
        Explanation, formula, tables, and what to notice in them.

    Raises
    ------
    SettingsError
        If there is no such lesson.
    DataError
        If the lesson needs images and there are none, or only images of one class.
    """
    module = import_module(f"catclf.lessons.{find_lesson(name).replace('-', '_')}")
    run: Callable[[LessonSettings], Lesson] = module.lesson
    return run(settings)


def _names() -> str:
    return ", ".join(LESSONS)
