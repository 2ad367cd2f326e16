"""The transfer preset, compared with its encoder alone."""

import tempfile
from pathlib import Path

from benchmarks.machine import installed
from benchmarks.places import CATCLF, PYTHON, SHARED
from benchmarks.side_by_side import measurements, medians, process
from benchmarks.table import AsMuch, More, print_row, print_skipped
from catclf.encoders import builtin

_ROUNDS = 5


def print_rows() -> None:
    """Measure, and print."""
    photos = SHARED / "photos"
    missing = "no onnxruntime" if not installed("onnxruntime") else f"no {photos.name}"
    if not installed("onnxruntime") or not photos.exists():
        print_skipped("`catclf train --recipe transfer`", "its encoder alone", missing)
        return
    with tempfile.TemporaryDirectory() as temporary:
        encoder = Path(temporary) / "encoder.onnx"
        encoder.write_bytes(builtin.builtin_encoder())
        model = Path(temporary) / "model.npz"
        _train(photos, model, encoder)
        _predict(photos, model, encoder)


def _train(photos: Path, model: Path, encoder: Path) -> None:
    m = len(list(photos.rglob("*.jpg")))
    train = process(CATCLF, "train", photos, "--recipe", "transfer", "-o", model)
    ours, theirs = [], []
    for _ in range(_ROUNDS):
        ours.append(medians({"train": train}, rounds=1)["train"])
        theirs.append(measurements("encode", encoder, m)["encoder"])
    print_row(
        f"`catclf train --recipe transfer` on {m} photographs, a whole process",
        "its encoder in onnxruntime, on images in memory, all cores",
        sorted(ours)[_ROUNDS // 2],
        sorted(theirs)[_ROUNDS // 2],
        AsMuch(1.3),
    )


def _predict(photos: Path, model: Path, encoder: Path) -> None:
    imports = (
        "import os, numpy, PIL.Image, onnxruntime; "
        f"onnxruntime.InferenceSession({str(encoder)!r}, providers=['CPUExecutionProvider']); "
        "os._exit(0)"
    )
    image = min(photos.rglob("*.jpg"))
    seconds = medians(
        {
            "catclf": process(CATCLF, "predict", image, "-m", model),
            "peer": process(PYTHON, "-c", imports),
        },
        rounds=25,
    )
    print_row(
        "`catclf predict one.jpg` with it, a whole process, beyond the peer",
        "importing numpy, Pillow and onnxruntime, and making the session",
        seconds["catclf"],
        seconds["peer"],
        More(0.015),
    )
