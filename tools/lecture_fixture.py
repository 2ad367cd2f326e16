"""Make the small data set of `tests/data/`, and golden values: `python -m tools.lecture_fixture`.

A few of the drawn images in the layout of the course's HDF5 files, and what the lecture's first
implementation, with loops over examples and features in plain Python, makes of them. Neither numpy
nor anything of catclf takes part in the arithmetic, so that a fresh clone tests catclf's vectorized
equations against an independent calculation.
"""

import json
import math
from pathlib import Path

import h5py
import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "data"
SIDE = 64
IMAGES_OF_A_CLASS = {"train": 6, "test": 3}
LEARNING_RATE = 0.002
ITERATIONS = 40

Columns = list[list[float]]


def main() -> None:
    """Write the data set and the golden values."""
    FOLDER.mkdir(exist_ok=True)
    splits = {split: _images_and_labels(split, n) for split, n in IMAGES_OF_A_CLASS.items()}
    for split, (images, labels) in splits.items():
        with h5py.File(FOLDER / f"{split}_drawn.h5", "w") as file:
            file.create_dataset(f"{split}_set_x", data=np.array(images), compression="gzip")
            file[f"{split}_set_y"] = np.array(labels)
            file["list_classes"] = np.array([b"non-cat", b"cat"])
    train, test = (
        ([[value / 255 for value in image.ravel().tolist()] for image in images], labels)
        for images, labels in splits.values()
    )
    golden = _gradient_descent(*train)
    golden["train_accuracy"] = _accuracy(golden, *train)
    golden["test_accuracy"] = _accuracy(golden, *test)
    del golden["w"]
    (FOLDER / "golden.json").write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")


def _images_and_labels(split: str, count: int) -> tuple[list[np.ndarray], list[int]]:
    images, labels = [], []
    for label, name in enumerate(("non-cat", "cat")):
        for path in sorted((ROOT / "data" / split / name).glob("*.jpg"))[:count]:
            with Image.open(path) as image:
                small = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
            images.append(np.asarray(small))  # (64, 64, 3)
            labels.append(label)
    return images, labels


def _gradient_descent(columns: Columns, labels: list[int]) -> dict[str, object]:
    """The lecture's steps, one example and one feature at a time."""
    m, n_x = len(columns), len(columns[0])
    w, b = [0.0] * n_x, 0.0
    costs = []
    for _ in range(ITERATIONS):
        J, db, dw = 0.0, 0.0, [0.0] * n_x
        for x, y in zip(columns, labels, strict=True):
            a = _probability(w, b, x)
            J -= math.log(a) if y else math.log(1 - a)
            dz = a - y
            db += dz
            for i in range(n_x):
                dw[i] += x[i] * dz
        costs.append(J / m)
        b -= LEARNING_RATE * db / m
        for i in range(n_x):
            w[i] -= LEARNING_RATE * dw[i] / m
    return {
        "learning_rate": LEARNING_RATE,
        "iterations": ITERATIONS,
        "costs": costs,
        "w": w,
        "b": b,
        "w_first": w[:6],
        "w_last": w[-6:],
        "w_squared": math.fsum(value * value for value in w),
    }


def _probability(w: list[float], b: float, x: list[float]) -> float:
    z = b
    for w_i, x_i in zip(w, x, strict=True):
        z += w_i * x_i
    return 1 / (1 + math.exp(-z))


def _accuracy(golden: dict[str, object], columns: Columns, labels: list[int]) -> float:
    w, b = golden["w"], golden["b"]
    assert isinstance(w, list)
    assert isinstance(b, float)
    right = [
        (_probability(w, b, x) >= 0.5) == bool(y) for x, y in zip(columns, labels, strict=True)
    ]
    return sum(right) / len(right)


if __name__ == "__main__":
    main()
