"""Image files of all formats, damaged."""

import time
from pathlib import Path
from typing import Any

from PIL import features

from catclf.errors import ImageError
from catclf.images.decode import load_image
from catclf.images.preprocessing import Preprocessing
from tests.campaigns.campaign import Campaign, Case
from tests.campaigns.commands import Peak
from tests.campaigns.mutations import mutant
from tests.conftest import SHARED, image

_SECONDS, _MEMORY = 5.0, 2**30


def _prepare(start: Path) -> None:
    large = image(1, red=190, size=(220, 160))
    for mode in ("RGB", "L", "P", "RGBA", "CMYK", "1", "I;16"):
        picture = large.convert("L").convert(mode) if mode == "I;16" else large.convert(mode)
        for name, options in _FORMATS.items():
            try:
                picture.save(start / f"{mode.replace(';', '')}-{name}", **options)
            except (OSError, ValueError, KeyError):
                (start / f"{mode.replace(';', '')}-{name}").unlink(missing_ok=True)
    frames = [image(i, red=100 + 20 * i, size=(64, 64)) for i in range(3)]
    for name in ("frames.gif", "frames.webp", "frames.png", "frames.tiff"):
        frames[0].save(start / name, save_all=True, append_images=frames[1:])
    for i, path in enumerate(sorted((SHARED / "odd-images").rglob("*"))):
        if path.is_file() and path.stat().st_size < 300_000:
            (start / f"odd-{i}-{path.name}").write_bytes(path.read_bytes())
    try:
        import pi_heif  # noqa: F401

        from tests.images.heic import heic

        (start / "a.heic").write_bytes(heic(large))
    except ImportError:
        pass


_FORMATS: dict[str, dict[str, Any]] = {
    "a.jpg": {},
    "progressive.jpg": {"progressive": True},
    "a.png": {},
    "a.gif": {},
    "a.webp": {},
    "lossless.webp": {"lossless": True},
    "a.tiff": {},
    "lzw.tiff": {"compression": "tiff_lzw"},
    "deflate.tiff": {"compression": "tiff_adobe_deflate"},
    "jpeg.tiff": {"compression": "jpeg"},
    "a.bmp": {},
    "a.ico": {},
    "a.icns": {},
    "a.tga": {"compression": "tga_rle"},
    "a.pcx": {},
    "a.ppm": {},
    "a.sgi": {},
    "a.dds": {},
    "a.jp2": {},
    **({"a.avif": {}} if features.check("avif") else {}),
}


def _attempt(case: Case) -> str | None:
    paths = sorted(path for path in case.start.iterdir() if path.is_file())
    path = paths[case.number % len(paths)]
    content = mutant(path.read_bytes(), case.rng)
    damaged = case.folder / f"x{path.suffix}"
    damaged.write_bytes(content)
    preprocessing = Preprocessing(case.rng.choice(("stretch", "crop")))
    began = time.process_time()  # of the processor: others may be at work on this machine
    with Peak() as peak:
        try:
            pixels = load_image(damaged, preprocessing)
        except ImageError as error:
            if "\n" in str(error) or not 0 < len(str(error)) < 300:
                return f"{path.name}: {str(error)!r}"
        else:
            if pixels.shape != (64, 64, 3) or pixels.dtype != "uint8":
                return f"{path.name}: {pixels.shape} of {pixels.dtype}"
    if (seconds := time.process_time() - began) > _SECONDS:
        return f"{path.name}: {seconds:.1f} s"
    if peak.bytes > _MEMORY:
        return f"{path.name}: {peak.bytes / 1e6:.0f} MB"
    return None


CAMPAIGN = Campaign(
    "images",
    "JPEG, PNG, GIF, WebP, TIFF, BMP, ICO, AVIF, HEIC and others, damaged",
    few=2000,
    many=50_000,
    prepare=_prepare,
    attempt=_attempt,
)
