"""How far exported models agree with the models: `python -m benchmarks.export`.

The models are trained on the drawn images; the images that both are asked about are those, and real
ones.
"""

import tempfile
from pathlib import Path

import numpy as np

import catclf
from benchmarks.accuracy import builtin_encoder
from benchmarks.machine import installed
from benchmarks.places import ROOT, SHARED
from catclf.datasets.inputs import find_inputs, read_inputs
from catclf.export.export_model import open_exported
from catclf.export.proof import Proof, prove
from catclf.images.find import images_below
from catclf.images.preprocessing import Images
from catclf.model import Model
from catclf.training.settings import PRESETS

_SETS = {
    "drawn": ROOT / "data" / "test",
    "photos": SHARED / "photos",
    "CIFAR-10": SHARED / "cifar-cats",
    "course": SHARED / "catvnoncat",
}
_AT_ONCE = 32
_MOST = 500

_FORMATS = {"ONNX": ".onnx"}


def main() -> None:
    """Print the table."""
    print(
        "| format | preset | images | largest difference of logits | of probabilities "
        "| labels changed | bytes |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for preset in PRESETS:
        model = _trained(preset)
        for name, ending in _FORMATS.items():
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"model{ending}"
                catclf.export_model(model, path)
                exported, size = open_exported(path), path.stat().st_size
            for images, source in _SETS.items():
                proof = Proof(0, 0.0, 0.0, 0.0, 0)
                for batch in _batches(model, source):
                    proof += prove(exported, model, batch)
                print(
                    f"| {name} | {preset} | {images}, {proof.images} | {proof.logit:.1e} "
                    f"| {proof.probability:.1e} | {proof.changed} | {size:,} |",
                    flush=True,
                )
    versions = ", ".join(f"{name} {installed(name)}" for name in ("numpy", "onnx", "onnxruntime"))
    print(f"\n{versions}")


def _trained(preset: str) -> Model:
    settings = PRESETS[preset]
    encoder = builtin_encoder() if settings.feature_specification.has_encoder else None
    data = catclf.load_dataset(ROOT / "data", "train", encoder=encoder, flip=settings.flip)
    return catclf.train(data, settings).model


def _batches(model: Model, source: Path) -> list[Images]:
    """At most 500 images, evenly from the whole set."""
    files = sorted(source.glob("*.h5")) or images_below(source)
    inputs = find_inputs(map(str, files[:: max(1, len(files) // _MOST)]))
    return [
        images
        for _, images in read_inputs(inputs, model.preprocessing, _AT_ONCE)
        if isinstance(images, np.ndarray)
    ]


if __name__ == "__main__":
    main()
