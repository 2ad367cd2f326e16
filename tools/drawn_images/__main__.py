"""Draw the embedded data set of cat and non-cat pictures.

Run ``python -m tools.drawn_images [FOLDER]``; without a folder the pictures go to data/. Each
picture has random numbers of its own, so it does not depend on any other one.
"""

import argparse
import io
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from tools.drawn_images import animals, cats, dogs, things
from tools.drawn_images.figure import Draw
from tools.drawn_images.scene import compose, picture_size

SEED = 1701
# Bytes for each pixel: between these, whatever the picture shows.
DENSITY = (0.35, 0.45)
SPLITS = {"train": 240, "test": 80}
DOG_SHARE = 0.46

# What is drawn for each class: the file name's beginning, the function, the share.
KINDS: dict[str, list[tuple[str, Draw, float]]] = {
    "cat": [("cat", draw, share) for draw, share in cats.CATS],
    "non-cat": [
        *(("dog", draw, DOG_SHARE * share) for draw, share in dogs.DOGS),
        ("rabbit", animals.draw_rabbit, 0.09),
        ("bear", animals.draw_bear, 0.08),
        ("owl", animals.draw_owl, 0.05),
        ("bird", animals.draw_bird, 0.05),
        ("fish", animals.draw_fish, 0.03),
        ("car", things.draw_car, 0.04),
        ("house", things.draw_house, 0.04),
        ("tree", things.draw_tree, 0.03),
        ("mug", things.draw_mug, 0.05),
        ("letter", things.draw_letter, 0.04),
        ("ball", things.draw_ball, 0.04),
        ("shape", things.draw_shape, 0.04),
    ],
}


class Job(NamedTuple):
    """One picture to draw."""

    folder: Path
    split: int
    label: int
    index: int


def encode(picture: Image.Image, size: float) -> bytes:
    """Return the JPEG file of the best quality that is not larger than `size` bytes.

    With one quality for all, fur and whiskers would give the cats away by their files' sizes.
    """
    low, high = 40, 98
    best = b""
    while low <= high:
        quality = (low + high) // 2
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=quality, optimize=True)
        if file.tell() <= size or (not best and quality <= 40):
            best, low = file.getvalue(), quality + 1
        else:
            high = quality - 1
    return best


def draw_picture(job: Job) -> int:
    """Draw and save one picture and return the file's size in bytes."""
    split = list(SPLITS)[job.split]
    label = list(KINDS)[job.label]
    kinds = KINDS[label]
    # Steps of the golden ratio spread the kinds evenly over any stretch of numbers.
    place = (job.index * 0.6180339887) % 1.0
    bounds = np.cumsum([share for _, _, share in kinds])
    name, draw, _ = kinds[int(np.searchsorted(bounds / bounds[-1], place, side="right"))]
    rng = np.random.default_rng([SEED, job.split, job.label, job.index])
    # Format and file size are drawn without the label: they are the same for both classes.
    common = np.random.default_rng([SEED, job.split, job.index])
    size = picture_size(common)
    picture = compose(rng, draw(rng), size)
    path = job.folder / split / label / f"{name}-{job.index:03}.jpg"
    return path.write_bytes(encode(picture, common.uniform(*DENSITY) * size[0] * size[1]))


def main() -> None:
    """Draw all pictures, replacing those of an earlier run."""
    parser = argparse.ArgumentParser(description="Draw the cat and non-cat pictures.")
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path(__file__).resolve().parents[2] / "data",
        help="where train/ and test/ are put (default: data/)",
    )
    folder = parser.parse_args().folder
    for split in SPLITS:
        shutil.rmtree(folder / split, ignore_errors=True)
        for label in KINDS:
            (folder / split / label).mkdir(parents=True)
    jobs = [
        Job(folder, split, label, index)
        for split, count in enumerate(SPLITS.values())
        for label in range(len(KINDS))
        for index in range(1, count + 1)
    ]
    size = 0
    with ProcessPoolExecutor() as pool:
        for done, written in enumerate(pool.map(draw_picture, jobs, chunksize=8), 1):
            size += written
            if done % 20 == 0 or done == len(jobs):
                line = f"\r{done}/{len(jobs)} pictures, {size / 1e6:.2f} MB"
                print(line, end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


if __name__ == "__main__":
    main()
