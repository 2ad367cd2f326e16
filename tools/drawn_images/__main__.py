"""Draw the embedded data set: ``python -m tools.drawn_images [FOLDER]``."""

import argparse
import sys
from pathlib import Path

from tools.drawn_images.dataset import entries
from tools.drawn_images.files import write_files

DATA = Path(__file__).resolve().parents[2] / "data"


def main() -> None:
    """Draw all images, replacing those of an earlier run."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.drawn_images", description="Draw the images of cats and non-cats."
    )
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=DATA,
        help="where to write train/, test/ and the checksum list (default: data/)",
    )
    everything = list(entries())

    def show(done: int, size: int) -> None:
        if done % 20 == 0 or done == len(everything):
            line = f"\r{done}/{len(everything)} images, {size / 1e6:.2f} MB"
            print(line, end="", file=sys.stderr, flush=True)

    write_files(parser.parse_args().folder, everything, show)
    print(file=sys.stderr)


if __name__ == "__main__":
    main()
