"""How long to train, and why a test set is not to be asked."""

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.datasets.sampling import stratified_sample
from catclf.lessons.lesson import Column, Lesson, LessonSettings, Table
from catclf.logistic import LOSSES, Array, sigmoid
from catclf.solvers.gradient_descent import GradientDescent
from catclf.solvers.objective import InMemory, lipschitz_constant
from catclf.solvers.solver import State, iterate
from catclf.solvers.span import Span
from catclf.training.settings import LECTURE_LEARNING_RATE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_STEPS = 5000
_SHOWN = (10, 30, 100, 300, 1000, 2000, _MOST_STEPS)
_HALVINGS = 200

# As many as the course has: quick, and soon learned by heart.
_MOST_IMAGES = 209


class _Course(NamedTuple):
    """A training: at each place, what is true after so many steps, from 0 on."""

    rate: float
    training_costs: Array
    test_costs: Array
    training_accuracies: Array
    right: NDArray[np.bool_]
    """Which test images are classified correctly: (steps + 1, test images)."""

    @property
    def test_accuracies(self) -> Array:
        """(steps + 1,)."""
        accuracies: Array = self.right.mean(axis=1)
        return accuracies

    @property
    def best(self) -> int:
        """The number of steps with the lowest test cost."""
        return int(self.test_costs.argmin())

    @property
    def rises(self) -> int:
        """How often the training cost rises."""
        return int((np.diff(self.training_costs) > 0).sum())


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
    others = "of them, too few to spare any," if test is train else "others"
    Y, Y_test = train.Y.astype(np.float64), test.Y.astype(np.float64)
    objective = InMemory(R[:, :m], Y, 0.0, LOSSES["cross-entropy"])
    steady = _course(objective, 1 / lipschitz_constant(objective), R[:, m:], Y_test)
    lecture = _course(objective, LECTURE_LEARNING_RATE, R[:, m:], Y_test)
    swings = isfinite(lecture.training_costs[-1]) and lecture.rises > 0
    courses = [steady, lecture] if swings else [steady]
    rates = f"1/L = {steady.rate:.4g}" + f", or {LECTURE_LEARNING_RATE:g}" * swings
    tables = [_table(steady, _SHOWN, "Descent at 1/L, at which the cost falls at every step")]
    if swings:
        shown = sorted({*_SHOWN, *(step + 1 for step in _SHOWN if step < _MOST_STEPS)})
        tables.append(_table(lecture, shown, "Descent at the lecture's rate, and one step later"))
    return Lesson(
        explanation=(
            f"{m} images are trained on, {test.m} {others} are the test. There are 12 288 weights, "
            "so descent can bring the training cost as near to 0 as it likes: first it learns what "
            "cats have in common, then what only these cats have. From there on the cost of the "
            "test rises, because the model is ever surer where it is wrong."
        ),
        formula=(
            f"w := w - α dw        α = {rates}, from zeros\n"
            "J_train = mean of L(A, Y) over the training images\n"
            "J_test  = the same over images that w and b have not seen\n"
            "overfitting: J_train falls while J_test rises"
        ),
        tables=(*tables, _choice(courses[-1], np.random.default_rng(settings.seed))),
        see=(
            f"At 1/L the training cost falls to the end, while the test cost {_ends(steady)}; and "
            "the best number of steps depends on which images happen to be in the test."
        ),
        note=(
            "On the course's data, at the lecture's rate, 100 steps score 84 % on the 50 test "
            "images, and 2000 steps 70 %. But 101 steps score 34 %: the rate is above 2/L, and for "
            "300 steps the descent swings from one side to the other. Whoever takes 100 has chosen "
            "by the test, whose score is then no longer that of images never seen: the last table "
            "measures by how much. Choose on held-out training images instead, as --l2 auto and "
            "--cv do. A penalty has the same effect as stopping early: it keeps the weights small."
        ),
        draw=lambda figure: _draw(figure, courses, Y_test),
    )


def _ends(course: _Course) -> str:
    return f"is lowest at step {course.best}" if course.best < _MOST_STEPS else "is still falling"


