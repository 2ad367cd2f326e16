"""How long to train, and why a test set is not to be asked."""

from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.sampling import stratified_sample
from catclf.lessons.lesson import Column, Lesson, LessonSettings, Table
from catclf.logistic import LOSSES, Array, accuracy, propagate
from catclf.solvers.gradient_descent import GradientDescent
from catclf.solvers.objective import InMemory, lipschitz_constant
from catclf.solvers.solver import State, iterate
from catclf.solvers.span import Span

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LECTURE_RATE = 0.005
_STEPS = (10, 30, 100, 300, 1000, 2000, 5000)
_HALVINGS = 200

# As many as the course has: quick, and soon learned by heart.
_MOST_IMAGES = 209


class _Course(NamedTuple):
    """After each number of steps."""

    training_costs: list[float]
    test_costs: list[float]
    training_accuracies: list[float]
    right: NDArray[np.bool_]
    """Which test images are classified correctly: (numbers of steps, test images)."""


def lesson(settings: LessonSettings) -> Lesson:
    """Show cost and accuracy on training and test images, and what choosing by the test costs."""
    train, test = settings.divided
    if train.m > _MOST_IMAGES:
        rng = np.random.default_rng(settings.seed)
        train = train.subset(stratified_sample(train.labels, rng, count=_MOST_IMAGES))
    m = train.m
    images = np.concatenate([train.images[:], test.images[:]])
    # The same steps in the span of all images, many times faster (see `vectorization`).
    R = Span(images.reshape(len(images), -1).T, 1 / 255).R  # of X (n_x, images)
    Y, Y_test = train.Y.astype(np.float64), test.Y.astype(np.float64)
    rate, course = _course(R[:, :m], Y, R[:, m:], Y_test)
    return Lesson(
        explanation=(
            f"{m} images are trained on, {test.m} others are the test. There are 12 288 weights, "
            "so descent can bring the training cost as near to 0 as it likes: first it learns what "
            "cats have in common, then what only these cats have. From there on the cost of the "
            "test rises, because the model is ever surer where it is wrong."
        ),
        formula=(
            f"w := w - α dw        α = {rate:.4g}, from zeros\n"
            "J_train = mean of L(A, Y) over the training images\n"
            "J_test  = the same over images that w and b have not seen\n"
            "overfitting: J_train falls while J_test rises"
        ),
        tables=(_table(course), _choice(course, np.random.default_rng(settings.seed))),
        see=(
            "The training cost falls to the end; the test cost has a minimum, and its best number "
            "of steps depends on which images happen to be in the test."
        ),
        note=(
            "On the course's data, 100 steps score 84 % on the 50 test images, 2000 steps 70 %. "
            "Whoever takes 100 for that reason has chosen by the test, whose score is then no "
            "longer that of images never seen: the second table measures by how much. Choose on "
            "held-out training images instead, as --l2 auto and --cv do. A penalty has the same "
            "effect as stopping early: it keeps the weights small."
        ),
        draw=lambda figure: _draw(figure, course),
    )


def _course(R: Array, Y: Array, R_test: Array, Y_test: Array) -> tuple[float, _Course]:
    """A training at the lecture's learning rate, or at 1/L where that one does not descend."""
    objective = InMemory(R, Y, 0.0, LOSSES["cross-entropy"])
    for rate in (_LECTURE_RATE, 1 / lipschitz_constant(objective)):
        course = _Course([], [], [], np.empty((0, Y_test.size), np.bool_))
        start = State(np.zeros((len(R), 1)), 0.0)
        state = start
        for state in iterate(GradientDescent(rate), objective, start, iterations=_STEPS[-1]):
            if state.steps in _STEPS:
                course = _with(course, state, R, Y, R_test, Y_test)
        if isfinite(state.costs[-1]) and state.costs[-1] < state.costs[0]:
            break
    while len(course.test_costs) < len(_STEPS):  # it stopped where no step changes anything
        course = _with(course, state, R, Y, R_test, Y_test)
    return rate, course


def _with(
    course: _Course, state: State, R: Array, Y: Array, R_test: Array, Y_test: Array
) -> _Course:
    seen, unseen = (propagate(state.w, state.b, *xy) for xy in ((R, Y), (R_test, Y_test)))
    return _Course(
        [*course.training_costs, seen.J],
        [*course.test_costs, unseen.J],
        [*course.training_accuracies, accuracy(seen.A, Y)],
        np.vstack([course.right, (unseen.A >= 0.5) == (Y_test == 1)]),
    )


def _table(course: _Course) -> Table:
    rows = zip(
        _STEPS,
        course.training_costs,
        course.test_costs,
        course.training_accuracies,
        course.right.mean(axis=1).tolist(),
        strict=True,
    )
    return Table(
        "Cost and accuracy during training",
        [
            Column("steps"),
            Column("J, training", ".4f"),
            Column("J, test", ".4f"),
            Column("accuracy, training", ".3f"),
            Column("accuracy, test", ".3f"),
        ],
        list(rows),
    )


def _choice(course: _Course, rng: np.random.Generator) -> Table:
    """The number of steps that is best on one half of the test, scored on the other half."""
    count = course.right.shape[1]
    chosen_by, others, best = [], [], []
    for _ in range(_HALVINGS):
        order = rng.permutation(count)
        half = course.right[:, order[: max(count // 2, 1)]].mean(axis=1)
        other = course.right[:, order[count // 2 :]].mean(axis=1)
        best.append(int(half.argmax()))
        chosen_by.append(half[best[-1]])
        others.append(other[best[-1]])
    numbers = ", ".join(str(_STEPS[place]) for place in sorted(set(best)))
    return Table(
        f"The steps that are best on one half of the test ({_HALVINGS} times at random: {numbers})",
        [Column("accuracy on"), Column("mean", ".3f")],
        [
            ("the half that they were chosen by", float(np.mean(chosen_by))),
            ("the other half", float(np.mean(others))),
            ("difference", float(np.mean(chosen_by) - np.mean(others))),
        ],
    )


def _draw(figure: "Figure", course: _Course) -> None:
    from catclf.plots.figure import BLUE, RED

    figure.set_size_inches(8, 4.2)
    test_accuracies = course.right.mean(axis=1).tolist()
    costs, accuracies = figure.subplots(1, 2)
    for axes, label, training, test in (
        (costs, "J", course.training_costs, course.test_costs),
        (accuracies, "accuracy", course.training_accuracies, test_accuracies),
    ):
        axes.plot(_STEPS, training, color=BLUE, marker="o", label="training images")
        axes.plot(_STEPS, test, color=RED, marker="s", label="test images")
        axes.set_xscale("log")
        axes.set(xlabel="steps", ylabel=label)
    costs.set_title("Cost")
    accuracies.set_title("Accuracy")
    figure.legend(*costs.get_legend_handles_labels(), loc="outside lower center", ncols=2)
