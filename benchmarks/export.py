"""How far exported models agree with the models, and how large they are in C.

`python -m benchmarks.export`. The models of the first table are trained on the drawn images; the
images that both are asked about are those, and real ones. Web pages run in V8; and in Chromium, if
it is installed, which then decodes the photographs. The second table is of the accuracy that
weights of 8 bits lose: on the drawn images of the test split, and on a fifth of CIFAR-10's that was
held out. The third is what `cc -Os` and `size` say of the headers.
"""

import csv
import re
import shutil
import subprocess
import tempfile
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import catclf
from benchmarks.accuracy import builtin_encoder
from benchmarks.places import ROOT, SHARED
from catclf.datasets.dataset import Dataset
from catclf.datasets.folds import hold_out
from catclf.datasets.inputs import find_inputs, read_inputs
from catclf.export.c.header import quantised
from catclf.export.export_model import open_exported
from catclf.export.format import Exported
from catclf.export.proof import Proof, prove
from catclf.images.decode import load_image, load_whole
from catclf.images.find import images_below
from catclf.images.preprocessing import Images
from catclf.model import IMAGES_AT_ONCE, Model
from catclf.training.settings import PRESETS, TrainingSettings

_SETS = {
    "drawn": ROOT / "data" / "test",
    "photos": SHARED / "photos",
    "CIFAR-10": SHARED / "cifar-cats",
    "course": SHARED / "catvnoncat",
}
# How a JPEG is decoded for the model, and the setting that does it.
_SCALES = (("", 0), (" at a reduced scale", 2))
_MOST = 500

_IN_C = {
    features: TrainingSettings(features=features, solver="lbfgs", l2=0.01)
    for features in ("pixels", "hog", "pixels+hog")
}

_ROWS = (("C, float32", False), ("C, int8", True))


class _Contender(NamedTuple):
    """A model, and the form that it is exported to."""

    form: str
    name: str
    model: Model
    ending: str
    int8: bool = False
    any_size: bool = False


def main() -> None:
    """Print the tables."""
    contenders = [
        _Contender("ONNX", name, _trained(settings), ".onnx") for name, settings in PRESETS.items()
    ]
    contenders += [c._replace(form="ONNX, any size", any_size=True) for c in contenders]
    contenders += [
        c._replace(form="web page", any_size=False, ending=".html")
        for c in contenders[: len(PRESETS)]
        if not c.model.features.encoder
    ]
    in_c = {features: _trained(settings) for features, settings in _IN_C.items()}
    contenders += [
        _Contender(form, features, model, ".h", int8)
        for features, model in in_c.items()
        for form, int8 in _ROWS
    ]
    print("| form | model | images | difference of logits | of probabilities | labels changed |")
    print("| --- | --- | --- | --- | --- | --- |")
    sizes = []
    for contender in contenders:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"model{contender.ending}"
            catclf.export_model(
                contender.model, path, int8=contender.int8, any_size=contender.any_size
            )
            _compare(contender, open_exported(path))
            if contender.ending == ".html":
                _compare_in_chromium(contender, path)
            if contender.ending == ".h":
                sizes.append(f"| {contender.form} | {contender.name} | {_sizes(path)} |")
    print("\n| features | images | accuracy | with 8 bits |")
    print("| --- | --- | --- | --- |")
    for features, settings in _IN_C.items():
        _lose(features, settings)
    print("\n| form | features | bytes of flash: code | constants | of RAM: static | stack |")
    print("| --- | --- | --- | --- | --- | --- |")
    print("\n".join(sizes))
    print(
        "\n"
        + ", ".join(
            f"{name} {version(name)}" for name in ("numpy", "onnx", "onnxruntime", "mini-racer")
        )
    )


def _trained(settings: TrainingSettings) -> Model:
    encoder = builtin_encoder() if settings.feature_specification.has_encoder else None
    data = catclf.load_dataset(ROOT / "data", "train", encoder=encoder, flip=settings.flip)
    return catclf.train(data, settings).model


def _compare(contender: _Contender, exported: Exported) -> None:
    """Print a row for each set of images."""
    if exported.takes_any_size:
        photos = images_below(_SETS["photos"])
        for how, oversampling in _SCALES:
            proofs = [_of_file(contender.model, exported, path, oversampling) for path in photos]
            _print(contender, f"photos, decoded{how}", sum(proofs, Proof()))
        return
    for images, source in _SETS.items():
        batches = _batches(contender.model, source)
        proofs = [prove(exported, contender.model, batch) for batch in batches]
        _print(contender, images, sum(proofs, Proof()))