def _course(objective: InMemory, rate: float, R_test: Array, Y_test: Array) -> _Course:
    """Gradient descent from zeros; where a step changes nothing any more, the rest is the same."""
    start = State(np.zeros((objective.n_x, 1)), 0.0)
    states = list(iterate(GradientDescent(rate), objective, start, iterations=_MOST_STEPS))
    states += states[-1:] * (_MOST_STEPS + 1 - len(states))
    W = np.hstack([state.w for state in states])  # (n_x, steps + 1): no loop over steps either
    B = np.array([[state.b] for state in states])  # (steps + 1, 1)
    costs, right = [], []
    for X, Y in ((objective.X, objective.Y), (R_test, Y_test)):
        Z = W.T @ X + B  # (steps + 1, examples)
        A = sigmoid(Z)
        costs.append(objective.loss.values(Z, A, Y).mean(axis=1))
        right.append((A >= 0.5) == (Y == 1))
    return _Course(rate, costs[0], costs[1], right[0].mean(axis=1), right[1])


def _table(course: _Course, shown: Sequence[int], title: str) -> Table:
    columns = (
        course.training_costs,
        course.test_costs,
        course.training_accuracies,
        course.test_accuracies,
    )
    return Table(
        f"{title} (α = {course.rate:.4g})",
        [
            Column("steps"),
            Column("J, training", ".4f"),
            Column("J, test", ".4f"),
            Column("accuracy, training", ".3f"),
            Column("accuracy, test", ".3f"),
        ],
        [(step, *(float(column[step]) for column in columns)) for step in shown],
    )


def _choice(course: _Course, rng: np.random.Generator) -> Table:
    """The number of steps that is best on one half of the test, scored on the other half."""
    right = course.right[list(_SHOWN)]  # (numbers of steps, test images)
    count = right.shape[1]
    chosen_by, others, best = [], [], []
    for _ in range(_HALVINGS):
        order = rng.permutation(count)
        half = right[:, order[: max(count // 2, 1)]].mean(axis=1)
        other = right[:, order[count // 2 :]].mean(axis=1)
        best.append(int(half.argmax()))
        chosen_by.append(half[best[-1]])
        others.append(other[best[-1]])
    numbers = ", ".join(str(_SHOWN[place]) for place in sorted(set(best)))
    return Table(
        f"The steps that are best on one half of the test at α = {course.rate:.4g} "
        f"({_HALVINGS} times at random: {numbers})",
        [Column("accuracy on"), Column("mean", ".3f")],
        [
            ("the half that they were chosen by", float(np.mean(chosen_by))),
            ("the other half", float(np.mean(others))),
            ("difference", float(np.mean(chosen_by) - np.mean(others))),
        ],
    )


def _draw(figure: "Figure", courses: list[_Course], Y_test: Array) -> None:
    from catclf.plots.cost import draw_history
    from catclf.plots.figure import BLUE, PINK, RED, legend_below

    steady = courses[0]
    costs, accuracies = figure.subplots(1, 2)
    draw_history(costs, steady.training_costs, BLUE, "-", "training images")
    draw_history(costs, steady.test_costs, RED, "--", "test images")
    best = steady.best
    costs.plot(best, steady.test_costs[best], "o", color=RED, label=f"lowest, at step {best}")
    title = "The test cost rises again" if best < _MOST_STEPS else "The test cost"
    costs.set(xlabel="steps", ylabel="J", title=f"{title} (α = 1/L)")
    accuracy_of = "test, α = {:.4f} ({})".format
    if len(courses) > 1:
        name = accuracy_of(LECTURE_LEARNING_RATE, "the lecture's")
        draw_history(accuracies, courses[1].test_accuracies, PINK, "-", name)
    name = accuracy_of(steady.rate, "1/L")
    draw_history(accuracies, steady.test_accuracies, RED, "-", name)
    majority = max(float(Y_test.mean()), 1 - float(Y_test.mean()))
    accuracies.axhline(majority, color="0.4", linestyle=":", label="majority baseline")
    accuracies.set(xlabel="steps", ylabel="accuracy", title="Test accuracy, step by step")
    accuracies.set(xscale="log", xlim=(1, _MOST_STEPS), ylim=(0, 1))
    for axes in (costs, accuracies):
        legend_below(axes, columns=1)
