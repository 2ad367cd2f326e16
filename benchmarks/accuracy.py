"""Accuracy and calibration of both presets: `python -m benchmarks.accuracy`, or `make accuracy`.

Each metric is a mean over five seeds, which determine the folds of the cross-validation and all
randomness in training. Nothing is tuned on the images that are scored: penalty, calibration and
dictionary are learned anew from the training images of each fold. After the expected calibration
error (ECE) stands, in brackets, its value to expect from perfectly calibrated probabilities: it is
not zero, because with few images the observed share in each bin varies by chance.
"""

import importlib
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import mean, stdev
from typing import NamedTuple

import numpy as np

import catclf
from benchmarks.machine import installed
from benchmarks.places import SHARED
from catclf.datasets.dataset import Dataset
from catclf.datasets.folds import stratified_folds
from catclf.errors import TrainingError
from catclf.evaluation.metrics import Metrics, calibration_error, metrics, reliability
from catclf.images.fingerprints import fingerprints
from catclf.logistic import Array, sigmoid
from catclf.rows import Rows
from catclf.training.settings import PRESETS, TrainingSettings

_FOLDS = 5
_DRAWS = 200


class _Task(NamedTuple):
    name: str
    data: Callable[[], Dataset]
    test: Callable[[], Dataset] | None
    """None for cross-validation."""
    target: tuple[float, float | None]
    """Accuracy and AUC that the best preset should reach."""


def _course(split: str) -> Dataset:
    return catclf.load_dataset(SHARED / "catvnoncat", split)


def _whole_course() -> Dataset:
    train, test = _course("train"), _course("test")
    return replace(
        train,
        images=np.concatenate([train.images[:], test.images[:]]),
        labels=np.concatenate([train.labels, test.labels]),
        names=[*train.names, *test.names],
    )


_TASKS = (
    _Task("course, 209 → 50", lambda: _course("train"), lambda: _course("test"), (0.90, None)),
    _Task("course, 5-fold on all 259", _whole_course, None, (0.90, 0.955)),
    _Task(
        "photos, 5-fold on 300", lambda: catclf.load_dataset(SHARED / "photos"), None, (0.76, 0.82)
    ),
    _Task(
        "CIFAR-10, 5-fold on 4000",
        lambda: catclf.load_dataset(SHARED / "cifar-cats"),
        None,
        (0.80, 0.88),
    ),
)


class _Contender(NamedTuple):
    name: str
    train: Callable[[Dataset, int], Callable[[Rows], Array]]
    """From labelled images and a seed to a function that gives the logits of other images."""
    seeds: int = 5


def main() -> None:
    """Print the table, or the rows whose name contains one of the words given."""
    if not SHARED.exists():
        sys.exit(f"no real images at {SHARED}; set CATCLF_SHARED_DATA to their folder")
    wanted = sys.argv[1:]
    print(
        "| images | preset | accuracy | AUC | ECE (if perfectly calibrated) | majority baseline "
        "| target | time per training |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for task in _TASKS:
        if wanted and not any(word in task.name for word in wanted):
            continue
        for name, settings in PRESETS.items():
            try:
                print(_row(task, _preset(name, settings)), flush=True)
            except TrainingError:  # the course's learning rate is too large for these images
                settings = replace(settings, learning_rate="auto")
                print(_row(task, _preset(f"{name} (α = 1/L)", settings)), flush=True)
        if installed("torch"):
            print(_row(task, _cnn()), flush=True)


def _preset(name: str, settings: TrainingSettings) -> _Contender:
    return _Contender(
        name, lambda data, seed: catclf.train(data, replace(settings, seed=seed)).model.logits
    )


def _cnn() -> _Contender:
    peer = importlib.import_module("benchmarks.peers.cnn")
    return _Contender(
        "small CNN in PyTorch",
        lambda data, seed: peer.train(data.images[:], data.labels, seed),
        seeds=2,
    )


def _row(task: _Task, contender: _Contender) -> str:
    start = time.perf_counter()
    scores = [_score(task, contender, seed) for seed in range(contender.seeds)]
    trainings = contender.seeds * (1 if task.test else _FOLDS)
    seconds = (time.perf_counter() - start) / trainings
    accuracy, auc = task.target
    target = f"{accuracy:.2f}" + (f" / {auc:.3f}" if auc else "")
    return (
        f"| {task.name} | {contender.name} | {_spread([s.metrics.accuracy for s in scores])} "
        f"| {_spread([s.metrics.roc_auc or 0 for s in scores])} "
        f"| {_spread([s.metrics.calibration_error for s in scores])} "
        f"({mean(s.if_calibrated for s in scores):.3f}) | {scores[0].metrics.baseline:.3f} "
        f"| {target if contender.name == 'best' else ''} | {seconds:.1f} s |"
    )


class _Score(NamedTuple):
    metrics: Metrics
    if_calibrated: float
    """Expected calibration error if the probabilities were perfectly calibrated."""


def _score(task: _Task, contender: _Contender, seed: int) -> _Score:
    data = task.data()
    if task.test:
        test = task.test()
        Z, Y = contender.train(data, seed)(test.images), test.Y
    else:
        Z, Y = _held_out_logits(data, contender, seed), data.Y
    return _Score(metrics(Z, Y), _if_calibrated(sigmoid(Z)))


def _held_out_logits(data: Dataset, contender: _Contender, seed: int) -> Array:
    """Logits (1, m), each from a model trained without the image's fold, as with `--cv`."""
    fold_of = stratified_folds(data.labels, fingerprints(data.images), _FOLDS, seed)
    Z = np.empty((1, data.m))
    for fold in range(_FOLDS):
        part = fold_of == fold
        logits = contender.train(data.subset(~part), seed)
        Z[:, part] = logits(data.subset(part).images)
    return Z


def _if_calibrated(A: Array) -> float:
    """Mean calibration error over labels drawn with exactly these probabilities."""
    rng = np.random.default_rng(0)
    drawn = (reliability(A, rng.random(A.shape) < A) for _ in range(_DRAWS))
    return mean(calibration_error(bins) for bins in drawn)


def _spread(values: list[float]) -> str:
    """Mean and standard deviation over the seeds."""
    return f"{mean(values):.3f} ± {stdev(values):.3f}"


if __name__ == "__main__":
    main()
