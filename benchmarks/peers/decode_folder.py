"""The peer: Pillow decodes and resizes a folder of photographs, on all cores.

Usage: python decode_folder.py FOLDER
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

SIZE = 64, 64


def decode(path: Path) -> bytes:
    """Pixels of one photograph."""
    with Image.open(path) as image:
        return image.convert("RGB").resize(SIZE, Image.Resampling.BICUBIC).tobytes()


with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
    print(sum(map(len, pool.map(decode, sorted(Path(sys.argv[1]).rglob("*.jpg"))))))
