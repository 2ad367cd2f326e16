"""The exercises, in the order of the lecture."""

from catclf.lessons.exercises import descend, predict, propagate, sigmoid, unroll
from catclf.lessons.exercises.exercise import Exercise

EXERCISES: dict[int, Exercise] = {
    number: module.EXERCISE
    for number, module in enumerate((sigmoid, unroll, propagate, descend, predict), start=1)
}
"""By number."""
