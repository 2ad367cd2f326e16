"""Decoding a folder of photographs, and predicting it with the lecture's model."""

import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.places import CATCLF, PEERS, PYTHON, SHARED
from benchmarks.side_by_side import medians, process
from benchmarks.table import AsMuch, Less, print_row, print_skipped
from catclf.images.decode import load_images
from catclf.images.preprocessing import SIDE, Images, Preprocessing
from catclf.parallel import cores

COPIES = 4


def print_rows() -> None:
    """Measure, and print."""
    folder = SHARED / "photos"
    paths = sorted(folder.glob("*/*.jpg"))
    work = f"a folder of {len(paths)} photographs to {SIDE} × {SIDE}, on all cores"
    peer = "Pillow: decode at full size, bicubic `resize`, on as many threads"
    if not paths:
        print_skipped(work, peer, f"no {folder.name}")
        return

    def ours() -> list[Images]:
        return [np.asarray(image) for image in load_images(paths, Preprocessing())]

    def theirs() -> list[Images]:
        with ThreadPoolExecutor(cores()) as pool:
            return list(pool.map(_decode_at_full_size, paths))

    # The same images, except for what decoding at a smaller scale changes.
    difference = np.abs(np.subtract(ours(), theirs(), dtype=np.float32)).mean()
    assert difference < 2, difference
    seconds = medians({"catclf": ours, "peer": theirs})
    print_row(work, peer, seconds["catclf"], seconds["peer"], Less(1.7))
    with tempfile.TemporaryDirectory() as temporary:
        _print_predicting(folder, Path(temporary))


def _print_predicting(folder: Path, temporary: Path) -> None:
    model, many = temporary / "model.npz", temporary / "many"
    process(CATCLF, "train", folder, "-o", model, "--learning-rate", "auto", "--score", "none")()
    for copy in range(COPIES):
        shutil.copytree(folder, many / str(copy))
    seconds = medians(
        {
            "catclf": process(CATCLF, "predict", many, "-m", model),
            "peer": process(PYTHON, PEERS / "decode_folder.py", many),
        },
        rounds=5,
    )
    print_row(
        "`catclf predict` with the lecture's model on 1 200 photographs (300, four times)",
        "a script that decodes and resizes them with Pillow, on as many threads",
        seconds["catclf"],
        seconds["peer"],
        AsMuch(1.15),
    )


def _decode_at_full_size(path: Path) -> Images:
    with Image.open(path) as image:
        small = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.asarray(small)
