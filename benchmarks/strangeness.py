"""How well strange images are told apart: `python -m benchmarks.strangeness`.

The distance of images to the principal subspace of training images, which `catclf predict
--strange` ranks: for training images that were held out (five folds), and for images of something
else. Each cell is the area under the ROC curve, and the share of the strange images that are
farther away than 95 % of those that were held out. The second table compares distances, on the
features of the transfer preset.

CIFAR-10's images have 32 × 32 pixels, so photographs beside them are reduced to that size, and
compressed alike; and to 64 × 64 beside the course's images. Rows whose images differ in nothing
that matters are controls, which should be at 0.5.
"""

import io
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import catclf
from benchmarks.accuracy import builtin_encoder
from benchmarks.places import ROOT, SHARED
from catclf.datasets.folds import stratified_folds
from catclf.datasets.groups import group_images
from catclf.errors import ImageError
from catclf.evaluation.metrics import roc_auc
from catclf.features.register import learn_features
from catclf.features.specification import FeatureSpecification
from catclf.images.decode import load_images
from catclf.images.fingerprints import fingerprints
from catclf.images.preprocessing import Images, Preprocessing
from catclf.strangeness import principal_subspace
from catclf.training.settings import PRESETS

_FOLDS = 5
_BATCH = 64

Distances = Callable[[NDArray[Any], NDArray[np.uint8], NDArray[Any]], NDArray[Any]]
"""From columns (n_x, m) of training images, their labels (m,), and columns of other images, to the
distances of these."""


class _Comparison(NamedTuple):
    """Images to train on, and strange ones."""

    trained_on: str
    strange: str
    differ_in: str
    training_sets: Sequence[str]
    strange_sets: Sequence[str]
    is_for_all_distances: bool = False


_A = [f"CIFAR-10/{name}" for name in ("airplane", "bird", "frog", "ship")]
_B = [f"CIFAR-10/{name}" for name in ("automobile", "deer", "horse", "truck")]
_CIFAR = "CIFAR-10/cat", "CIFAR-10/dog"
_PHOTOS, _AT_64, _AT_32 = ([f"{name}/cat", f"{name}/dog"] for name in ("photos", "64", "32"))
_COURSE = "course/cat", "course/non-cat"
_DRAWN = "drawn/cat", "drawn/non-cat"
_CATS_AND_DOGS, _OTHERS = "CIFAR-10's cats and dogs", "CIFAR-10's 8 other classes"

_COMPARISONS = (
    _Comparison("photos", "the course's non-cats", "subject, size", _PHOTOS, _COURSE[1:]),
    _Comparison(
        "photos at 64",
        "the course's non-cats",
        "subject",
        _AT_64,
        _COURSE[1:],
        is_for_all_distances=True,
    ),
    _Comparison("photos at 64", "the course's cats", "nothing (control)", _AT_64, _COURSE[:1]),
    _Comparison(
        "course",
        "photographed dogs at 64",
        "subject",
        _COURSE,
        _AT_64[1:],
        is_for_all_distances=True,
    ),
    _Comparison("photos", _OTHERS, "subject, size", _PHOTOS, _A + _B),
    _Comparison("photos", _CATS_AND_DOGS, "size", _PHOTOS, _CIFAR),
    _Comparison("photos at 32", _OTHERS, "subject", _AT_32, _A + _B, is_for_all_distances=True),
    _Comparison("photos at 32", _CATS_AND_DOGS, "nothing (control)", _AT_32, _CIFAR),
    _Comparison(_CATS_AND_DOGS, "photos", "size", _CIFAR, _PHOTOS),
    _Comparison(_CATS_AND_DOGS, "photos at 32", "nothing (control)", _CIFAR, _AT_32),
    _Comparison(_CATS_AND_DOGS, _OTHERS, "subject", _CIFAR, _A + _B, is_for_all_distances=True),
    _Comparison(
        "CIFAR-10's cats, airplanes, birds, frogs, ships",
        "automobiles, deer, horses, trucks",
        "subject",
        [_CIFAR[0], *_A],
        _B,
    ),
    _Comparison(
        "CIFAR-10's cats, automobiles, deer, horses, trucks",
        "airplanes, birds, frogs, ships",
        "subject",
        [_CIFAR[0], *_B],
        _A,
    ),
    _Comparison("photos", "drawn images", "drawn, size", _PHOTOS, _DRAWN),
    _Comparison("photos at 64", "drawn images", "drawn", _AT_64, _DRAWN, is_for_all_distances=True),
    _Comparison("drawn images", "photos at 64", "drawn", _DRAWN, _AT_64),
)


