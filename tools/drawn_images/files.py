"""The data set on disk: the files of its images and a list of their checksums."""

import platform
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import PIL
from PIL import features

from tools.drawn_images.dataset import Entry, draw_file

CHECKSUMS = "SHA256SUMS"


def drawn_with() -> str:
    """Name the software that the bytes of a file depend on, besides this program."""
    jpeg = features.version_feature("libjpeg_turbo")
    system = f"{platform.system()} {platform.machine()}"
    return f"numpy {np.__version__}, Pillow {PIL.__version__}, libjpeg-turbo {jpeg}, {system}"


def write_files(folder: Path, entries: Sequence[Entry], report: Callable[[int, int], None]) -> None:
    """Draw images and write their files and the checksum list, replacing those of an earlier run.

    Parameters
    ----------
    folder
        Where to write ``train/``, ``test/`` and the list.
    entries
        What to draw.
    report
        Called after each file with the number of files and of bytes written so far.
    """
    _remove_listed(folder)
    digests = {}
    size = 0
    # Started afresh: a fork of a process with threads, as numpy's, may hang.
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        drawn = zip(entries, pool.map(draw_file, entries, chunksize=8), strict=True)
        for done, (entry, file) in enumerate(drawn, 1):
            path = folder / entry.path
            path.parent.mkdir(parents=True, exist_ok=True)
            size += path.write_bytes(file)
            digests[entry.path] = sha256(file).hexdigest()
            report(done, size)
    lines = [f"# {drawn_with()}", *(f"{digests[path]}  {path}" for path in sorted(digests))]
    (folder / CHECKSUMS).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def read_checksums(folder: Path) -> tuple[str, dict[str, str]]:
    """Return what the files of a folder were drawn with, and their SHA-256 digests by path."""
    note, *lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    digests = (line.split("  ", 1) for line in lines)
    return note.removeprefix("# "), {path: digest for digest, path in digests}


def _remove_listed(folder: Path) -> None:
    # Only what this program wrote: the folder may hold photographs, too.
    if (folder / CHECKSUMS).exists():
        for path in read_checksums(folder)[1]:
            (folder / path).unlink(missing_ok=True)