def _compare_in_chromium(contender: _Contender, page: Path) -> None:
    """Print rows for the photographs as a browser decodes them, and the model at two scales."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return
    photos = images_below(_SETS["photos"])
    answers = _answers_of_chromium(chromium, page, photos)
    labels = [answers[path.name]["label"] for path in photos]
    A = np.array([float(answers[path.name]["probability"]) for path in photos])
    model = contender.model
    for how, oversampling in _SCALES:
        preprocessing = replace(model.preprocessing, jpeg_oversampling=oversampling)
        images = np.stack([load_image(path, preprocessing) for path in photos])
        outputs = model.outputs(images)
        predictions = model.predictions(outputs)
        probability = np.abs(A - [prediction.probability for prediction in predictions]).max()
        logit = np.abs(np.log(A / (1 - A)) - outputs.Z[0]).max()
        changed = sum(p.label != label for p, label in zip(predictions, labels, strict=True))
        proof = Proof(len(photos), float(logit), probability=float(probability), changed=changed)
        where = f"photos, decoded by Chromium{', and by catclf' * bool(how)}{how}"
        _print(contender, where, proof)


def _answers_of_chromium(chromium: str, page: Path, photos: list[Path]) -> dict[str, Any]:
    """The rows of the table that a page saves, by name."""
    from playwright.sync_api import sync_playwright

    saved = page.with_suffix(".csv")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        opened = browser.new_page()
        opened.goto(page.as_uri())
        opened.locator("#files").set_input_files(photos)
        opened.locator("#results tr").nth(len(photos) - 1).wait_for(timeout=600_000)
        with opened.expect_download() as download:
            opened.get_by_role("button", name="Save as CSV").click()
        download.value.save_as(saved)
        browser.close()
    with saved.open(encoding="utf-8", newline="") as file:
        return {row["path"]: row for row in csv.DictReader(file)}


def _print(contender: _Contender, images: str, proof: Proof) -> None:
    print(
        f"| {contender.form} | {contender.name} | {images}, {proof.images} "
        f"| {proof.logit:.1e} | {proof.probability:.1e} | {proof.changed} |",
        flush=True,
    )


def _of_file(model: Model, exported: Exported, path: Path, oversampling: int) -> Proof:
    """How far both differ on a file, of which the model sees what such a decoding gives."""
    preprocessing = replace(model.preprocessing, jpeg_oversampling=oversampling)
    seen, whole = load_image(path, preprocessing), load_whole(path)
    return prove(exported, model, seen[np.newaxis], whole[np.newaxis])


def _batches(model: Model, source: Path) -> list[Images]:
    """At most about 500 images, evenly from the whole set."""
    files = sorted(source.glob("*.h5")) or images_below(source)
    inputs = find_inputs(map(str, files[:: max(1, len(files) // _MOST)]))
    return [
        images
        for _, images in read_inputs(inputs, model.preprocessing, IMAGES_AT_ONCE)
        if isinstance(images, np.ndarray)
    ]


def _lose(features: str, settings: TrainingSettings) -> None:
    """Print how accurate a model is, and how accurate it is with weights of 8 bits."""
    for name, (train, test) in _divided().items():
        model = catclf.train(train, settings).model
        before, after = (catclf.evaluate(m, test).metrics for m in (model, quantised(model)))
        low, high = before.accuracy_interval
        print(
            f"| {features} | {name}, {train.m} → {test.m} "
            f"| {before.accuracy:.4f} ({low:.3f} to {high:.3f}) | {after.accuracy:.4f} |",
            flush=True,
        )


def _divided() -> dict[str, tuple[Dataset, Dataset]]:
    drawn = (
        catclf.load_dataset(ROOT / "data", "train"),
        catclf.load_dataset(ROOT / "data", "test"),
    )
    cifar = catclf.load_dataset(SHARED / "cifar-cats", positive="cat")
    return {"drawn": drawn, "CIFAR-10": hold_out(cifar, 5, seed=0)}


def _sizes(path: Path) -> str:
    """What takes how many bytes in a program for this machine."""
    source, made = path.with_suffix(".c"), path.with_suffix(".o")
    source.write_text(f'#define CATCLF_IMPLEMENTATION\n#include "{path.name}"\n')
    flags = ["-std=c99", "-Os", "-ffunction-sections", "-fstack-usage", "-c", "-o", str(made)]
    subprocess.run(["cc", *flags, str(source)], check=True)
    out = subprocess.run(["size", "-A", str(made)], capture_output=True, text=True, check=True)
    found: list[tuple[str, str]] = re.findall(r"^(\.\w+)\S* +(\d+)", out.stdout, re.MULTILINE)

    def total(*sections: str) -> int:
        return sum(int(size) for section, size in found if section in sections)

    frames = made.with_suffix(".su").read_text().splitlines()
    stack = sum(int(line.split("\t")[1]) for line in frames)  # as if each called the next
    return f"{total('.text'):,} | {total('.rodata'):,} | {total('.data', '.bss'):,} | {stack:,}"


if __name__ == "__main__":
    main()
