"""Put some images of `data/` into the package: `python -m tools.packaged_images`."""

import numpy as np
from PIL import Image

import catclf
from catclf.datasets.drawn_images import PER_ROW, SHEET
from catclf.images.preprocessing import SIDE, Images
from tools.drawn_images.__main__ import DATA

IMAGES_OF_A_CLASS = 32


def main() -> None:
    """Write them all on one sheet."""
    images = chosen_images()
    grid = images.reshape(-1, PER_ROW, SIDE, SIDE, 3)  # (rows, 8, 64, 64, 3)
    sheet = grid.swapaxes(1, 2).reshape(-1, PER_ROW * SIDE, 3)  # (rows · 64, 8 · 64, 3)
    # Images do not mix: their sides are multiples of 8, that of a block of a JPEG.
    Image.fromarray(sheet).save(SHEET, quality=92, subsampling=0)


def chosen_images() -> Images:
    """Cats and as many others (64, 64, 64, 3), evenly from the whole training split."""
    dataset = catclf.load_dataset(DATA, "train")
    chosen = []
    for label in (1, 0):
        members = np.flatnonzero(dataset.labels == label)
        chosen.append(dataset.images[:][members[:: len(members) // IMAGES_OF_A_CLASS]])
    return np.concatenate([images[:IMAGES_OF_A_CLASS] for images in chosen])


if __name__ == "__main__":
    main()
