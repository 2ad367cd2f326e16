"""Accuracy and calibration of the presets: `python -m benchmarks.accuracy`, or `make accuracy`.

Each metric is a mean over five seeds, which determine the folds of the cross-validation and all
randomness in training. Nothing is tuned on the images that are scored: penalty, calibration and
dictionary are learned anew from the training images of each fold. After the expected calibration
error (ECE) stands, in brackets, its value to expect from perfectly calibrated probabilities: it is
not zero, because with few images the observed share in each bin varies by chance.

Words choose rows: those whose images and preset contain all of them, as in
`python -m benchmarks.accuracy photos transfer`.
"""

import importlib
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from statistics import mean, stdev
from typing import NamedTuple

import numpy as np

import catclf
from benchmarks.labelled_images import TASKS, Task
from benchmarks.machine import installed
from benchmarks.places import SHARED
from catclf.datasets.dataset import Dataset
from catclf.datasets.folds import stratified_folds
from catclf.encoders.encodings import ImageEncoder
from catclf.evaluation.metrics import Metrics, calibration_error, metrics, reliability
from catclf.logistic import Array, sigmoid
from catclf.training.settings import PRESETS, TrainingSettings

_FOLDS = 5
_DRAWS = 200

HEAD = (
    "| images | preset | accuracy | 95 % interval | AUC | ECE (if perfectly calibrated) "
    "| majority baseline | target | time per training |"
)
"""Titles of the columns."""


class Contender(NamedTuple):
    """What is measured on a task."""

    name: str
    """What the table calls it."""
    train: Callable[[Dataset, int], Callable[[Dataset], Array]]
    """From labelled images and a seed to a function that gives the logits of other images."""
    seeds: int = 5
    encoder: ImageEncoder | None = None
    """What it reads images with."""
    flip: bool = False
    """Whether it wants mirror images encoded too."""


def main() -> None:
    """Print the table, or the rows that contain all the words given."""
    if not SHARED.exists():
        sys.exit(f"no real images at {SHARED}; set CATCLF_SHARED_DATA to their folder")
    words = sys.argv[1:]
    print(HEAD)
    print("| --- " * HEAD.count(" |") + "|", flush=True)
    for task in TASKS:
        for contender in _contenders():
            if all(word in f"{task.name} {contender.name}" for word in words):
                print(row(task, contender), flush=True)


def _contenders() -> list[Contender]:
    contenders = [preset(name, s) for name, s in PRESETS.items() if name != "transfer"]
    if installed("onnxruntime"):
        contenders.append(preset("transfer", PRESETS["transfer"], builtin_encoder()))
    else:
        print("(transfer is left out: there is no onnxruntime)", file=sys.stderr)
    if installed("torch"):
        contenders.append(small_cnn(seeds=2))
    return contenders


@cache
def builtin_encoder() -> ImageEncoder:
    """The built-in encoder; always the same one, so that images are encoded once."""
    return catclf.load_encoder()


def preset(
    name: str,
    settings: TrainingSettings,
    encoder: ImageEncoder | None = None,
    seeds: int = 5,
) -> Contender:
    """A training of catclf.

    Parameters
    ----------
    name : str
        What the table calls it.
    settings : TrainingSettings
        How to train.
    encoder : ImageEncoder, optional
        What to read the images with.
    seeds : int
        How often to train, with different seeds.

    Returns
    -------
    Contender
        For `row`.
    """

    def train(data: Dataset, seed: int) -> Callable[[Dataset], Array]:
        model = catclf.train(data, replace(settings, seed=seed)).model
        return lambda images: model.logits(images.images, images.encodings)

    return Contender(name, train, seeds, encoder, settings.flip)


def small_cnn(seeds: int) -> Contender:
    """The peer in PyTorch."""
    return Contender("small CNN in PyTorch", _train_cnn, seeds)


def _train_cnn(data: Dataset, seed: int) -> Callable[[Dataset], Array]:
    logits = importlib.import_module("benchmarks.peers.cnn").train(
        data.images[:], data.labels, seed
    )
    return lambda images: np.asarray(logits(images.images))


def row(task: Task, contender: Contender) -> str:
    """Measure a contender on a task; a row of the table."""
    task.load(contender.encoder, contender.flip)  # before the clock starts
    start = time.perf_counter()
    scores = measure(task, contender)
    trainings = contender.seeds * (1 if task.is_split else _FOLDS)
    seconds = (time.perf_counter() - start) / trainings
    intervals = [score.metrics.accuracy_interval for score in scores]
    low, high = (mean(bounds) for bounds in zip(*intervals, strict=True))
    return (
        f"| {task.name} | {contender.name} | {spread([s.metrics.accuracy for s in scores])} "
        f"| {low:.3f} to {high:.3f} | {spread([s.metrics.roc_auc or 0 for s in scores])} "
        f"| {spread([s.metrics.calibration_error for s in scores])} "
        f"({mean(s.if_calibrated for s in scores):.3f}) | {scores[0].metrics.baseline:.3f} "
        f"| {task.targets.get(contender.name, '')} | {seconds:.1f} s |"
    )


class Score(NamedTuple):
    """What a contender does with one seed."""

    metrics: Metrics
    """Of all images that are scored."""
    if_calibrated: float
    """Expected calibration error if the probabilities were perfectly calibrated."""


def measure(task: Task, contender: Contender) -> list[Score]:
    """Scores of a contender on a task, one for each seed."""
    data, test = task.load(contender.encoder, contender.flip)
    return [_score(task, data, test, contender, seed) for seed in range(contender.seeds)]


def _score(
    task: Task, data: Dataset, test: Dataset | None, contender: Contender, seed: int
) -> Score:
    if task.few:
        data, test = task.few_of(data, seed)
    if test:
        Z, Y = contender.train(data, seed)(test), test.Y
    else:
        Z, Y = _held_out_logits(data, contender, seed), data.Y
    return Score(metrics(Z, Y), _if_calibrated(sigmoid(Z)))


def _held_out_logits(data: Dataset, contender: Contender, seed: int) -> Array:
    """Logits (1, m), each from a model trained without the image's fold, as with `--cv`."""
    fold_of = stratified_folds(data.labels, data.groups, _FOLDS, seed)
    Z = np.empty((1, data.m))
    for fold in range(_FOLDS):
        part = fold_of == fold
        logits = contender.train(data.subset(~part), seed)
        Z[:, part] = logits(data.subset(part))
    return Z


def _if_calibrated(A: Array) -> float:
    """Mean calibration error over labels drawn with exactly these probabilities."""
    rng = np.random.default_rng(0)
    drawn = (reliability(A, rng.random(A.shape) < A) for _ in range(_DRAWS))
    return mean(calibration_error(bins) for bins in drawn)


def spread(values: list[float]) -> str:
    """Mean and standard deviation over the seeds, if there are several."""
    return f"{mean(values):.3f}" + (f" ± {stdev(values):.3f}" if len(values) > 1 else "")


if __name__ == "__main__":
    main()
