"""Draw the embedded data set: ``python -m tools.drawn_images [FOLDER]``."""

import argparse
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tools.drawn_images.dataset import KINDS, SPLITS, draw_file, entries

DATA = Path(__file__).resolve().parents[2] / "data"


def main() -> None:
    """Draw all images, replacing those of an earlier run."""
    parser = argparse.ArgumentParser(description="Draw the images of cats and non-cats.")
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=DATA,
        help="where to write train/ and test/ (default: data/)",
    )
    folder = parser.parse_args().folder
    for split in SPLITS:
        shutil.rmtree(folder / split, ignore_errors=True)
        for label in KINDS:
            (folder / split / label).mkdir(parents=True)
    everything = list(entries())
    size = 0
    with ProcessPoolExecutor() as pool:
        drawn = zip(everything, pool.map(draw_file, everything, chunksize=8), strict=True)
        for done, (entry, file) in enumerate(drawn, 1):
            size += (folder / entry.path).write_bytes(file)
            if done % 20 == 0 or done == len(everything):
                line = f"\r{done}/{len(everything)} images, {size / 1e6:.2f} MB"
                print(line, end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


if __name__ == "__main__":
    main()
