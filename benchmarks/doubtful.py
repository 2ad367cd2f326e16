"""How well doubtful labels are found: `python -m benchmarks.doubtful`.

One label in twenty is flipped, at random; then the labels that the models of a 5-fold
cross-validation contradict are listed, by catclf and by cleanlab from the same probabilities.
Precision is the share of the list that was flipped, recall the share of the flipped labels in it.
Labels that were wrong before, and images that show both or neither, count as errors of the list.
Means over three seeds, which choose the labels to flip and the folds.
"""

from collections.abc import Iterable
from dataclasses import replace
from statistics import mean

import numpy as np
from numpy.typing import NDArray

import catclf
from benchmarks.places import SHARED
from catclf.datasets.dataset import Dataset
from catclf.datasets.sampling import stratified_sample
from catclf.evaluation.doubtful import doubtful_labels
from catclf.logistic import Array, sigmoid
from catclf.training.settings import PRESETS

_SHARE = 0.05
_SEEDS = 3
_FOLDS = 5

# More images would take the best preset an hour.
_MOST_IMAGES = 1000


def main() -> None:
    """Measure, and print a table."""
    print("| images | preset | list | listed | precision | recall |")
    print("| --- | --- | --- | ---: | ---: | ---: |")
    for name in ("photos", "cifar-cats"):
        for preset in ("best", "transfer"):
            _measure(name, preset)


def _measure(name: str, preset: str) -> None:
    encoder = catclf.load_encoder() if preset == "transfer" else None
    flip = PRESETS[preset].flip
    data = catclf.load_dataset(SHARED / name, encoder=encoder, flip=flip)
    if data.m > _MOST_IMAGES:
        rng = np.random.default_rng(0)
        data = data.subset(stratified_sample(data.labels, rng, count=_MOST_IMAGES))
    scores: dict[str, list[tuple[int, float, float]]] = {}
    for seed in range(_SEEDS):
        flipped, found = _lists(data, preset, seed)
        for finder, chosen in found.items():
            right = len(chosen & flipped)
            row = (len(chosen), right / max(1, len(chosen)), right / len(flipped))
            scores.setdefault(finder, []).append(row)
    for finder, rows in scores.items():
        listed, precision, recall = map(mean, zip(*rows, strict=True))
        print(
            f"| {name}, {data.m} | {preset} | {finder} | {listed:.0f} | {precision:.2f} "
            f"| {recall:.2f} |",
            flush=True,
        )


def _lists(data: Dataset, preset: str, seed: int) -> tuple[set[int], dict[str, set[int]]]:
    """The flipped labels, and who lists which."""
    rng = np.random.default_rng(seed)
    flipped = rng.choice(data.m, round(_SHARE * data.m), replace=False)
    labels = data.labels.copy()
    labels[flipped] = 1 - labels[flipped]
    noisy = replace(
        data, labels=labels, names=[str(i) for i in range(data.m)], known_groups=data.groups
    )
    Z = catclf.cross_validate(noisy, replace(PRESETS[preset], seed=seed), _FOLDS).Z
    ours = {int(label.name) for label in doubtful_labels(noisy, Z)}
    return _set(flipped), {"catclf": ours, **_cleanlab(labels, Z)}


def _cleanlab(labels: NDArray[np.uint8], Z: Array) -> dict[str, set[int]]:
    from cleanlab.filter import find_label_issues

    A = sigmoid(Z[0].astype(np.float64))  # (m,)
    probabilities = np.stack([1 - A, A], axis=1)  # (m, 2)
    return {
        f"cleanlab, {how.replace('_', ' ')}": _set(
            np.flatnonzero(find_label_issues(labels.astype(int), probabilities, filter_by=how))
        )
        for how in ("prune_by_noise_rate", "confident_learning")
    }


def _set(numbers: Iterable[int]) -> set[int]:
    return {int(number) for number in numbers}


if __name__ == "__main__":
    main()