def main() -> None:
    """Measure, and print both tables."""
    if not SHARED.exists():
        sys.exit(f"no real images at {SHARED}; set CATCLF_SHARED_DATA to their folder")
    print("| trained on | strange | differ in | lecture | best | transfer |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    for comparison in _COMPARISONS:
        cells = [_cell(comparison, preset, _to_subspace(8)) for preset in PRESETS]
        print(f"| {' | '.join([*comparison[:3], *cells])} |", flush=True)
    chosen = [c for c in _COMPARISONS if c.is_for_all_distances]
    titles = [f"{c.trained_on} → {c.strange}" for c in chosen]
    print(f"\n| distance | {' | '.join(titles)} |")
    print("| --- " * (len(chosen) + 1) + "|", flush=True)
    for name, distances in _DISTANCES.items():
        cells = [_cell(comparison, "transfer", distances) for comparison in chosen]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def _cell(comparison: _Comparison, preset: str, distances: Distances) -> str:
    """AUC, and share found at a false alarm in 20; means over the folds."""
    images = np.concatenate([_images(name) for name in comparison.training_sets])
    counts = [len(_images(name)) for name in comparison.training_sets]
    is_cat = [name.endswith("/cat") for name in comparison.training_sets]
    labels = np.repeat(is_cat, counts).astype(np.uint8)  # (m,)
    fold_of = stratified_folds(labels, group_images(images, fingerprints(images)), _FOLDS, 0)
    X = _columns(preset, tuple(comparison.training_sets), tuple(comparison.training_sets))
    others = _columns(preset, tuple(comparison.strange_sets), tuple(comparison.training_sets))
    scores = []
    for fold in range(_FOLDS):
        part = fold_of == fold
        known, strange = (
            distances(X[:, ~part], labels[~part], columns) for columns in (X[:, part], others)
        )
        both = np.concatenate([known, strange])[np.newaxis]  # (1, k)
        is_strange = np.repeat([0, 1], [len(known), len(strange)])[np.newaxis]  # (1, k)
        found = np.mean(strange > np.quantile(known, 0.95))
        scores.append((roc_auc(both, is_strange) or 0.0, float(found)))
    auc, found = np.mean(scores, axis=0)
    return f"{auc:.2f}, {100 * found:.0f} %"


def _columns(preset: str, sets: tuple[str, ...], learned_from: tuple[str, ...]) -> NDArray[Any]:
    """Feature columns (n_x, m) of sets; what the features learn comes from all training images."""
    if preset == "transfer":
        return np.concatenate([_encodings(name) for name in sets]).T  # (n_x, m)
    specification = FeatureSpecification.parse(PRESETS[preset].features)
    features = learn_features(specification, np.concatenate(list(map(_images, learned_from))), 0)
    columns = [features.columns(_images(name), np.float32) for name in sets]
    return np.concatenate(columns, axis=1)


@cache
def _encodings(name: str) -> NDArray[np.float32]:
    encoder = builtin_encoder()
    images = _decoded(_sources(name), encoder.identity.preprocessing)
    batches = range(0, len(images), _BATCH)
    return np.concatenate([encoder.encode(images[i : i + _BATCH]) for i in batches])


@cache
def _images(name: str) -> Images:
    return _decoded(_sources(name), Preprocessing())


def _decoded(sources: Sequence[Path | bytes], preprocessing: Preprocessing) -> Images:
    images = list(load_images(sources, preprocessing))
    return np.stack([image for image in images if not isinstance(image, ImageError)])


@cache
def _sources(name: str) -> Sequence[Path | bytes]:
    """The image files of a set such as CIFAR-10/deer, or their contents."""
    collection, kind = name.split("/")
    if collection == "course":
        return _course(kind)
    if collection in ("64", "32"):
        return [_reduced(path, int(collection)) for path in _files(SHARED / "photos" / kind, 300)]
    if collection == "photos":
        return _files(SHARED / "photos" / kind, 300)
    if collection == "drawn":
        return [path for split in ("train", "test") for path in _files(_drawn(split) / kind, 75)]
    if kind == "cat":
        return _files(SHARED / "cifar-cats" / "cat", 400)
    count = 200 if kind == "dog" else 75
    return _files(SHARED / "cifar-cats" / "non-cat", count, f"{kind}*")


def _drawn(split: str) -> Path:
    return ROOT / "data" / split


def _files(folder: Path, count: int, pattern: str = "*") -> list[Path]:
    """Some of the files in a folder, drawn at random."""
    files = sorted(folder.glob(pattern))
    chosen = np.random.default_rng(0).permutation(len(files))[:count]
    return [files[int(i)] for i in np.sort(chosen)]


def _course(kind: str) -> list[bytes]:
    contents = []
    for split in ("train", "test"):
        data = catclf.load_dataset(SHARED / "catvnoncat", split)
        contents += [_png(image) for image in data.images[:][data.labels == (kind == "cat")]]
    return contents


def _png(image: Images) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()


def _reduced(path: Path, side: int) -> bytes:
    """A photograph at side × side; at 32 × 32 compressed as CIFAR-10's images here are."""
    with Image.open(path) as image:
        small = image.convert("RGB").resize((side, side), Image.Resampling.BICUBIC)
    if side != 32:
        return _png(np.asarray(small))
    buffer = io.BytesIO()
    with Image.open(_files(SHARED / "cifar-cats" / "cat", 1)[0]) as example:
        small.save(buffer, "JPEG", qtables=example.quantization)  # type: ignore[attr-defined]
    return buffer.getvalue()


def _unit(X: NDArray[Any]) -> NDArray[np.float64]:
    columns = X.astype(np.float64)
    unit: NDArray[np.float64] = columns / np.linalg.norm(columns, axis=0)
    return unit


def _to_subspace(components: int) -> Distances:
    def distances(X: NDArray[Any], _: NDArray[np.uint8], others: NDArray[Any]) -> NDArray[Any]:
        return principal_subspace(X, components).distances(others)

    return distances


def _shortness(X: NDArray[Any], _: NDArray[np.uint8], others: NDArray[Any]) -> NDArray[Any]:
    distances: NDArray[Any] = -np.linalg.norm(others, axis=0)
    return distances


def _to_class_mean(
    X: NDArray[Any], labels: NDArray[np.uint8], others: NDArray[Any]
) -> NDArray[Any]:
    X, others = _unit(X), _unit(others)
    means = [X[:, labels == label].mean(axis=1, keepdims=True) for label in (0, 1)]
    distances: NDArray[Any] = np.min(
        [np.linalg.norm(others - mean, axis=0) for mean in means], axis=0
    )
    return distances


def _mahalanobis(X: NDArray[Any], _: NDArray[np.uint8], others: NDArray[Any]) -> NDArray[Any]:
    """With the covariance drawn a tenth of the way to a multiple of the identity."""
    X, others = _unit(X), _unit(others)
    mean = X.mean(axis=1, keepdims=True)
    covariance = np.cov(X - mean, bias=True)  # (n_x, n_x)
    n_x = len(covariance)
    shrunk = 0.9 * covariance + 0.1 * np.trace(covariance) / n_x * np.eye(n_x)
    distances: NDArray[Any] = np.einsum(
        "ij,ij->j", others - mean, np.linalg.solve(shrunk, others - mean)
    )
    return distances


def _to_nearest(X: NDArray[Any], _: NDArray[np.uint8], others: NDArray[Any]) -> NDArray[Any]:
    distances: NDArray[Any] = -(_unit(X).T @ _unit(others)).max(axis=0)
    return distances


_DISTANCES: dict[str, Distances] = {
    "short features": _shortness,
    "to the mean": _to_subspace(0),
    "to the nearer class mean": _to_class_mean,
    **{f"to {k} principal components": _to_subspace(k) for k in (2, 8, 20, 50)},
    "Mahalanobis, shrunk": _mahalanobis,
    "to the nearest training image": _to_nearest,
}


if __name__ == "__main__":
    main()
